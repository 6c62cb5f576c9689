"""One server for all tests of a module that only want to use one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anime_local.client import AnimeClient
from tests.local.served import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("server")
    with served(folder / "data", model_folder=str(folder / "models"), rate_limit="") as running:
        yield running


@pytest.fixture
def client(server: Served) -> Iterator[AnimeClient]:
    with AnimeClient(server.url) as made:
        yield made
