"""Webhooks over HTTP, signed as standardwebhooks.com describes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time

import httpx2

from anime_shared.errors import WebhookFailed
from anime_web.adapters.addresses import is_literal, public_address_of
from anime_web.logic.webhooks import Address, AllowList

_ANSWER_SECONDS = 5
# From the connection to the head of the answer, however slowly it trickles in.
_WHOLE_SECONDS = 10


class HttpWebhookSender:
    """A ``WebhookSender``; follows no redirect, and no name into a private network."""

    def __init__(self, allowed: AllowList, secret: bytes | None) -> None:
        self._allowed = allowed
        self._secret = secret
        self._tls = httpx2.create_ssl_context(trust_env=False)

    def send(self, url: str, message_id: str, body: str) -> None:
        """Deliver ``body``; any 2xx is success.

        Raises:
            WebhookRefused: the address may not be called.
            WebhookFailed: it doesn't answer, or not with success.
        """
        address = self._allowed.check(url)
        request = self._request(url, address, self._signed_headers(message_id, body), body)
        try:
            # `asyncio.run` would take this thread's loop away, by which Lambda answers requests.
            with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
                answer = runner.run(self._deliver(request))
        except (httpx2.HTTPError, TimeoutError) as error:
            raise WebhookFailed("the receiver doesn't answer") from error
        if not answer.is_success:
            raise WebhookFailed(f"the receiver answers {answer.status_code}")

    async def _deliver(self, request: httpx2.Request) -> httpx2.Response:
        async with (
            asyncio.timeout(_WHOLE_SECONDS),
            httpx2.AsyncClient(
                timeout=_ANSWER_SECONDS, trust_env=False, verify=self._tls
            ) as client,
        ):
            # The answer's body is of no interest, and could be endless.
            answer = await client.send(request, stream=True)
            await answer.aclose()
            return answer

    def _request(
        self, url: str, address: Address, headers: dict[str, str], body: str
    ) -> httpx2.Request:
        target = httpx2.URL(url)
        headers = {"host": target.netloc.decode(), **headers}
        extensions = {}
        if not is_literal(address.host):
            # To the very address that was checked: a second look-up could find another.
            target = target.copy_with(host=public_address_of(address.host, address.port))
            extensions = {"sni_hostname": address.host}
        return httpx2.Request(
            "POST", target, headers=headers, content=body.encode(), extensions=extensions
        )

    def _signed_headers(self, message_id: str, body: str) -> dict[str, str]:
        stamp = str(int(time.time()))
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
        }
        if self._secret is not None:
            signed = f"{message_id}.{stamp}.{body}".encode()
            digest = hmac.digest(self._secret, signed, hashlib.sha256)
            headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
        return headers
