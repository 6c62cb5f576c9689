"""A function's HTTP interface as a server on one machine; needs uvicorn, which no Lambda has."""

from __future__ import annotations

import argparse
import resource
import socket
from collections.abc import Callable
from typing import Final

import uvicorn
from fastapi import FastAPI

from anime_shared.http.connection import MOST_CONNECTIONS, Connection

# Less than the supervisor allows before it kills.
_GRACE_SECONDS: Final = 4
# A connection may hold an upload or a result open, too, and the stores need some.
_FILES: Final = 2 * MOST_CONNECTIONS + 256


def read_arguments(program: str, port: int) -> argparse.Namespace:
    """Where to listen, from the command line: ``fd``, ``host``, ``port``, ``access_log``."""
    parser = argparse.ArgumentParser(prog=program)
    parser.add_argument("--fd", type=int, help="a listening socket that was inherited")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=port, help="port to listen on")
    parser.add_argument("--access-log", action="store_true", help="log every request")
    return parser.parse_args()


def run(
    app: FastAPI,
    arguments: argparse.Namespace,
    make: Callable[[uvicorn.Config], uvicorn.Server] = uvicorn.Server,
) -> None:
    """Serve until told to stop; requests in hand are answered first."""
    config = uvicorn.Config(
        app,
        host=arguments.host,
        port=arguments.port,
        log_config=None,
        http=Connection,
        ws="none",
        access_log=arguments.access_log,
        # Whoever connects from this machine would be believed to be whom they say.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    _allow_files()
    inherited = None if arguments.fd is None else [socket.socket(fileno=arguments.fd)]
    make(config).run(sockets=inherited)


def _allow_files() -> None:
    """Many systems let a process open 1024 files, and more if it asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
