"""``python -m anime_web.entry.server``: the HTTP interface as a server on this machine."""

from __future__ import annotations

import argparse
import socket
import threading
from types import FrameType
from typing import Final

import uvicorn

from anime_shared.observability import log_as_text
from anime_web.entry.http.app import create_app
from anime_web.settings import read_settings

_GRACE_SECONDS: Final = 4


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
    arguments = _parser().parse_args()
    app = create_app(read_settings())
    log_as_text("web")
    config = uvicorn.Config(
        app,
        host=arguments.host,
        port=arguments.port,
        log_config=None,
        access_log=arguments.access_log,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    inherited = None if arguments.fd is None else [socket.socket(fileno=arguments.fd)]
    _Server(config, app.state.service.stopping).run(sockets=inherited)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anime_web.entry.server", description=__doc__)
    parser.add_argument("--fd", type=int, help="a listening socket that was inherited")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    parser.add_argument("--access-log", action="store_true", help="log every request")
    return parser


if __name__ == "__main__":
    main()
