"""What is deployed is what is called: each deployment publishes new versions."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import stack
from tests.template.stack import TEMPLATE, Stack, document

ROOT = TEMPLATE.parent
SAM = """#!/bin/sh
echo "$@" >> "$0.log"
[ "$1" = build ] || cp "$3" "$0.yaml"
"""


def told_in(config: Path, environment: str) -> dict[str, Any]:
    """What `sam deploy` reads."""
    told: dict[str, Any] = yaml.safe_load(config.read_text())[environment]["deploy"]["parameters"]
    return told


@pytest.mark.parametrize("release", ["", "1796000000"])
def test_every_function_with_an_alias_is_published_by_release(release: str) -> None:
    functions = Stack(Release=release).functions()
    assert all(each["AutoPublishAlias"] for each in functions.values())
    assert {each["AutoPublishCodeSha256"] for each in functions.values()} == {release}


def test_a_release_changes_every_function_or_lambda_would_publish_nothing() -> None:
    before, after = Stack(Release="1796000000"), Stack(Release="1796000001")
    for name, function in before.functions().items():
        assert function["Description"] != after.functions()[name]["Description"]
        assert len(function["Description"]) <= 256


def test_a_release_is_no_longer_than_what_sam_takes_of_it() -> None:
    allowed = document()["Parameters"]["Release"]["AllowedPattern"]
    assert re.fullmatch(allowed, f"{time.time():.0f}")
    assert not re.fullmatch(allowed, "20261129150000")
    # It becomes a part of a logical id.
    assert not re.fullmatch(allowed, "v1.2")


@pytest.mark.parametrize("environment", ["default", "prod"])
def test_make_deploy_names_a_release_and_leaves_all_else_as_it_was(
    environment: str, tmp_path: Path
) -> None:
    sam, config = tmp_path / "sam", tmp_path / "released/samconfig.yaml"
    sam.write_text(SAM)
    sam.chmod(0o755)
    options = [f"ENV={environment}", f"SAM={sam}", f"RELEASE={config}"]
    options += [f"BIN={Path(sys.executable).parent}", "-o", ".venv/.ready"]
    began = int(time.time())
    subprocess.run(["make", "deploy", *options], cwd=ROOT, check=True, capture_output=True)  # noqa: S607
    build, deploy = (tmp_path / "sam.log").read_text().splitlines()
    assert build == f"build --config-env {environment}"
    assert deploy == f"deploy --config-file {config} --config-env {environment}"
    told = told_in(tmp_path / "sam.yaml", environment)
    release = told["parameter_overrides"].pop()
    assert began <= int(release.removeprefix("Release=")) <= time.time() + 1
    written = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert told == written[environment]["deploy"]["parameters"]


@pytest.mark.parametrize("given", ['Canary="false" Stage="v1"', ["Canary=false"], [], ""])
def test_parameters_may_stand_in_a_list_or_as_sam_writes_them(
    given: str | list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = f"[mine.deploy.parameters]\nparameter_overrides = {json.dumps(given)}\n"
    (tmp_path / "samconfig.toml").write_text(written)
    monkeypatch.setattr(stack, "_CONFIG", tmp_path / "samconfig.toml")
    stack.release("mine", tmp_path / "samconfig.yaml")
    (*others, release) = told_in(tmp_path / "samconfig.yaml", "mine")["parameter_overrides"]
    assert others == ([given] if given and isinstance(given, str) else list(given))
    assert re.fullmatch(r"Release=\d{10}", release)
