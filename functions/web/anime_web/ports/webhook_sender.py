"""How someone is told that a job has ended."""

from __future__ import annotations

from typing import Protocol


class WebhookSender(Protocol):
    """Posts JSON to an address that was allowed."""

    def send(self, url: str, message_id: str, body: str) -> None:
        """Deliver ``body``; a receiver tells repetitions by ``message_id``.

        Raises:
            WebhookRefused: the address may not be called.
            WebhookFailed: it doesn't answer, or not with success.
        """
