"""A connection that waits for nobody forever; needs uvicorn, which no Lambda has.

uvicorn has a deadline for the pause between two requests, and for nothing else: who sends a head or
a body byte by byte, or takes no answer, keeps a connection for as long as they like.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from anime_shared.errors import RequestTooSlow
from anime_shared.http.problems import respond

# Together they hold less than 1 GiB, and a process has as many files as it needs.
MOST_CONNECTIONS: Final = 4096


class Connection(H11Protocol):
    """A client's connection, within limits of patience.

    Attributes:
        head_seconds: until a request's head is there, from the beginning, or from its first byte.
        look_seconds: how often it is seen whether the client sends its body, or takes its answer.
        least_bytes: of either, that it must have sent or taken meanwhile.
        most_connections: that a server has at a time.
    """

    head_seconds = 10.0
    look_seconds = 20.0
    least_bytes = 10 * 1024
    most_connections = MOST_CONNECTIONS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_deadline: asyncio.TimerHandle | None = None
        self._next_look: asyncio.TimerHandle | None = None
        self._received = 0
        # What was left to be taken at the last look.
        self._waiting = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch a client."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            transport.abort()
            return
        self._await_head()
        self._next_look = self.loop.call_later(self.look_seconds, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch it no longer."""
        super().connection_lost(exc)
        self._head_is_there()
        if self._next_look is not None:
            self._next_look.cancel()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends."""
        self._received += len(data)
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._head_is_there()
        elif self.timeout_keep_alive_task is None and not self.transport.is_closing():
            self._await_head()

    def resume_writing(self) -> None:
        """Go on: the client has taken something."""
        super().resume_writing()
        self._waiting = 0

    def _await_head(self) -> None:
        if self._head_deadline is None:
            self._head_deadline = self.loop.call_later(
                self.head_seconds, self._give_up, "the head of the request"
            )

    def _head_is_there(self) -> None:
        if self._head_deadline is not None:
            self._head_deadline.cancel()
            self._head_deadline = None

    def _look(self) -> None:
        # Who is told to go may still take nothing of that, and must be seen again.
        self._next_look = self.loop.call_later(self.look_seconds, self._look)
        waiting = self.transport.get_write_buffer_size()
        if self._waiting and waiting > self._waiting - self.least_bytes:
            self.transport.abort()
            return
        self._waiting = waiting
        owes_body = self.conn.their_state is h11.SEND_BODY and not (
            self.flow.read_paused or self.conn.they_are_waiting_for_100_continue
        )
        if owes_body and self._received < self.least_bytes:
            self._give_up("the body of the request")
            return
        self._received = 0

    def _give_up(self, what: str) -> None:
        """Say why, if an answer hasn't begun yet, and hang up."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            error = RequestTooSlow(f"{what} came too slowly", limit=self.least_bytes)
            answer = respond(error)
            head = h11.Response(
                status_code=answer.status_code,
                headers=[*answer.raw_headers, (b"connection", b"close")],
            )
            with contextlib.suppress(h11.LocalProtocolError):
                for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
                    self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()
