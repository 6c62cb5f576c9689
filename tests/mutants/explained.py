"""Changes that tests need not notice, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Explanation = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What was written in a module, and what is there instead; white space doesn't count."""

    module: str
    was: str
    becomes: str

    @classmethod
    def of(cls, module: str, diff: str) -> Change:
        """Read a unified diff."""
        lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
        was, becomes = (
            " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
        )
        return cls(module, was, becomes)

    def __str__(self) -> str:
        return f"{self.module}\n    - {self.was}\n    + {self.becomes}"


def unexplained(changes: Iterable[Change], explanations: Sequence[Explanation]) -> Iterator[Change]:
    """Those changes of which nothing is said."""
    known = {Change(each["module"], each["was"], each["becomes"]) for each in explanations}
    return (change for change in changes if change not in known)


def stale(explanations: Iterable[Explanation], source: Path) -> Iterator[str]:
    """What the explanations say was written, and isn't (any more)."""
    for each in explanations:
        text = (source / each["module"].replace(".", "/")).with_suffix(".py").read_text()
        if each["was"] not in " ".join(text.split()):
            yield f"{each['module']}: {each['was']}"
