"""``python -m anime_local.child LIFELINE GRACE MODULE ...``: ends with its supervisor.

The lifeline is a pipe that nobody writes to, and whose other end only the supervisor holds. The
system closes that end however the supervisor ends, ``kill -9`` included, on every system that has
pipes; and the module hears of it as ``SIGTERM``, so that it ends in good order.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time


def _end_with_supervisor(lifeline: int, grace: float) -> None:
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Run MODULE; once the supervisor is gone, it has GRACE seconds to end."""
    # A terminal sends Ctrl-C to all of its processes; the supervisor alone says what it means.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    lifeline, grace, module, *arguments = sys.argv[1:]
    threading.Thread(
        target=_end_with_supervisor, args=(int(lifeline), float(grace)), daemon=True
    ).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
