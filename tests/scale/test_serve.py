"""The whole product on RabbitMQ and Redis."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from anime_local.client import AnimeClient
from anime_local.client.answers import Job
from anime_shared.options import PaintOptions
from tests.local.served import served
from tests.pictures import file_of, gradient, opened
from tests.ports import free_port
from tests.scale.conftest import House


def submit(client: AnimeClient, number: int) -> Job:
    photo = file_of(gradient(600 + number, 900))
    upload = client.create_upload(f"{number}.png", len(photo), "image/png")
    client.put(upload, photo)
    return client.submit(upload.upload_id, PaintOptions())


def test_jobs_are_done_by_whichever_worker_and_no_database_is_made(house: House) -> None:
    settings = {"queue_url": house.broker.url, "cache_url": house.store.url}
    folder = house.settings.data_dir
    with served(folder, visibility_timeout="5", **settings) as server:
        server.child("anime_inference.entry.worker").send_signal(signal.SIGKILL)
        house.start_worker()
        with AnimeClient(server.url) as client:
            jobs = [submit(client, number) for number in range(4)]
            ended = [client.wait(job) for job in jobs]
            assert [job.status for job in ended] == ["succeeded"] * 4
            for number, job in enumerate(ended):
                assert opened(client.download(job)).size == (900, 600 + number)
            again = client.wait(submit(client, 0))
            result = house.platform.ledger.job(again.job_id).result
            assert result is not None
            assert result.cached
        assert not [*folder.glob("*.db*")]
    assert house.dead_letters() == 0


@pytest.mark.parametrize("name", ["ANIME_QUEUE_URL", "ANIME_CACHE_URL"])
def test_a_server_that_is_not_there_is_named_at_the_start(
    name: str, house: House, tmp_path: Path
) -> None:
    scheme = house.variables[name].partition(":")[0]
    variables = house.variables | {name: f"{scheme}://user:hush@127.0.0.1:{free_port()}/"}
    command = ["env", *(f"{key}={value}" for key, value in variables.items())]
    done = subprocess.run(
        [*command, sys.executable, "-m", "anime_local", "serve", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode != 0
    assert f"{name}: the " in done.stderr
    assert "hush" not in done.stderr
    assert "Traceback" not in done.stderr
