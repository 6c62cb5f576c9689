"""Which of the containers behind one name gets the next request."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Containers:
    """Counts what each container has in hand: one paints a photo at a time, others wait there.

    A name leads to several addresses where containers were scaled, to one anywhere else; it is
    looked up for each request, so one that came or went is known at once.

    Args:
        host: the name.
        port: at which all of them listen.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._in_hand: defaultdict[str, int] = defaultdict(int)
        self._last_used: defaultdict[str, int] = defaultdict(int)
        self._turns = itertools.count(1)

    async def idlest_first(self) -> list[str]:
        """Their addresses; of two with equally much in hand, the one that waited longer first.

        Raises:
            OSError: the name can't be resolved.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        addresses = {str(address[0]) for *_, address in found}
        return sorted(addresses, key=lambda one: (self._in_hand[one], self._last_used[one]))

    @contextmanager
    def busy(self, address: str) -> Iterator[None]:
        """This container has one request more until the block ends."""
        self._in_hand[address] += 1
        self._last_used[address] = next(self._turns)
        try:
            yield
        finally:
            self._in_hand[address] -= 1
