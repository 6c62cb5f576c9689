"""``make sbom``: what each function is made of, as CycloneDX, in ``.sbom``.

It follows from the locks, so it is made where it is wanted, and not kept in the repository.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
_TOOL: Final = ROOT / ".venv-audit/bin/cyclonedx-py"
_FOLDER: Final = ROOT / ".sbom"
_LOCKS: Final[Mapping[str, str]] = {
    "web": "functions/web/requirements.txt",
    "inference": "functions/inference/requirements.txt",
    "inference-insightface": "functions/inference/requirements-insightface.txt",
    "local": "functions/local/requirements.txt",
}
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def missing(lock: str, sbom: Mapping[str, Any]) -> set[str]:
    """What the lock names, and the bill of materials lacks, or has without a hash."""
    listed = {
        f"{component['name']}=={component['version']}"
        for component in sbom["components"]
        if any(reference.get("hashes") for reference in component.get("externalReferences", ()))
    }
    return {f"{name}=={version}" for name, version in _PIN.findall(lock)} - listed


def main() -> None:
    """Write one for each function; the tool checks each against CycloneDX's schema."""
    _FOLDER.mkdir(exist_ok=True)
    for name, lock in _LOCKS.items():
        file = _FOLDER / f"{name}.cdx.json"
        project = ("--pyproject", str(ROOT / "pyproject.toml"))
        options = (*project, "--output-reproducible", "--validate", "-o", str(file))
        # It warns that a lock doesn't tell which package asked for which.
        quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
        command = [str(_TOOL), "requirements", *options, str(ROOT / lock)]
        subprocess.run(command, check=True, timeout=300, env=quiet)  # noqa: S603 - our own tool and files
        sbom = json.loads(file.read_text())
        lacking = missing((ROOT / lock).read_text(), sbom)
        if lacking:
            raise SystemExit(f"{file.name} lacks {', '.join(sorted(lacking))}")
        print(f"{file.relative_to(ROOT)}: {len(sbom['components'])} packages")  # noqa: T201


if __name__ == "__main__":
    main()
