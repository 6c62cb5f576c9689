"""Every command of the documents is run, or stands in a list with what runs it elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from PIL import Image

from tests.documents.commands import DOCUMENTS, ROOT, Block, blocks
from tests.documents.conftest import Typed
from tests.documents.elsewhere import ELSEWHERE, reason_for
from training.__main__ import app as training

BLOCKS = list(blocks())
COMMANDS = [command for block in BLOCKS for command in block.commands]
URL = "http://127.0.0.1:8000"
RUN = {
    f"{block.document}-{block.number}": runs
    for block in BLOCKS
    if (runs := [command for command in block.commands if reason_for(command) is None])
}
_MAKEFILE = (ROOT / "Makefile").read_text()
TRAINING = sorted(
    {command.removeprefix("$TRAIN ") for command in COMMANDS if command.startswith("$TRAIN ")}
    | set(re.findall(r"-m training (.*)", _MAKEFILE.replace("\\\n", "")))
)


@pytest.mark.parametrize("commands", RUN.values(), ids=RUN)
def test_what_a_document_says_can_be_typed(
    typed: Typed, request: pytest.FixtureRequest, commands: list[str]
) -> None:
    text = "\n".join(commands)
    if URL in text:
        text = text.replace(URL, request.getfixturevalue("address"))
    (typed.folder / "anime.jpg").unlink(missing_ok=True)
    typed(text)
    # curl is content with a problem, too.
    for name in re.findall(r"-o (\S+)", text):
        with Image.open(typed.folder / name) as picture:
            picture.load()


def test_the_readme_waits_for_no_job_that_nobody_knows(typed: Typed, address: str) -> None:
    (waits,) = (command for command in COMMANDS if command.startswith("until "))
    typed(f"URL={address} job=unknown\n{waits}\ngrep -q unknown-job job.json")


def test_curl_is_asked_for_no_option_that_is_new() -> None:
    # Of 7.82, which Ubuntu 22.04 doesn't have yet.
    new = [command for command in COMMANDS if "curl " in command and " --json " in command]
    files = [*ROOT.glob("docs/examples/*.sh"), ROOT / "README.md"]
    assert not new
    assert not [
        file.name for file in files if re.search(r"(curl|ask)\b.* --json", file.read_text())
    ]


def test_the_readme_is_run() -> None:
    runs = [command for name, some in RUN.items() if name.startswith("README") for command in some]
    assert len(runs) >= 20


@pytest.mark.parametrize("begin", ELSEWHERE)
def test_what_runs_elsewhere_is_in_a_document_and_its_test_exists(begin: str) -> None:
    reason = ELSEWHERE[begin]
    assert any(reason_for(command) == reason for command in COMMANDS if command.startswith(begin))
    for test in re.findall(r"[\w./]+\.py|\.ci/run", reason):
        assert (ROOT / test).exists()


@pytest.mark.parametrize("command", TRAINING)
def test_training_knows_the_options_that_are_given_to_it(command: str) -> None:
    known: Any = typer.main.get_command(training)
    for name in command.partition(" --")[0].split():
        known = known.commands[name]
    options = {option for parameter in known.params for option in parameter.opts}
    assert set(re.findall(r"--[\w-]+", command)) <= options


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_command_stands_outside_of_a_block(file: Path) -> None:
    text = file.read_text()
    assert set(re.findall(r"^```(\w+)$", text, re.MULTILINE)) <= {"python", "sh", "toml"}
    rest = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"^\n {4}\S", rest, re.MULTILINE)


def test_every_target_in_a_block_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _MAKEFILE, re.MULTILINE))
    for command in COMMANDS:
        if command.startswith("make "):
            named = {word for word in command.split()[1:] if "=" not in word}
            assert named <= targets, command


def test_a_command_that_nobody_knows_is_run() -> None:
    assert reason_for("make tea") is None
    assert reason_for("make runaway") is None
    assert reason_for(".venv/bin/animegan models pull paprika") is not None
    assert Block("x", 1, ("make tea",)) not in BLOCKS
