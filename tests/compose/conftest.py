"""The stack in containers, which ``make compose-test`` brings up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from anime_local.client import AnimeClient
from scripts.compose.stack import CONTAINERS
from tests.compose.container import Container, running

T = TypeVar("T")


def wait_for(look: Callable[[], T | None], seconds: float) -> T:
    """What ``look`` finds within so many seconds."""
    end = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < end, f"not within {seconds} s: {look}"
        time.sleep(0.3)
    return found


def all_healthy() -> list[Container] | None:
    """Every container with a health check, once it passes in all."""
    found = [*running("web"), *running("inference")]
    complete = len(found) == 1 + CONTAINERS
    return found if complete and all(each.is_healthy for each in found) else None


@pytest.fixture(autouse=True)
def healthy() -> list[Container]:
    """No test begins in another one's ruins."""
    return wait_for(all_healthy, 120)


@pytest.fixture(scope="session")
def url() -> str:
    """Where clients find the stack."""
    (web,) = wait_for(lambda: running("web") or None, 10)
    ((binding,),) = (bound for bound in web.facts["NetworkSettings"]["Ports"].values() if bound)
    return f"http://{binding['HostIp']}:{binding['HostPort']}"


@pytest.fixture
def client(url: str) -> Iterator[AnimeClient]:
    with AnimeClient(url) as opened:
        yield opened
