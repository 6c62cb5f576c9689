"""``python -m anime_inference.entry.worker``: works on jobs on one machine.

It does with the embedded queue what Lambda does with SQS. Told to stop (SIGTERM, SIGINT), it
takes no new job and finishes those in hand, or gives them back once its grace is over.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from queue import SimpleQueue

from anime_inference.composition import Service, check_models
from anime_inference.entry.records import Records
from anime_inference.settings import read_settings
from anime_shared.composition import open_telemetry, watch
from anime_shared.observability import start_logging
from anime_shared.poller import Poller

_log = logging.getLogger(__name__)


def main() -> None:
    """Work until told to stop."""
    # The one thing that a signal handler may touch while the main thread waits for it.
    told_to_stop: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: told_to_stop.put(number))
    settings = read_settings()
    # Threads inherit it, so it comes before the engine's.
    os.nice(settings.worker_nice)
    start_logging(settings, "worker")
    telemetry = open_telemetry(settings, "worker")
    check_models(settings)
    service = Service(settings, telemetry)
    service.load()
    platform, work = service.platform, service.work
    poller = Poller(
        platform.jobs, Records(work), settings.visibility_timeout, "jobs", platform.ledger.check
    )
    stop = threading.Event()
    polling = threading.Thread(target=poller.run, args=(stop, settings.worker_threads), daemon=True)
    polling.start()
    watch(telemetry)
    _log.info("waiting for jobs")
    told_to_stop.get()
    stop.set()
    work.patience.over.set()
    polling.join(settings.stop_grace)
    if polling.is_alive():
        _log.warning("the jobs in hand are given back")
        work.release()
        poller.give_back()
    telemetry.tracer.flush()
    logging.shutdown()
    # A thread inside of the engine would keep an ordinary exit waiting.
    os._exit(0)


if __name__ == "__main__":
    main()
