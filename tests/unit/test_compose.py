"""The settings of Docker Compose."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from scripts.compose.environment import FOLDER, write


def test_settings_are_written_once_with_passwords_of_their_own(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        assert {file.name for file in write(folder)} == {".env", "anime.env"}
    text = (first / ".env").read_text()
    assert write(first) == []
    assert (first / ".env").read_text() == text != (second / ".env").read_text()
    assert (first / ".env").stat().st_mode & 0o077 == 0


def test_a_variable_that_came_later_is_added(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("WEB_PORT=9000\n")
    assert tmp_path / ".env" in write(tmp_path)
    lines = (tmp_path / ".env").read_text().splitlines()
    assert lines[0] == "WEB_PORT=9000"
    assert any(re.fullmatch(r"GRAFANA_PASSWORD=[\w-]{20,}", line) for line in lines)
    assert sum(line.startswith("WEB_PORT=") for line in lines) == 1


def test_no_password_is_in_the_repository() -> None:
    lines = (FOLDER / ".env.example").read_text().splitlines()
    passwords = [line for line in lines if "PASSWORD=" in line]
    assert passwords
    assert all(line.endswith("=") for line in passwords)


def test_every_variable_that_is_asked_for_has_a_line_or_a_default() -> None:
    text = (FOLDER / "compose.yaml").read_text() + (FOLDER / "brokers.yaml").read_text()
    given = set(re.findall(r"^(\w+)=", (FOLDER / ".env.example").read_text(), re.MULTILINE))
    needed = set(re.findall(r"\$\{(\w+):\?", text))
    assert needed
    assert needed <= given


def test_numbers_have_a_folder_that_no_photo_fills() -> None:
    user = re.findall(r"^USER (.*)$", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)
    services = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
    counting = [each for each in services.values() if "ANIME_METRICS_PORT" in str(each)]
    assert len(counting) == 3
    for service in counting:
        *_, option, folder = service["command"]
        mounts = dict(mount.split(":") for mount in service["tmpfs"])
        owner = dict(part.split("=") for part in mounts[folder].split(","))
        assert option == "--metrics-folder"
        assert {f"{owner['uid']}:{owner['gid']}"} == set(user)


def test_a_container_is_started_as_its_image_says() -> None:
    commands = re.findall(r"^CMD (.*)$", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)
    services = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
    started = [services[name]["command"][:4] for name in ("web", "inference")]
    assert started == [json.loads(command) for command in commands]
