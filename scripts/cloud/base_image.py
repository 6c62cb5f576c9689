"""The image that Lambda's Python functions are built on: AWS's own, or a stand-in made here."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from scripts.cloud.shell import run
from scripts.cloud.stand_in import LABEL, gather
from scripts.cloud.steps import CannotGoOn, say

IMAGE: Final = "public.ecr.aws/lambda/python:3.12"
_PATIENCE_SECONDS: Final = 10


def provide(sam: Path) -> None:
    """See that ``IMAGE`` is there.

    Args:
        sam: folder of sam's programs.

    Raises:
        CannotGoOn: it can neither be pulled nor be made.
    """
    label = _label()
    if label == "":
        say("the image of AWS is here")
    elif label is not None and label == gather(sam).digest:
        say(f"the stand-in {label} is here")
    elif _can_be_pulled():
        run("docker", "pull", "--quiet", IMAGE)
        say("pulled the image of AWS")
    else:
        say("the image of AWS can't be pulled: making a stand-in")
        gather(sam).build(IMAGE)
    # The name that sam looks for.
    run("docker", "tag", IMAGE, f"{IMAGE}-x86_64")


def _label() -> str | None:
    """Which stand-in is there: "" is none, but AWS's; ``None`` if there is no image at all."""
    shown = f'{{{{index .Config.Labels "{LABEL}"}}}}'
    try:
        return run("docker", "image", "inspect", "--format", shown, IMAGE).strip()
    except CannotGoOn:
        return None


def _can_be_pulled() -> bool:
    try:
        run("docker", "manifest", "inspect", IMAGE, seconds=_PATIENCE_SECONDS)
    except CannotGoOn:
        return False
    return True
