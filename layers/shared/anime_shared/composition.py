"""Where settings choose the adapters that both functions share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from anime_shared.adapters.telemetry.memory import SystemMemory
from anime_shared.ledger import Ledger
from anime_shared.platform import Platform
from anime_shared.ports.meter import Meter, Unmeasured
from anime_shared.ports.queue import Queue
from anime_shared.ports.tracer import Tracer, Untraced
from anime_shared.settings import PlatformSettings
from anime_shared.telemetry import Telemetry
from anime_shared.watch import Watch


def open_platform(settings: PlatformSettings) -> Platform:
    """The platform that the settings ask for; servers are asked at the first use.

    Raises:
        StorageUnavailable: the embedded data folder can't be made or written.
    """
    if settings.platform == "aws":
        # boto3 costs a tenth of a second, and botocore thirty megabytes.
        from anime_shared.adapters.aws import open_aws  # noqa: PLC0415

        return open_aws(settings)
    return _open_own(settings)


def open_telemetry(settings: PlatformSettings, service: str) -> Telemetry:
    """What a process on one machine tells, as ``service``, and to whom the settings say.

    Raises:
        InvalidField: the address for metrics can't be listened on.
    """
    return Telemetry(_open_meter(settings, service), _open_tracer(settings, service))


def watch(
    telemetry: Telemetry, queues: Callable[[], Mapping[str, Queue]] = dict[str, Queue]
) -> None:
    """From now on, tell of this process, and of the queues that ``queues`` finds, by name."""
    if not isinstance(telemetry.meter, Unmeasured):
        Watch(telemetry.meter, SystemMemory(), queues).start()


def _open_tracer(settings: PlatformSettings, service: str) -> Tracer:
    if settings.otlp_endpoint is None:
        return Untraced()
    # Its libraries are on no Lambda.
    from anime_shared.adapters.telemetry.otel import OtelTracer  # noqa: PLC0415

    return OtelTracer(service, settings.otlp_endpoint)


def _open_meter(settings: PlatformSettings, service: str) -> Meter:
    if settings.metrics_port is None and settings.metrics_folder is None:
        return Unmeasured()
    # Its library is on no Lambda.
    from anime_shared.adapters.telemetry.prometheus import PrometheusMeter  # noqa: PLC0415

    meter = PrometheusMeter(service, settings.metrics_folder)
    if settings.metrics_port is not None:
        meter.serve(settings.metrics_host, settings.metrics_port)
    return meter


def _open_own(settings: PlatformSettings) -> Platform:
    # Each brings a library that only some installations have.
    from anime_shared.adapters import embedded  # noqa: PLC0415

    uploads, results = embedded.open_objects(settings)
    if settings.cache_url is None:
        records, copies = embedded.open_records(settings), results
    else:
        from anime_shared.adapters.redis import open_records, put_before  # noqa: PLC0415

        records, copies = open_records(settings), put_before(results, settings)
    if settings.on_rabbitmq:
        from anime_shared.adapters.rabbitmq import open_queues  # noqa: PLC0415

        jobs, finished = open_queues(settings)
    else:
        jobs, finished = embedded.open_queues(settings)
    return Platform(uploads, results, copies, Ledger(records), jobs, finished)
