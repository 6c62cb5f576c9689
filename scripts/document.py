"""``make docs``: write into the README what the code knows better."""

from __future__ import annotations

import re
from pathlib import Path

from anime_inference.settings import Settings

README = Path(__file__).parents[1] / "README.md"
_MARKS = re.compile(r"(?<=<!-- settings -->\n).*(?=<!-- /settings -->)", re.DOTALL)


def settings_table() -> str:
    """One row a setting: variable, default, description."""
    rows = ["| variable | default | |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "the user's data folder" if name == "model_folder" else f"`{field.default}`"
        rows.append(f"| `ANIME_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


def with_settings(text: str) -> str:
    """The README's text with today's table."""
    return _MARKS.sub(lambda _: settings_table(), text)


if __name__ == "__main__":
    README.write_text(with_settings(README.read_text()))
