"""One correlation id from the request to the last log line."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from anime_shared import trail
from anime_shared.errors import InvalidField
from anime_shared.observability import OWN, start_logging
from anime_shared.settings import PlatformSettings
from anime_shared.trail import Trail
from anime_web.entry.http.app import create_app
from anime_web.settings import Settings

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ID = "page-4711.a_B"


@pytest.mark.parametrize(
    "sent", [None, "", "short", "x" * 65, "has space", "a\nb-forged-line", "ä" * 9]
)
def test_what_is_not_well_formed_is_replaced(sent: str | None) -> None:
    made = Trail.of(sent, None)
    assert made.correlation_id != sent
    assert Trail.of(made.correlation_id, None) == made


@pytest.mark.parametrize("sent", [None, "00-1-2-3", PARENT + "\n", PARENT.upper(), PARENT[:-1]])
def test_a_traceparent_is_as_w3c_says_or_none(sent: str | None) -> None:
    assert Trail.of(ID, sent) == Trail(ID, None)
    assert Trail.of(ID, PARENT) == Trail(ID, PARENT)
    assert Trail.of(ID, f"00-{'0' * 32}-b7ad6b7169203331-01").traceparent is None


def test_each_thread_follows_its_own() -> None:
    seen: list[Trail | None] = []
    with trail.following(Trail(ID)):
        thread = threading.Thread(target=lambda: seen.append(trail.current()))
        thread.start()
        thread.join()
        with trail.working(PARENT):
            assert trail.fields() == {"correlation_id": ID, "traceparent": PARENT}
        assert trail.fields() == {"correlation_id": ID}
    assert trail.fields() == {}
    assert seen == [None]


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    app = create_app(Settings(data_dir=tmp_path, cors_origins=("https://page.example",)))
    return TestClient(app, raise_server_exceptions=False)


def test_an_answer_and_its_problem_have_the_requests_id(client: TestClient) -> None:
    answer = client.get("/api/v1/jobs/nobody", headers={"X-Correlation-ID": ID})
    assert answer.status_code == 404
    assert answer.headers["X-Correlation-ID"] == answer.json()["correlation_id"] == ID
    other = client.get("/healthz", headers={"X-Correlation-ID": "<script>"})
    assert other.headers["X-Correlation-ID"] not in {ID, "<script>"}


def test_a_defect_has_it_too(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from anime_web.entry.http import jobs

    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    trail.name_in_logs()
    monkeypatch.setattr(jobs, "news", broken)
    answer = client.get("/api/v1/jobs/nobody", headers={"X-Correlation-ID": ID})
    assert answer.status_code == 500
    assert answer.headers["X-Correlation-ID"] == answer.json()["correlation_id"] == ID
    assert {getattr(record, "correlation_id", "") for record in caplog.records} == {ID}


def test_a_page_elsewhere_may_send_and_read_it(client: TestClient) -> None:
    asked = {
        "Origin": "https://page.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-correlation-id,traceparent",
    }
    assert client.options("/api/v1/jobs", headers=asked).status_code == 200
    read = client.get("/healthz", headers={"Origin": "https://page.example"})
    assert "X-Correlation-ID" in read.headers["access-control-expose-headers"]


@pytest.fixture
def _loggers() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("", *OWN)]
    root, levels = loggers[0], [logger.level for logger in loggers]
    handlers = root.handlers[:]
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.usefixtures("_loggers")
@pytest.mark.parametrize("form", ["text", "json"])
def test_lines_have_service_and_id(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = PlatformSettings.model_validate({"log_format": form, "log_dir": tmp_path / "logs"})
    start_logging(settings, "worker")
    with trail.following(Trail(ID)):
        logging.getLogger("anime_shared.some").info("in a job")
    logging.getLogger("anime_shared.some").info("between jobs")
    logging.getLogger("anime_shared.some").debug("too much")
    logging.getLogger("httpcore").info("somebody's address")
    lines = capsys.readouterr().err.splitlines()
    assert lines == (tmp_path / "logs/worker.log").read_text().splitlines()
    first, second = lines
    if form == "text":
        assert first.endswith(f"in a job [{ID}]")
        assert second.endswith("between jobs")
        return
    told = json.loads(first)
    assert (told["service"], told["correlation_id"], told["message"]) == ("worker", ID, "in a job")
    assert "correlation_id" not in json.loads(second)


@pytest.mark.usefixtures("_loggers")
def test_a_folder_that_can_not_be_is_named_by_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidField, match="ANIME_LOG_DIR"):
        start_logging(PlatformSettings(log_dir=tmp_path / "file"), "web")
