"""A browser, a server, and pages that are watched."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import axe as checker
from tests.browser import chromium
from tests.browser.pages import OpenPage
from tests.browser.photos import Photos, make_photos
from tests.browser.watch import Watch
from tests.local import served as server
from tests.local.served import Served

_MEASURED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_MEASURED] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was measured."""
    for line in terminalreporter.config.stash[_MEASURED]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def report(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Tells of a measurement at the end of the run."""
    return pytestconfig.stash[_MEASURED].append


@pytest.fixture(scope="session", autouse=True)
def no_old_screenshots() -> None:
    shutil.rmtree(chromium.SCREENSHOTS, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``animegan serve`` with the bundled models and the repository's page."""
    folder = tmp_path_factory.mktemp("server")
    models = str(folder / "models")
    with server.served(folder / "data", model_folder=models, rate_limit="") as running:
        yield running


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Photos:
    return make_photos(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="session")
def shoot() -> Callable[[Page, str], Path]:
    """Takes a picture of a page."""
    return chromium.shoot


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Fails the test if the page keeps somebody out."""
    return checker.assert_accessible


@pytest.fixture
def page_watch(served: Served) -> Watch:
    """What the pages of this test did; here a test says what it expects of them."""
    return Watch([served.url])


@pytest.fixture
def open_page(browser: Browser, served: Served, page_watch: Watch) -> Iterator[OpenPage]:
    """Opens pages; when the test ends, trouble of theirs that it didn't expect fails it."""
    with ExitStack() as ends:
        yield OpenPage(browser, served.url, page_watch, ends)
        # Before the contexts end, which cuts off what they still ask for.
        page_watch.check()
