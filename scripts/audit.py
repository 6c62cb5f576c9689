"""``make audit``: known vulnerabilities of everything that a lock names.

Ends with 0 if all was asked about and nothing is open, 1 if something is, 3 if the service that
knows them didn't answer about all: that is no good news, and is never told as such.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

ROOT: Final = Path(__file__).parents[1]
EXCEPTIONS: Final = ROOT / "requirements/audit-exceptions.toml"
_TOOL: Final = ROOT / ".venv-audit/bin/pip-audit"
_SECONDS: Final = 900


class AuditException(BaseModel):
    """A vulnerability that may pass until a day, with a reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(min_length=3)]
    package: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=20)]
    until: date


@dataclass
class Findings:
    """What was learnt about the packages of all locks.

    Attributes:
        asked: names and versions that the service knows all about.
        unasked: those of which it told nothing.
        open: what must be mended, in words.
        excepted: ids of exceptions that were needed.
    """

    asked: set[str] = field(default_factory=set)
    unasked: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)
    excepted: set[str] = field(default_factory=set)


def locks() -> list[Path]:
    """Every lock, of functions and of tools."""
    return sorted([*ROOT.glob("functions/*/requirements*.txt"), *ROOT.glob("requirements/*.txt")])


def read_exceptions(text: str, today: date) -> list[AuditException]:
    """The exceptions that still hold.

    Raises:
        ValueError: one lacks its reason, or its day is over.
    """
    read = [AuditException(**entry) for entry in tomllib.loads(text).get("exception", [])]
    for exception in read:
        if exception.until < today:
            raise ValueError(f"the exception for {exception.id} ended on {exception.until}")
    return read


def judge(reports: Iterable[Any], exceptions: Sequence[AuditException]) -> Findings:
    """What pip-audit's reports say, exceptions let pass."""
    findings = Findings()
    allowed = {(exception.package, exception.id) for exception in exceptions}
    for dependency in (each for report in reports for each in report["dependencies"]):
        name = dependency["name"]
        if "skip_reason" in dependency:
            findings.unasked.add(name)
            continue
        findings.asked.add(f"{name} {dependency['version']}")
        for found in dependency["vulns"]:
            ids = {found["id"], *found["aliases"]}
            known = {each for each in ids if (name, each) in allowed}
            findings.excepted |= known
            if not known:
                fixed = ", ".join(found["fix_versions"]) or "no version"
                text = f"{name} {dependency['version']}: {found['id']}, fixed in {fixed}"
                if text not in findings.open:
                    findings.open.append(text)
    return findings


def _reports(files: Sequence[Path]) -> Iterator[Any]:
    for file in files:
        command = [str(_TOOL), "--disable-pip", "--require-hashes", "--progress-spinner", "off",
                   "--format", "json", "--desc", "off", "--requirement", str(file)]  # fmt: skip
        done = subprocess.run(  # noqa: S603 - our own tool, our own files
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        try:
            yield json.loads(done.stdout)
        except json.JSONDecodeError:
            # It ends with a stack if the service can't be reached at all.
            lines = done.stderr.strip().splitlines() or ["no answer"]
            print(f"{file.name}: {lines[-1][:200]}", file=sys.stderr)  # noqa: T201
            names = [line.partition("==")[0] for line in file.read_text().splitlines()
                     if "==" in line and not line.startswith((" ", "#"))]  # fmt: skip
            yield {"dependencies": [{"name": name, "skip_reason": "no answer"} for name in names]}


def main() -> int:
    """Ask about every lock, and tell."""
    parser = argparse.ArgumentParser(prog="python -m scripts.audit")
    parser.add_argument("--unasked", choices=["fail", "warn"], default="fail")
    unasked = parser.parse_args().unasked
    exceptions = read_exceptions(EXCEPTIONS.read_text(), datetime.now(UTC).date())
    findings = judge(_reports(locks()), exceptions)
    for text in sorted(findings.open):
        print(f"OPEN: {text}")  # noqa: T201
    needless = {each.id for each in exceptions} - findings.excepted
    if needless and not findings.unasked:
        print(f"exceptions that nothing needs: {', '.join(sorted(needless))}")  # noqa: T201
    print(f"asked about {len(findings.asked)} packages, open: {len(findings.open)}")  # noqa: T201
    if findings.unasked:
        print(  # noqa: T201
            f"NOT AUDITED: the service told nothing about {len(findings.unasked)} packages; "
            "whether they have known vulnerabilities isn't known"
        )
    if findings.open or (needless and not findings.unasked):
        return 1
    return 3 if findings.unasked and unasked == "fail" else 0


if __name__ == "__main__":
    sys.exit(main())
