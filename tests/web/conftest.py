"""The web function in an empty folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from anime_inference.logic.generator import Models
from anime_web.entry.http.app import create_app
from anime_web.settings import Settings
from tests.web.site import Site

MakeSite = Callable[..., Site]


@pytest.fixture
def make_site(tmp_path: Path, models: Models) -> Iterator[MakeSite]:
    """Makes a site of some settings."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Site:
            chosen = {"data_dir": tmp_path / "var", "rate_limit": "", **settings}
            app = create_app(Settings(**chosen))
            client = stack.enter_context(TestClient(app, raise_server_exceptions=False))
            return Site(client, app.state.service, models)

        yield make


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """A site of the default settings, but with no rate limit."""
    return make_site()
