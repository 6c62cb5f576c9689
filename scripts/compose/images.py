"""The images that Compose starts from: published ones, or stand-ins made of Debian here."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Final

from scripts.cloud.host import ca_bundle, pip_configuration
from scripts.cloud.shell import WORK, run
from scripts.cloud.steps import CannotGoOn, say

_PATIENCE_SECONDS: Final = 10
_PYTHON: Final = "python:3.12-slim"
_PROMETHEUS: Final = "prom/prometheus:v3.5.0"
_RABBITMQ: Final = "rabbitmq:3.13"
_REDIS: Final = "redis:7.4"
# All that stands in for an image is made of one Debian, which takes a quarter of the time of four.
_PACKAGES: Final = (
    "ca-certificates",
    "prometheus",
    "python3",
    "python3-venv",
    "rabbitmq-server",
    "redis-server",
)
# The builder that every engine has.
_CLASSIC: Final = {"DOCKER_BUILDKIT": "0"}
# What a published image has beside its program.
_PROMETHEUS_TOO: Final = """
RUN install --directory --owner nobody --group nogroup /prometheus
USER nobody
ENTRYPOINT ["/usr/bin/prometheus"]
"""
# Debian's own program writes a log beside what it is told.
_RABBITMQ_TOO: Final = """
RUN echo '#!/bin/sh' > /usr/local/bin/rabbitmq-server \\
 && echo 'exec /usr/lib/rabbitmq/bin/rabbitmq-server' >> /usr/local/bin/rabbitmq-server \\
 && chmod 755 /usr/local/bin/rabbitmq-server
"""
_REDIS_TOO: Final = """
RUN install --directory --owner redis --group redis /data
"""


def provide() -> dict[str, str]:
    """The variables of ``compose.yaml`` that name what it starts from.

    Raises:
        CannotGoOn: an image can neither be pulled nor be made.
    """
    return {
        "BASE_IMAGE": _provide(_PYTHON, "python", ""),
        "PROMETHEUS_IMAGE": _provide(_PROMETHEUS, "prometheus", _PROMETHEUS_TOO),
        "RABBITMQ_IMAGE": _provide(_RABBITMQ, "rabbitmq", _RABBITMQ_TOO),
        "REDIS_IMAGE": _provide(_REDIS, "redis", _REDIS_TOO),
    }


def _provide(published: str, name: str, instructions: str) -> str:
    if _is_here(published) or _can_be_pulled(published):
        return published
    release = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    pip = pip_configuration(Path(sys.base_prefix, "bin/python3"))
    certificates = ca_bundle().read_bytes()
    facts = [release, _PACKAGES, pip, instructions, hashlib.sha256(certificates).hexdigest()]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
    image = f"animegan-{name}:{digest}"
    if _is_here(image):
        say(f"{image} is here, in place of {published}")
        return image
    say(f"{published} can't be pulled: making {image}")
    debian = _import_debian(release)
    folder = WORK / "compose/image"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "etc/ssl/certs").mkdir(parents=True)
    (folder / "etc/ssl/certs/ca-certificates.crt").write_bytes(certificates)
    (folder / "etc/pip.conf").write_text(pip)
    (folder / "Dockerfile").write_text(f"FROM {debian}\nCOPY etc/ /etc/\n{instructions}")
    run("docker", "build", "--quiet", "--tag", image, folder, environment=_CLASSIC)
    return image


@cache
def _import_debian(release: str) -> str:
    if shutil.which("mmdebstrap") is None:
        raise CannotGoOn("a stand-in is made with mmdebstrap, a package of Debian")
    archive = WORK / "debian.tar"
    make = ("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(_PACKAGES)}")
    run(*make, release, archive, environment={"TMPDIR": str(WORK)})
    imported = run("docker", "import", archive).strip()
    archive.unlink()
    return imported


def _is_here(image: str) -> bool:
    return _succeeds("image", "inspect", image)


def _can_be_pulled(image: str) -> bool:
    return _succeeds("manifest", "inspect", image)


def _succeeds(*command: str) -> bool:
    try:
        run("docker", *command, seconds=_PATIENCE_SECONDS)
    except CannotGoOn:
        return False
    return True
