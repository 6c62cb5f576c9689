"""Sockets that stay open while the processes behind them start again."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping
from typing import Final

from anime_local.supervisor import Child
from anime_shared.errors import InvalidField

# Beside what the processes allow themselves, before they are killed; in seconds.
SPARE_GRACE: Final = 5.0
# Connections that wait for a process which starts again.
_BACKLOG: Final = 512


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at ``host`` and ``port`` (0: any free one).

    Raises:
        InvalidField: the address is unknown, or taken.
    """
    try:
        family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except socket.gaierror:
        raise InvalidField(f"host: {host} can't be resolved", field="host") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InvalidField(f"port: {port} is taken by another program", field="port") from None
        reason = os.strerror(error.errno or 0)
        raise InvalidField(
            f"host: can't listen on {host}, {port}: {reason}", field="host"
        ) from None


def function(
    name: str,
    module: str,
    listener: socket.socket,
    grace: float,
    environment: Mapping[str, str] | None = None,
) -> Child:
    """The process that serves a function's HTTP interface at a socket; see :class:`Child`."""
    number = listener.fileno()
    return Child(name, module, grace, ("--fd", str(number)), environment or {}, (number,))
