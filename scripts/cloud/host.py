"""What a stand-in takes over from this machine, so that it reaches what this machine reaches."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scripts.cloud.shell import run
from scripts.cloud.steps import CannotGoOn

# Of pip's settings, those that say where packages come from, not what lies on this disk.
_PASSED_ON: Final = ("extra-index-url", "index-url", "proxy", "timeout", "trusted-host")
_CERTIFICATES: Final = "/etc/ssl/certs/ca-certificates.crt"


def ca_bundle() -> Path:
    """The certificates that this machine trusts.

    Raises:
        CannotGoOn: there are none.
    """
    named = (os.environ.get("SSL_CERT_FILE"), _CERTIFICATES, ssl.get_default_verify_paths().cafile)
    for path in named:
        if path and Path(path).is_file():
            return Path(path)
    raise CannotGoOn("no certificates: install ca-certificates, or set SSL_CERT_FILE")


def pip_configuration(python: Path) -> str:
    """A ``pip.conf`` like this Python's, for a container that has ``ca_bundle`` in its place."""
    lines = ["[global]", f"cert = {_CERTIFICATES}"]
    for name, value in _pip_settings(python):
        kept = [part for part in value.split() if not part.startswith(("file:", "/"))]
        if name in _PASSED_ON and kept:
            lines.append(f"{name} = {' '.join(kept)}")
    return "\n".join(lines) + "\n"


def _pip_settings(python: Path) -> Iterator[tuple[str, str]]:
    listed = run(python, "-m", "pip", "config", "list")
    for name, value in re.findall(r"^(?:global|:env:)\.([\w-]+)='(.*)'$", listed, re.MULTILINE):
        yield name, value.replace("\\n", " ")


def libraries_of(prefix: Path) -> set[str]:
    """The Debian packages that a Python's compiled modules need."""
    modules = sorted(prefix.glob("lib/python3.*/lib-dynload/*.so"))
    linked = run("ldd", prefix / "bin/python3.12", *modules)
    names = {Path(path).name for path in re.findall(r"=> (/(?:usr/)?lib/\S+)", linked)}
    found = run("dpkg-query", "--search", *(f"*/{name}" for name in sorted(names)))
    return {line.partition(":")[0] for line in found.splitlines() if ":" in line}
