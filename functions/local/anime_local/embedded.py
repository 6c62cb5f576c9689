"""The embedded server: which processes it is made of, and when they are ready."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Final

import httpx2

from anime_inference.settings import Settings
from anime_local.supervisor import Child, Supervisor
from anime_shared.errors import InvalidField, NotReady

_LOOPBACK: Final = "127.0.0.1"
# Connections that wait for a process which starts again.
_BACKLOG: Final = 512
# Beside what the processes allow themselves, before they are killed; in seconds.
_SPARE_GRACE: Final = 5.0
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
    # The sockets stay open here, so that nobody is refused while a process starts again.
    with (
        _listen(host, port) as public,
        _listen(_LOOPBACK, 0) as private,
        _metrics(settings.metrics_port) as metrics,
    ):
        url, inference_url = _url(host, public), _url(_LOOPBACK, private)
        environment = {"ANIME_INFERENCE_URL": inference_url, **environment, **metrics}
        grace = settings.stop_grace + _SPARE_GRACE
        # One of them tells the numbers of all.
        telling, others = environment, {**environment, "ANIME_METRICS_PORT": ""}
        children = (
            _function("web", "anime_web.entry.server", public, grace, telling),
            _function("inference", "anime_inference.entry.server", private, grace, others),
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


def _function(
    name: str, module: str, listener: socket.socket, grace: float, environment: Mapping[str, str]
) -> Child:
    number = listener.fileno()
    return Child(name, module, grace, ("--fd", str(number)), environment, (number,))


@contextmanager
def _metrics(port: int | None) -> Iterator[dict[str, str]]:
    """The variables by which the processes share one port's numbers."""
    if port is None:
        yield {}
        return
    # Not in the data folder: a full disk would end whoever counts there.
    with TemporaryDirectory(prefix="animegan-metrics-") as folder:
        yield {"ANIME_METRICS_PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": folder}


def _listen(host: str, port: int) -> socket.socket:
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


def _url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
