"""What a container may do, asked of the running ones."""

from __future__ import annotations

import json

import pytest

from scripts.cloud.shell import run
from scripts.compose.stack import SERVICES
from tests.compose.container import Container, running

_TRIES_TO_WRITE = """
import os, sys
try:
    open(sys.argv[1], "w").close()
except OSError as error:
    print(error.strerror)
else:
    print("written")
"""
_STATUS = "import pathlib; print(pathlib.Path('/proc/self/status').read_text())"
_TRIES_TO_REACH = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3).close()
except OSError:
    print("out of reach")
else:
    print("reached")
"""


def ours() -> list[Container]:
    return [*running("web"), *running("inference")]


def test_every_container_is_held_by_the_engine() -> None:
    everybody = [each for service in SERVICES for each in running(service)]
    assert len(everybody) >= len(SERVICES)
    for container in everybody:
        host, config = container.facts["HostConfig"], container.facts["Config"]
        assert host["ReadonlyRootfs"], container.name
        assert host["CapDrop"] == ["ALL"], container.name
        assert host["SecurityOpt"] == ["no-new-privileges:true"], container.name
        assert host["RestartPolicy"]["Name"] == "unless-stopped", container.name
        assert not host["Privileged"], container.name
        assert config["User"] not in ("", "0", "root"), container.name
        assert 0 < host["PidsLimit"] <= 512, container.name
        assert 0 < host["NanoCpus"] <= 2e9, container.name
        assert 0 < host["Memory"] <= 4 * 2**30, container.name


def test_both_functions_have_two_processors_and_four_gigabytes() -> None:
    for container in ours():
        host = container.facts["HostConfig"]
        assert (host["NanoCpus"], host["Memory"]) == (2_000_000_000, 4 * 2**30), container.name


def test_processes_have_no_privileges() -> None:
    for container in ours():
        status = dict(
            line.split(":\t", 1) for line in container.python(_STATUS).splitlines() if ":\t" in line
        )
        assert set(status["Uid"].split()) == {"10001"}, container.name
        assert status["CapEff"] == "0000000000000000", container.name
        assert status["NoNewPrivs"] == "1", container.name


def test_only_what_must_be_written_can_be() -> None:
    for container in ours():
        for place in ("/app/new", "/etc/new", "/venv/new", "/models/new"):
            tried = container.python(_TRIES_TO_WRITE, place)
            assert tried == "Read-only file system", (container.name, place)
        for place in ("/tmp/new", "/run/metrics/new", "/data/new"):  # noqa: S108
            assert container.python(_TRIES_TO_WRITE, place) == "written", (container.name, place)
            container.python("import os, sys; os.unlink(sys.argv[1])", place)


def test_an_image_holds_no_more_than_its_function() -> None:
    (web,) = running("web")
    inference = running("inference")[0]
    find = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]) is not None)"
    for name in ("anime_inference", "numpy", "onnxruntime", "pip"):
        assert web.python(find, name) == "False", name
    for name in ("anime_web", "pip"):
        assert inference.python(find, name) == "False", name


def test_only_the_web_function_has_a_port() -> None:
    published = {
        service: [bound for bound in container.facts["NetworkSettings"]["Ports"].values() if bound]
        for service in SERVICES
        for container in running(service)
    }
    assert [service for service, ports in published.items() if ports] == ["web"]


def test_what_paints_reaches_nobody_but_its_neighbours() -> None:
    (web,) = running("web")
    for container in running("inference"):
        (network,) = container.facts["NetworkSettings"]["Networks"].values()
        (facts,) = json.loads(run("docker", "network", "inspect", network["NetworkID"]))
        assert facts["Internal"]
        assert container.python(_TRIES_TO_REACH, "web", "8000") == "reached"
        for name, side in web.facts["NetworkSettings"]["Networks"].items():
            if name.endswith("_edge"):
                assert (
                    container.python(_TRIES_TO_REACH, side["IPAddress"], "8000") == "out of reach"
                )


@pytest.mark.parametrize("service", ["web", "inference"])
def test_no_secret_is_in_an_image(service: str) -> None:
    container = running(service)[0]
    (image,) = json.loads(run("docker", "image", "inspect", container.facts["Image"]))
    named = [pair.partition("=")[0] for pair in image["Config"]["Env"]]
    assert not [name for name in named if "KEY" in name or "SECRET" in name or "PASSWORD" in name]
    assert not [pair for pair in container.facts["Config"]["Env"] if pair.startswith("GRAFANA")]
