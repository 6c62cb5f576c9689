"""What the sweeper removes, and what it leaves."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from anime_shared.adapters.embedded.jobs import SqliteJobStore
from anime_shared.adapters.embedded.layout import Layout
from anime_shared.adapters.embedded.queue import SqliteQueue
from anime_shared.adapters.embedded.sweeper import Swept, sweep
from anime_shared.composition import open_platform
from anime_shared.platform import Platform
from anime_shared.settings import PlatformSettings

NOTHING = Swept(records=0, objects=0, dead_letters=0)
DAY = 86_400


@pytest.fixture
def settings(tmp_path: Path) -> PlatformSettings:
    return PlatformSettings(data_dir=tmp_path / "var", retention=3600, max_attempts=1)


@pytest.fixture
def platform(settings: PlatformSettings) -> Platform:
    return open_platform(settings)


def test_there_is_nothing_to_sweep_in_a_new_folder(settings: PlatformSettings) -> None:
    assert sweep(settings, time.time()) == NOTHING


def test_expired_records_go(settings: PlatformSettings) -> None:
    Layout(settings.data_dir).make_folders()
    store = SqliteJobStore(Layout(settings.data_dir).records())
    assert store.create("job#old", "{}", 1000)
    assert store.create("job#new", "{}", 1001)
    assert sweep(settings, 1000) == Swept(records=1, objects=0, dead_letters=0)
    assert list(store.get_many(["job#old", "job#new"])) == ["job#new"]


def test_old_objects_go(settings: PlatformSettings, platform: Platform) -> None:
    now = time.time()
    platform.uploads.put("old", b"1", "image/png")
    platform.results.put("jobs/old", b"1", "image/png")
    platform.results.put("jobs/new", b"1", "image/png")
    layout = Layout(settings.data_dir)
    for file in (layout.uploads / "old", layout.results / "jobs/old"):
        os.utime(file, (now - 3601, now - 3601))
    assert sweep(settings, now) == Swept(records=0, objects=2, dead_letters=0)
    assert platform.uploads.get("old") is None
    assert platform.results.get("jobs/old") is None
    assert platform.results.get("jobs/new") == b"1"


def test_two_sweepers_at_once_share_the_work(settings: PlatformSettings) -> None:
    layout = Layout(settings.data_dir)
    layout.make_folders()
    for number in range(500):
        (layout.uploads / str(number)).touch()
    later = time.time() + 3601
    with ThreadPoolExecutor(2) as pool:
        swept = list(pool.map(sweep, [settings] * 2, [later] * 2))
    assert sum(each.objects for each in swept) == 500


def test_what_a_killed_process_left_half_written_goes(settings: PlatformSettings) -> None:
    layout = Layout(settings.data_dir)
    layout.make_folders()
    (layout.uploads / ".key.x3k9").write_bytes(b"half")
    assert sweep(settings, time.time()) == NOTHING
    assert sweep(settings, time.time() + 3601).objects == 1


def test_old_dead_letters_go_and_other_messages_stay(
    settings: PlatformSettings, platform: Platform
) -> None:
    platform.jobs.send(["poison"])
    while (message := platform.jobs.receive(0)) is not None:
        platform.jobs.hide(message, 0)
    platform.jobs.send(["waits"])
    platform.finished.send(["waits"])
    now = time.time()
    assert sweep(settings, now + 13 * DAY) == NOTHING
    assert sweep(settings, now + 15 * DAY) == Swept(records=0, objects=0, dead_letters=1)
    assert (platform.jobs.depth(), platform.finished.depth()) == (1, 1)
    dead = SqliteQueue(Layout(settings.data_dir).queues(), "jobs-dead", 60, 10, None)
    assert dead.depth() == 0
