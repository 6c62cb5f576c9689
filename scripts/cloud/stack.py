"""The application: built by sam, its image pushed, deployed to an emulator."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from scripts.cloud import base_image, registry
from scripts.cloud.shell import ROOT, run
from scripts.cloud.steps import say

NAME: Final = "animegan-emulator"
_BUILT: Final = ROOT / ".aws-sam/build"
_IMAGE: Final = "inferencefunction:inference"


def build(sam: Path, profile: str) -> None:
    """Build both functions and the layer.

    Args:
        sam: folder of sam's programs; the Python 3.12 there builds the zip.
        profile: of ``samconfig.toml``.
    """
    run(sam / "sam", "build", "--config-env", profile, environment=_environment(sam))
    size = int(run("docker", "image", "inspect", "--format", "{{.Size}}", _IMAGE))
    base = int(run("docker", "image", "inspect", "--format", "{{.Size}}", base_image.IMAGE))
    say(f"image: {size / 1e6:.0f} MB unpacked, {(size - base) / 1e6:.0f} MB over the base")


def lint(sam: Path) -> None:
    """Have sam and cfn-lint look at the template."""
    run(sam / "sam", "validate", "--lint", environment=_environment(sam))


def deploy(sam: Path, environment: Mapping[str, str]) -> None:
    """Push the image, and deploy what was built.

    Args:
        sam: folder of sam's programs.
        environment: that the emulator is reached with.
    """
    digest = run("docker", "image", "inspect", "--format", "{{.Id}}", _IMAGE).strip()
    repository = f"{registry.ADDRESS}/animegan"
    pushed = f"{repository}:{digest.removeprefix('sha256:')[:12]}"
    run("docker", "tag", _IMAGE, pushed)
    run("docker", "push", "--quiet", pushed)
    # sam pushes only to a registry that it can log in to, and that is ECR.
    template = (_BUILT / "template.yaml").read_text()
    copy = _BUILT / "template-emulator.yaml"
    copy.write_text(template.replace(f"ImageUri: {_IMAGE}", f"ImageUri: {pushed}"))
    run(
        *(sam / "sam", "deploy", "--template-file", copy),
        *("--config-file", ROOT / "samconfig.toml", "--config-env", "emulator"),
        *("--image-repository", repository),
        environment={**_environment(sam), **environment},
    )


def _environment(sam: Path) -> dict[str, str]:
    return {
        "PATH": f"{sam}:{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
