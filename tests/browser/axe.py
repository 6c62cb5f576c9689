"""What axe-core, the accessibility checker, has to say of a page."""

from __future__ import annotations

from importlib.resources import files
from typing import Any, Final

from playwright.sync_api import Page

_SCRIPT: Final = files("axe_playwright_python").joinpath("axe.min.js")


def assert_accessible(page: Page) -> None:
    """Check the page as it is shown now, by all rules that axe-core has on by default.

    Raises:
        AssertionError: with rule, place and reason of each violation.
    """
    page.evaluate(_SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run({resultTypes: ['violations']})")
    assert found["passes"], "axe found nothing to check"
    wrong = [_told(rule, node) for rule in found["violations"] for node in rule["nodes"]]
    assert not wrong, f"axe {found['testEngine']['version']}:\n" + "\n".join(wrong)


def _told(rule: dict[str, Any], node: dict[str, Any]) -> str:
    reason = " ".join(str(node["failureSummary"]).split())
    return f"{rule['id']} ({rule['impact']}) at {node['target']}: {reason}"
