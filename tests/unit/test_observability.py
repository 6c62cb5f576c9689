"""Lines of the log are what the program wrote, whatever clients send."""

from __future__ import annotations

import subprocess
import sys

_START = """\
import logging
from anime_shared.observability import start_logging
from anime_web.settings import read_settings
start_logging(read_settings(), "web")
log = logging.getLogger("anime_web")
"""
FORGED = "12:00:00 web         INFO    anime: forged"


def logged(code: str) -> str:
    command = [sys.executable, "-c", f"{_START}{code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def test_no_line_can_be_forged() -> None:
    for end in ("\\n", "\\r", "\\r\\n", "\\u2028", "\\x85", "\\x0b", "\\x1b[1A"):
        text = logged(f"log.info('name %s', 'a{end}{FORGED}')")
        lines = text.splitlines()
        assert "name a" in lines[0]
        assert not any(line.startswith(FORGED) for line in lines)
        assert "\x1b" not in text


def test_a_traceback_is_readable_and_its_own() -> None:
    code = f"""try:
    raise ValueError('a\\n{FORGED}')
except ValueError:
    log.exception('bad')"""
    head, *rest = logged(code).splitlines()
    assert head.endswith("anime_web: bad")
    assert any("Traceback" in line for line in rest)
    assert all(line.startswith("    | ") for line in rest)
