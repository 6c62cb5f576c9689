"""``make hooks``, in a repository of the test's own."""

from __future__ import annotations

import os
import shutil

import pytest
import yaml

from tests.documents.commands import ROOT
from tests.documents.conftest import Typed


@pytest.fixture
def repository(typed: Typed) -> Typed:
    """The copy as a repository of git."""
    if shutil.which("git") is None:
        if os.environ.get("CI"):
            pytest.fail("git is missing, which a checkout needs")
        pytest.skip("git is missing")
    typed("git init --quiet . && git config user.name me && git config user.email me@example.org")
    return typed


def test_a_commit_is_checked(repository: Typed) -> None:
    repository("make hooks")
    (repository.folder / "untidy.py").write_text("x=1\n")
    repository("git add untidy.py")
    repository("! SKIP=mypy,documents git commit --quiet --message Try 2> refused.txt")
    refused = (repository.folder / "refused.txt").read_text()
    assert "D100" in refused
    assert "files were modified by this hook" in refused
    assert (repository.folder / "untidy.py").read_text() == "x = 1\n"


def test_the_hooks_check_what_make_check_does() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    entries = [hook["entry"] for repository in config["repos"] for hook in repository["hooks"]]
    for tool in (".venv/bin/ruff check", ".venv/bin/ruff format", ".venv/bin/mypy"):
        assert tool.replace(".venv/bin", "$(BIN)") in (ROOT / "Makefile").read_text()
        assert any(entry.startswith(tool) for entry in entries)
