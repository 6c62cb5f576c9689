"""Processes for the tests of the supervisor: one that supervises, and children of each temper."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

from anime_local.supervisor import Child, Supervisor


def child(temper: str, log: Path, *, name: str = "", grace: float = 5.0) -> Child:
    """A child that writes into ``log`` what befalls it."""
    arguments = (temper, str(log))
    return Child(name or temper, "tests.local.stand_in", grace, arguments, {"STAND_IN": temper})


def main(temper: str, log: Path, *rest: str) -> None:
    """Be a child of this temper."""

    def note(what: str) -> None:
        with log.open("a") as file:
            file.write(f"{time.monotonic()} {temper} {what}\n")

    def stop(number: int, _: FrameType | None) -> None:
        note(f"signal {number}")
        if temper != "stubborn":
            note("end")
            sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    note(f"start {os.getpid()} {os.getenv('STAND_IN')}")
    if temper == "crashing":
        sys.exit(3)
    if temper == "serving":
        connection, _ = socket.socket(fileno=int(rest[0])).accept()
        connection.sendall(b"served")
        connection.close()
        sys.exit(4)
    while True:
        time.sleep(60)


async def supervise(log: Path, grace: float) -> None:
    """Supervise a tidy and a stubborn child."""
    supervisor = Supervisor([child("tidy", log), child("stubborn", log, grace=grace)])
    async with supervisor.running():
        await supervisor.stopped()


if __name__ == "__main__":
    temper, log, *rest = sys.argv[1:]
    if temper == "supervisor":
        asyncio.run(supervise(Path(log), float(rest[0])))
    else:
        main(temper, Path(log), *rest)
