"""What the system has to offer to faults: small disks, groups with little memory, other clocks."""

from __future__ import annotations

import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CGROUPS: Final = Path("/sys/fs/cgroup")
_OTHER_CLOCK: Final = Path(__file__).parent / "other_clock"


def run(*command: str | Path) -> str:
    """Run a command of the system; what it printed.

    Raises:
        RuntimeError: it failed, with what it said.
    """
    done = subprocess.run(  # noqa: S603 - the names of the system's own tools
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout


class Disk:
    """A file system of its own in a file; it turns read-only at its first error, as servers' do.

    Args:
        folder: where the file lies, and below it, once mounted, the disk.
        mebibytes: its size.

    Raises:
        RuntimeError: from every method, if a command of the system fails.
    """

    def __init__(self, folder: Path, mebibytes: int) -> None:
        self.mounted = folder / "disk"
        self.mounted.mkdir()
        self._image = folder / "disk.img"
        with self._image.open("wb") as file:
            file.truncate(mebibytes * 2**20)
        run("mkfs.ext4", "-q", "-m", "0", self._image)

    def mount(self) -> None:
        """Put it in its place."""
        run("mount", "-o", "loop,errors=remount-ro", self._image, self.mounted)

    def unmount(self) -> None:
        """Take it away; nobody may use it."""
        run("umount", self.mounted)

    def repair(self) -> None:
        """Check it while it is away, and mend what is broken."""
        # Its 1 says that something was mended.
        run("sh", "-c", 'e2fsck -fy "$0" >/dev/null || [ $? -eq 1 ]', self._image)

    def fail(self) -> None:
        """Have the kernel find an error on it."""
        device = run("findmnt", "-no", "SOURCE", self.mounted).strip()
        Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error").write_text("an error\n")

    def fill(self) -> Path:
        """Write until it is full; the file to delete."""
        ballast = self.mounted / "ballast"
        with ballast.open("ab", buffering=0) as file:
            for size in (2**20, 2**12):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue
        return ballast

    @contextmanager
    def in_use(self) -> Iterator[Path]:
        """It is mounted while the block runs."""
        self.mount()
        try:
            yield self.mounted
        finally:
            self.unmount()

    @staticmethod
    def missing() -> str | None:
        """Why there can't be one here."""
        if not Path("/dev/loop-control").exists():
            return "no loop devices"
        absent = [name for name in ("mkfs.ext4", "e2fsck", "mount") if shutil.which(name) is None]
        return f"{absent[0]} is missing" if absent else None


@dataclass(frozen=True, slots=True)
class MemoryGroup:
    """A control group that bounds the memory of the processes in it.

    Attributes:
        folder: of the group.
        limit: name of its file with the most bytes.
        used: of that with the bytes in use.
        events: of that which counts the processes that the kernel killed, after ``oom_kill``.
        nothing: what stands in ``limit`` where nothing is bounded.
    """

    folder: Path
    limit: str
    used: str
    events: str
    nothing: str

    @classmethod
    def find(cls, name: str) -> MemoryGroup | None:
        """One with this name, of whichever version the system has; ``None`` if it has none."""
        if (_CGROUPS / "memory/memory.limit_in_bytes").exists():
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control", "-1")
            return cls(_CGROUPS / "memory" / name, *names)
        if "memory" in _words(_CGROUPS / "cgroup.subtree_control"):
            names = ("memory.max", "memory.current", "memory.events", "max")
            return cls(_CGROUPS / name, *names)
        return None

    @contextmanager
    def made(self) -> Iterator[tuple[str, ...]]:
        """It is there while the block runs; yields the command that starts others in it."""
        self.folder.mkdir()
        try:
            yield ("sh", "-c", f'echo $$ > {self.folder}/cgroup.procs; exec "$@"', "sh")
        finally:
            end = time.monotonic() + 10
            while _words(self.folder / "cgroup.procs") and time.monotonic() < end:
                time.sleep(0.1)
            self.folder.rmdir()

    def leave(self, more: int | None) -> None:
        """Let the group take so many bytes more than it has; ``None``: as many as it likes."""
        used = int((self.folder / self.used).read_text())
        limit = self.nothing if more is None else str(used + more)
        (self.folder / self.limit).write_text(limit)

    def killed(self) -> int:
        """How many of its processes the kernel killed."""
        words = _words(self.folder / self.events)
        return int(words[words.index("oom_kill") + 1])


def _words(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


class Clock:
    """A clock that Python's processes go by, and that can be set.

    Args:
        folder: where the file lies by which they know it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._file.write_bytes(struct.pack("d", 0))

    def set(self, seconds: float) -> None:
        """So many seconds from the true time; less than 0 is the past."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("d", seconds))

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a process that goes by it."""
        return {"PYTHONPATH": str(_OTHER_CLOCK), "SOAK_CLOCK": str(self._file)}
