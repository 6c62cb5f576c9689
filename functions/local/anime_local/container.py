"""``python -m anime_local.container web|inference``: one function in a container of its own.

Beside its HTTP interface runs what works behind it: the housekeeper or a worker. Whichever dies
starts again, and the socket stays open meanwhile; told to stop (SIGTERM, SIGINT), both finish what
they have in hand.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from typing import Final

from anime_local.listening import SPARE_GRACE, function, listen
from anime_local.numbers import shared_numbers, told_by_another
from anime_local.supervisor import Child, Supervisor
from anime_shared.observability import start_logging
from anime_shared.settings import PlatformSettings, read_settings

# The web function's processes allow themselves no more, in seconds.
_WEB_GRACE: Final = 4.0


def main() -> None:
    """Run both processes of a function until told to stop."""
    parser = argparse.ArgumentParser(prog="anime_local.container")
    parser.add_argument("function", choices=("web", "inference"))
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on")  # noqa: S104
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    parser.add_argument(
        "--metrics-folder",
        type=_folder,
        help="existing folder for numbers in hand; otherwise that of temporary files",
    )
    arguments = parser.parse_args()
    settings = read_settings(PlatformSettings)
    start_logging(settings, "supervisor", "warning")
    with (
        listen(arguments.host, arguments.port) as listener,
        shared_numbers(settings.metrics_port, arguments.metrics_folder) as telling,
    ):
        others = told_by_another(telling)
        if arguments.function == "web":
            grace = _WEB_GRACE + SPARE_GRACE
            behind = Child("housekeeper", "anime_web.entry.housekeeper", grace, (), others)
        else:
            grace = _stop_grace() + SPARE_GRACE
            behind = Child("worker", "anime_inference.entry.worker", grace, (), others)
        module = f"anime_{arguments.function}.entry.server"
        server = function(arguments.function, module, listener, grace, telling)
        asyncio.run(_run(server, behind))


def _folder(name: str) -> Path:
    folder = Path(name)
    if not os.access(folder, os.W_OK | os.X_OK) or not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{name} is no folder that can be written")
    return folder


def _stop_grace() -> float:
    # The web function's image has no such module.
    from anime_inference.settings import Settings  # noqa: PLC0415

    return read_settings(Settings).stop_grace


async def _run(*children: Child) -> None:
    supervisor = Supervisor(children)
    async with supervisor.running():
        await supervisor.stopped()


if __name__ == "__main__":
    main()
