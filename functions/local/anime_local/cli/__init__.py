"""``animegan``, the command line.

Exit codes: 0 all done, 1 some failed (each named, the others done), 2 usage.
"""

from __future__ import annotations

import sys

import typer

from anime_local.cli import ab_report, models, remote, serve, styles, transform
from anime_local.cli.terminal import report
from anime_shared.errors import AnimeError

app = typer.Typer(
    name="animegan",
    help="A photo goes in, an anime picture comes out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("transform")(transform.transform_command)
app.command("styles")(styles.styles_command)
app.command("serve")(serve.serve_command)
app.command("ab-report")(ab_report.ab_report_command)
app.add_typer(models.app, name="models")
app.add_typer(remote.app, name="remote")


def main() -> None:
    """Run the command line; a typed error is one clear line and exit code 1."""
    try:
        app()
    except AnimeError as error:
        report(error)
        sys.exit(1)
