"""A container that dies with a job in hand."""

from __future__ import annotations

import os
import signal

import pytest

from anime_local.client import AnimeClient
from scripts.compose.stack import CONTAINERS
from tests.compose.conftest import all_healthy, wait_for
from tests.compose.container import running
from tests.compose.test_photos import new, submit
from tests.pictures import file_of, opened

WORKER = "anime_inference.entry.worker"


def test_a_killed_container_comes_back_and_its_job_ends(client: AnimeClient) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can kill a container's first process from outside")
    before = {each.id: each.processor_seconds(WORKER) for each in running("inference")}
    jobs = [submit(client, file_of(new(2200 + number, 2200))) for number in range(CONTAINERS)]
    wait_for(lambda: all(client.job(job.job_id).status == "running" for job in jobs) or None, 30)
    victim = running("inference")[0]
    assert victim.processor_seconds(WORKER) > before[victim.id]
    # Not `docker kill`: the engine takes that for a wish, and lets the container be.
    os.kill(victim.facts["State"]["Pid"], signal.SIGKILL)
    ended = [client.wait(job) for job in jobs]
    assert [job.status for job in ended] == ["succeeded"] * CONTAINERS
    assert {opened(client.download(job)).size[1] for job in ended} == {2200, 2201}
    wait_for(all_healthy, 120)
    (again,) = (each for each in running("inference") if each.id == victim.id)
    assert again.facts["RestartCount"] == victim.facts["RestartCount"] + 1
