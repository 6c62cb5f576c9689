"""Files that are there as a whole, or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from anime_shared.files import write_atomically


class Disk:
    """What was written out, in this order; ``mood`` is what it says of folders."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, mood: int = 0) -> None:
        self.kept: list[tuple[bool, set[str]]] = []
        self._mood = mood
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._look)

    def _look(self, descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        self.kept.append((is_folder, set(os.listdir(descriptor)) if is_folder else set()))
        if is_folder and self._mood:
            raise OSError(self._mood, os.strerror(self._mood))
        self._fsync(descriptor)


def test_a_file_and_its_name_outlive_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    write_atomically(tmp_path / "new" / "a", b"1")
    assert disk.kept == [(False, set()), (True, {"a"})]


def test_a_file_system_that_can_keep_no_name_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Disk(monkeypatch, errno.EINVAL)
    write_atomically(tmp_path / "a", b"1")
    assert (tmp_path / "a").read_bytes() == b"1"


def test_a_name_that_may_be_lost_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Disk(monkeypatch, errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        write_atomically(tmp_path / "a", b"1")
