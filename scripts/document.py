"""``make docs``: write into the documents what the code knows better."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import platformdirs
from pydantic_settings import BaseSettings

from anime_inference.settings import Settings as InferenceSettings
from anime_shared.metrics import METRICS
from anime_shared.settings import PlatformSettings
from anime_web.settings import Settings as WebSettings
from scripts.reference.api import api
from scripts.reference.command_line import command_line

_DOCS = Path(__file__).parents[1] / "docs"
CONFIGURATION = _DOCS / "configuration.md"
OPERATE = _DOCS / "operate.md"
REFERENCES = {
    _DOCS / "reference/api.md": api,
    _DOCS / "reference/command-line.md": command_line,
}
_MARKS = re.compile(r"(?<=<!-- settings -->\n).*(?=<!-- /settings -->)", re.DOTALL)
_METRICS = re.compile(r"(?<=<!-- metrics -->\n).*(?=<!-- /metrics -->)", re.DOTALL)
_USER_DATA = Path(platformdirs.user_data_dir())


def settings_tables() -> str:
    """One row a setting: variable, default, description; first those that all processes read."""
    shared = set(PlatformSettings.model_fields)
    return "\n".join(
        (
            _table("All processes", PlatformSettings, shared),
            _table("Web function", WebSettings, set(WebSettings.model_fields) - shared),
            _table(
                "Inference function and worker",
                InferenceSettings,
                set(InferenceSettings.model_fields) - shared,
            ),
        )
    )


def with_settings(text: str) -> str:
    """The document's text with today's tables."""
    return _MARKS.sub(lambda _: settings_tables(), text)


def with_metrics(text: str) -> str:
    """The document's text with today's table of metrics; dimensions of CloudWatch are bold."""
    rows = ["| metric | kind | labels | |", "|---|---|---|---|"]
    for metric in METRICS:
        labels = ", ".join(
            f"**`{label}`**" if label in metric.dimensions else f"`{label}`"
            for label in metric.labels
        )
        rows.append(f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} |")
    table = "\n".join(rows) + "\n"
    return _METRICS.sub(lambda _: table, text)


def _table(title: str, settings: type[BaseSettings], names: Iterable[str]) -> str:
    rows = [f"## {title}\n", "| variable | default | |", "|---|---|---|"]
    for name, field in settings.model_fields.items():
        if name in names:
            variable = field.validation_alias or f"ANIME_{name.upper()}"
            rows.append(f"| `{variable}` | {_shown(field.default)} | {field.description} |")
    return "\n".join(rows) + "\n"


def _shown(default: Any) -> str:
    if default in (None, (), ""):
        return "none"
    if isinstance(default, Path) and default.is_relative_to(_USER_DATA.parent):
        return "the user's data folder"
    return f"`{default}`"


if __name__ == "__main__":
    CONFIGURATION.write_text(with_settings(CONFIGURATION.read_text()))
    OPERATE.write_text(with_metrics(OPERATE.read_text()))
    for file, text in REFERENCES.items():
        file.write_text(text())
