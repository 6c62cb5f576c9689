"""``python -m scripts.stack``: what `make deploy`, `site` and `destroy` need to know of a stack."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

import boto3
import typer
import yaml

_CONFIG: Final = Path(__file__).parents[1] / "samconfig.toml"
_BUCKETS: Final = ("SiteBucketName", "UploadsBucketName", "ResultsBucketName")
Environment = Annotated[str, typer.Argument(metavar="ENV", help="A table of samconfig.toml.")]
app = typer.Typer(
    help="Stacks by the names that samconfig.toml gives them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def stack_name(environment: str) -> str:
    """The stack of an environment.

    Raises:
        typer.BadParameter: samconfig.toml has no such environment.
    """
    return str(_deployed(_config(), environment)["stack_name"])


def _config() -> dict[str, Any]:
    return tomllib.loads(_CONFIG.read_text())


def _deployed(config: dict[str, Any], environment: str) -> dict[str, Any]:
    """What `sam deploy` is told in an environment."""
    try:
        told: dict[str, Any] = config[environment]["deploy"]["parameters"]
    except KeyError:
        raise typer.BadParameter(f"samconfig.toml deploys no {environment}") from None
    return told


def outputs(environment: str) -> dict[str, str]:
    """What the stack of an environment tells, by name."""
    name = stack_name(environment)
    stacks = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stacks[0]["Outputs"]}


@app.command()
def release(environment: Environment, file: Path) -> None:
    """Write samconfig.toml to FILE, as YAML, with a new Release for the environment."""
    config = _config()
    told = _deployed(config, environment)
    # A list, or as `sam deploy --guided` writes them. On sam's command line it would replace these.
    given = told.get("parameter_overrides") or []
    others = given if isinstance(given, list) else [given]
    told["parameter_overrides"] = [*others, f"Release={time.time():.0f}"]
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(config))


@app.command()
def output(environment: Environment, name: str) -> None:
    """Print one output of the stack."""
    known = outputs(environment)
    if name not in known:
        raise typer.BadParameter(f"the stack has no output {name}")
    typer.echo(known[name])


@app.command()
def empty(environment: Environment) -> None:
    """Delete all objects of the stack's buckets: a bucket that has some can't be deleted."""
    known = outputs(environment)
    typer.confirm(f"Delete all that lies in the buckets of {stack_name(environment)}?", abort=True)
    for name in _BUCKETS:
        bucket = boto3.resource("s3").Bucket(known[name])
        bucket.objects.all().delete()
        typer.echo(f"{known[name]} is empty")


if __name__ == "__main__":
    app()
