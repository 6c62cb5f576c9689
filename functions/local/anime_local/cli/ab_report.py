"""``animegan ab-report``: how the variants of a style compare."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from anime_local.cli import options as opt
from anime_local.cli.terminal import err, out, print_json
from anime_shared.errors import InvalidField

_SECONDS = 10


def ab_report_command(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Addresses of /metrics, or files of what they told; `-` is stdin. Those of "
            "several containers are added up.",
        ),
    ],
    as_json: opt.Json = False,
) -> None:
    """Compare the variants that ANIME_VARIANTS shares clients among."""
    # Nobody else at the command line needs its library.
    from anime_local.ab_report import compare_variants  # noqa: PLC0415

    texts = [_read(source) for source in sources]
    try:
        reports = compare_variants(texts)
    except ValueError as error:
        raise InvalidField(f"SOURCE: not what Prometheus reads: {error}", field="SOURCE") from None
    if as_json:
        for report in reports:
            print_json(report.facts())
        return
    if not reports:
        err.print("No picture of a style with variants has been asked for; see ANIME_VARIANTS.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("style", "variant"):
        table.add_column(heading)
    for heading in ("pictures", "share", "median s", "95 % s", "jobs", "failed", "USD per 1,000"):
        table.add_column(heading, justify="right")
    for report in reports:
        table.add_row(
            report.style,
            report.variant,
            str(report.pictures),
            f"{report.share:.1%}",
            f"{report.median_seconds:.2f}",
            f"{report.p95_seconds:.2f}",
            str(report.jobs),
            f"{report.failed_low:.1%} to {report.failed_high:.1%}" if report.jobs else "-",
            f"{report.usd_per_1000:.4f}",
        )
    out.print(table)


def _read(source: str) -> str:
    if source == "-":
        return sys.stdin.read()
    if not source.startswith(("http://", "https://")):
        try:
            return Path(source).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise InvalidField(f"SOURCE: {source} can't be read", field="SOURCE") from None
    import httpx2  # noqa: PLC0415 - the same

    try:
        answer = httpx2.get(source, timeout=_SECONDS, trust_env=False)
        return answer.raise_for_status().text
    except httpx2.HTTPError as error:
        raise InvalidField(f"SOURCE: {source} doesn't answer: {error}", field="SOURCE") from None
