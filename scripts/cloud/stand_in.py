"""A stand-in for AWS's image, made where no container registry can be reached.

It is Debian, this machine's Python 3.12, the runtime interface client, and the emulator of the
runtime interface that sam carries, with the paths and the contract of AWS's image.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.cloud.host import ca_bundle, libraries_of, pip_configuration
from scripts.cloud.shell import ROOT, WORK, run
from scripts.cloud.steps import CannotGoOn
from scripts.cloud.tools import find_python, prefix_of

LABEL: Final = "animegan.stand-in"
_BASE: Final = Path(__file__).parent / "base"
_LOCKED: Final = ROOT / "requirements/runtime.txt"
# The builder that every engine has.
_CLASSIC: Final = {"DOCKER_BUILDKIT": "0"}
_NOT_NEEDED: Final = ("test", "tests", "__pycache__", "idlelib", "tkinter", "*.a", "share")


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a stand-in is made of.

    Attributes:
        python: 3.12.
        prefix: its folder.
        emulator: of the runtime interface, a program.
        release: of Debian, by its code name.
        packages: of Debian, that this Python needs.
        digest: of all that is in it.
    """

    python: Path
    prefix: Path
    emulator: Path
    release: str
    packages: list[str]
    digest: str

    def build(self, image: str) -> None:
        """Build it under this name.

        Raises:
            CannotGoOn: something is missing, or fails.
        """
        debian = f"animegan-debian:{self.digest}"
        self._import_debian(debian)
        folder = WORK / "base"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(_BASE, folder)
        etc = folder / "host/etc"
        (etc / "ssl/certs").mkdir(parents=True)
        shutil.copy(ca_bundle(), etc / "ssl/certs/ca-certificates.crt")
        (etc / "pip.conf").write_text(pip_configuration(self.python))
        shutil.copy(_LOCKED, folder / "requirements.txt")
        shutil.copy(self.emulator, folder / "aws-lambda-rie")
        left_out = [f"--exclude={name}" for name in _NOT_NEEDED]
        archive = folder / "lang.tar"
        run("tar", "--create", "--file", archive, *left_out, "--directory", self.prefix, ".")
        build = ("docker", "build", "--quiet", "--build-arg", f"DEBIAN={debian}")
        label = ("--label", f"{LABEL}={self.digest}")
        run(*build, *label, "--tag", image, folder, environment=_CLASSIC)
        shutil.rmtree(folder)

    def _import_debian(self, image: str) -> None:
        if shutil.which("mmdebstrap") is None:
            raise CannotGoOn("a stand-in is made with mmdebstrap, a package of Debian")
        archive = WORK / "debian.tar"
        make = ("mmdebstrap", "--quiet", "--variant=minbase")
        include = f"--include={','.join(self.packages)}"
        run(*make, include, self.release, archive, environment={"TMPDIR": str(WORK)})
        run("docker", "import", archive, image)
        archive.unlink()


def gather(sam: Path) -> StandIn:
    """What a stand-in would be made of.

    Args:
        sam: folder of sam's programs.

    Raises:
        CannotGoOn: this isn't Debian, or has no Python 3.12 that can be copied.
    """
    python = find_python("3.12")
    prefix = prefix_of(python)
    if prefix == Path("/usr"):
        raise CannotGoOn(
            "a stand-in for AWS's image needs a Python 3.12 in a folder of its own, as pyenv makes"
        )
    emulator = next(sam.parent.glob("lib/*/site-packages/samcli/local/rapid/*-x86_64"))
    release = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    packages = sorted({"ca-certificates", *libraries_of(prefix)})
    files = (*sorted(_BASE.iterdir()), _LOCKED, emulator, ca_bundle())
    facts = [pip_configuration(python), release, packages, run(python, "-VV"), str(prefix)]
    hashed = hashlib.sha256(json.dumps(facts).encode())
    for file in files:
        hashed.update(hashlib.sha256(file.read_bytes()).digest())
    return StandIn(python, prefix, emulator, release, packages, hashed.hexdigest()[:16])
