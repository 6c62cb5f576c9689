"""``python -m anime_inference.entry.server``: the HTTP interface as a server on this machine."""

from __future__ import annotations

import argparse
import socket
from typing import Final

import uvicorn

from anime_inference.composition import check_models
from anime_inference.entry.http.app import create_app
from anime_inference.settings import read_settings
from anime_shared.observability import log_as_text

# Less than the supervisor allows before it kills.
_GRACE_SECONDS: Final = 4


def main() -> None:
    """Serve until told to stop; requests in hand are answered first."""
    arguments = _parser().parse_args()
    settings = read_settings()
    log_as_text("inference")
    check_models(settings)
    config = uvicorn.Config(
        create_app(settings),
        host=arguments.host,
        port=arguments.port,
        log_config=None,
        access_log=arguments.access_log,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    inherited = None if arguments.fd is None else [socket.socket(fileno=arguments.fd)]
    uvicorn.Server(config).run(sockets=inherited)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anime_inference.entry.server", description=__doc__)
    parser.add_argument("--fd", type=int, help="a listening socket that was inherited")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on")
    parser.add_argument("--access-log", action="store_true", help="log every request")
    return parser


if __name__ == "__main__":
    main()
