"""``python -m anime_web.entry.server``: the HTTP interface as a server on this machine."""

from __future__ import annotations

import threading
from types import FrameType

import uvicorn

from anime_shared.composition import open_telemetry, watch
from anime_shared.http.server import read_arguments, run
from anime_shared.observability import start_logging
from anime_shared.ports.queue import Queue
from anime_web.composition import Service
from anime_web.entry.http.app import create_app
from anime_web.settings import read_settings


class _Server(uvicorn.Server):
    """Tells those who wait on behalf of clients that it is to stop."""

    def __init__(self, config: uvicorn.Config, stopping: threading.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stopping.set()
        super().handle_exit(sig, frame)


def main() -> None:
    """Serve until told to stop; requests in hand are answered first."""
    arguments = read_arguments("anime_web.entry.server", 8000)
    settings = read_settings()
    start_logging(settings, "web")
    telemetry = open_telemetry(settings, "web")
    app = create_app(settings, telemetry)
    service: Service = app.state.service
    watch(telemetry, lambda: _queues(service))
    run(app, arguments, lambda config: _Server(config, service.stopping))


def _queues(service: Service) -> dict[str, Queue]:
    return {"jobs": service.platform.jobs, "finished": service.platform.finished}


if __name__ == "__main__":
    main()
