"""``python -m anime_web.entry.housekeeper``: webhooks, zips and sweeping on one machine.

It does with the embedded queue what Lambda does with SQS, and with the embedded stores what
lifecycle rules do. Told to stop (SIGTERM, SIGINT), it finishes what it has in hand, or gives it
back once its grace is over.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from queue import Empty, SimpleQueue
from typing import Final

from anime_shared.adapters.embedded.sweeper import sweep
from anime_shared.composition import open_telemetry, watch
from anime_shared.errors import StorageUnavailable
from anime_shared.observability import start_logging
from anime_shared.poller import Poller
from anime_web.composition import Service
from anime_web.entry.records import Records
from anime_web.settings import Settings, read_settings

_SWEEP_SECONDS: Final = 300.0
_GRACE_SECONDS: Final = 4.0
# A receiver that doesn't answer may not keep the others waiting.
_THREADS: Final = 4
_log = logging.getLogger(__name__)


def main() -> None:
    """Keep house until told to stop."""
    # The one thing that a signal handler may touch while the main thread waits for it.
    told_to_stop: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: told_to_stop.put(number))
    settings = read_settings()
    start_logging(settings, "housekeeper")
    telemetry = open_telemetry(settings, "housekeeper")
    service = Service(settings, telemetry)
    watch(telemetry)
    platform = service.platform
    poller = Poller(
        platform.finished,
        Records(service),
        settings.visibility_timeout,
        "finished",
        platform.ledger.check,
    )
    stop = threading.Event()
    polling = threading.Thread(target=poller.run, args=(stop, _THREADS), daemon=True)
    polling.start()
    _sweep_until(told_to_stop, settings)
    stop.set()
    polling.join(_GRACE_SECONDS)
    if polling.is_alive():
        poller.give_back()
    telemetry.tracer.flush()


def _sweep_until(told_to_stop: SimpleQueue[int], settings: Settings) -> None:
    while True:
        try:
            swept = sweep(settings, time.time())
        except StorageUnavailable as error:
            _log.warning("sweeping: %s", error.detail)
        else:
            _log.info("swept %d records and %d objects", swept.records, swept.objects)
        try:
            told_to_stop.get(timeout=_SWEEP_SECONDS)
        except Empty:
            continue
        return


if __name__ == "__main__":
    main()
