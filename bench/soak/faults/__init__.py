"""What goes wrong, one thing after the other."""

from __future__ import annotations

from typing import Final

from bench.soak.faults.base import Fault
from bench.soak.faults.broker import BrokerRestarted
from bench.soak.faults.clock import ClockBack, ClockForward
from bench.soak.faults.database import DatabaseLocked
from bench.soak.faults.disk import DiskFull, ReadOnly
from bench.soak.faults.memory import OutOfMemory
from bench.soak.faults.models import BundledModelDeleted, InstalledModelDeleted
from bench.soak.faults.network import HalfOpen, SlowClients
from bench.soak.faults.processes import AllKilled, InferenceKilled, WebKilled, WorkerKilled

FAULTS: Final[tuple[type[Fault], ...]] = (
    WorkerKilled,
    InferenceKilled,
    WebKilled,
    AllKilled,
    OutOfMemory,
    DiskFull,
    ReadOnly,
    DatabaseLocked,
    BrokerRestarted,
    ClockForward,
    ClockBack,
    SlowClients,
    HalfOpen,
    InstalledModelDeleted,
    BundledModelDeleted,
)
# Those of a short run: they need neither root nor a package of the system.
QUICK: Final[tuple[type[Fault], ...]] = (
    WorkerKilled,
    InferenceKilled,
    DatabaseLocked,
    ClockBack,
    HalfOpen,
)
