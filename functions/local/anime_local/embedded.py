"""The embedded server: which processes it is made of, and when they are ready."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from typing import Final

import httpx2

from anime_inference.settings import Settings
from anime_local.listening import SPARE_GRACE, function, listen
from anime_local.numbers import shared_numbers, told_by_another
from anime_local.supervisor import Child, Supervisor
from anime_shared.errors import NotReady

_LOOPBACK: Final = "127.0.0.1"
_START_SECONDS: Final = 60.0
_PROBE_SECONDS: Final = 2.0
_POLL_SECONDS: Final = 0.1


def serve(
    host: str,
    port: int,
    settings: Settings,
    environment: Mapping[str, str],
    on_ready: Callable[[str], None],
) -> None:
    """Serve at ``host`` and ``port`` (0: any free one) until ``SIGTERM`` or Ctrl-C.

    ``environment`` is added to that of the processes; ``on_ready`` gets the URL once both
    functions answer.

    Raises:
        InvalidField: the address is unknown, or taken.
        NotReady: a process died while it started, or it took more than a minute.
    """
    with (
        listen(host, port) as public,
        listen(_LOOPBACK, 0) as private,
        shared_numbers(settings.metrics_port) as metrics,
    ):
        url, inference_url = _url(host, public), _url(_LOOPBACK, private)
        environment = {"ANIME_INFERENCE_URL": inference_url, **environment, **metrics}
        grace = settings.stop_grace + SPARE_GRACE
        # One of them tells the numbers of all.
        telling, others = environment, told_by_another(environment)
        children = (
            function("web", "anime_web.entry.server", public, grace, telling),
            function("inference", "anime_inference.entry.server", private, grace, others),
            Child("worker", "anime_inference.entry.worker", grace, (), others),
            Child("housekeeper", "anime_web.entry.housekeeper", grace, (), others),
        )
        probes = (f"{inference_url}/readyz", f"{url}/healthz")
        asyncio.run(_run(children, probes, lambda: on_ready(url)))


async def _run(
    children: tuple[Child, ...], probes: tuple[str, ...], on_ready: Callable[[], None]
) -> None:
    supervisor = Supervisor(children)
    async with supervisor.running():
        try:
            async with asyncio.timeout(_START_SECONDS):
                ready = await _ready(probes, supervisor)
        except TimeoutError:
            raise NotReady(f"the server wasn't ready within {_START_SECONDS:.0f} s") from None
        if ready:
            on_ready()
        await supervisor.stopped()


async def _ready(probes: tuple[str, ...], supervisor: Supervisor) -> bool:
    """Wait until all probes succeed; ``False`` if somebody stopped the supervisor before."""
    async with httpx2.AsyncClient(timeout=_PROBE_SECONDS, trust_env=False) as client:
        for probe in probes:
            while not await _succeeds(client, probe):
                if supervisor.stopping:
                    return False
                for name, how in supervisor.deaths.items():
                    raise NotReady(f"{name} {how} while it started")
                await asyncio.sleep(_POLL_SECONDS)
    return True


async def _succeeds(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        answer = await client.get(url)
    except httpx2.TransportError:
        return False
    return answer.is_success


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
