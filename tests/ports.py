"""Ports of this machine."""

from __future__ import annotations

import socket


def free_port() -> int:
    """One of 127.0.0.1 that nobody listens on, for now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
