"""Which photo becomes which file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from anime_shared.errors import InvalidField
from anime_shared.options import OutputFormat

# As a photo: stdin; as what it becomes: stdout.
PIPE = Path("-")
_READ_SUFFIXES = {
    ".jpg", ".jpeg", ".jpe", ".mpo", ".png", ".webp", ".avif", ".heic", ".heif", ".gif", ".apng",
}  # fmt: skip
_WRITTEN = {
    ".jpg": OutputFormat.JPEG,
    ".jpeg": OutputFormat.JPEG,
    ".png": OutputFormat.PNG,
    ".webp": OutputFormat.WEBP,
    ".avif": OutputFormat.AVIF,
    ".gif": OutputFormat.GIF,
}
# What can be read but not written goes on in a format of its kind.
_REPLACED = {".jpe": ".jpg", ".mpo": ".jpg", ".heic": ".jpg", ".heif": ".jpg", ".apng": ".png"}
_SUFFIX = {
    OutputFormat.JPEG: ".jpg",
    OutputFormat.PNG: ".png",
    OutputFormat.WEBP: ".webp",
    OutputFormat.AVIF: ".avif",
    OutputFormat.GIF: ".gif",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One photo to transform and the file that it becomes."""

    source: Path
    target: Path
    format: OutputFormat

    @property
    def is_done(self) -> bool:
        """Whether the file is there."""
        return self.target != PIPE and self.target.exists()


def plan(sources: Sequence[Path], target: Path, fmt: OutputFormat) -> list[Item]:
    """Every photo of ``sources`` with its output, in a stable order.

    One file may go to a file; many files or a folder go to a folder, and a folder's subfolders
    are kept. A file's format is ``fmt``, or what the output's name says, or the photo's own.

    Raises:
        InvalidField: the output's name and the format don't fit together, two photos would
            become the same file, or a folder has no photo.
    """
    if len(sources) == 1 and not sources[0].is_dir() and not _is_folder(target):
        items = [Item(sources[0], target, _format_of(target, fmt))]
        _check_distinct(items)
        return items
    items = []
    for source, relative in _walk(sources, target):
        suffix = _SUFFIX.get(fmt) or _own_suffix(relative)
        items.append(Item(source, target / relative.with_suffix(suffix), _WRITTEN[suffix]))
    _check_distinct(items)
    return items


def _is_folder(target: Path) -> bool:
    return target.is_dir() or not target.suffix


def _format_of(target: Path, fmt: OutputFormat) -> OutputFormat:
    named = _WRITTEN.get(target.suffix.lower())
    if named is None:
        raise InvalidField(
            f"OUT: {target.name}: can't write {target.suffix}; "
            f"use {', '.join(_WRITTEN)}, or a folder",
            field="OUT",
            limit=", ".join(_WRITTEN),
        )
    if fmt not in (OutputFormat.AUTO, named):
        raise InvalidField(
            f"format: {fmt.value} doesn't fit the name {target.name}", field="format"
        )
    return named


def _own_suffix(photo: Path) -> str:
    suffix = photo.suffix.lower()
    return suffix if suffix in _WRITTEN else _REPLACED.get(suffix, ".jpg")


def _walk(sources: Sequence[Path], target: Path) -> Iterator[tuple[Path, Path]]:
    inside = target.resolve()
    for source in sources:
        if not source.is_dir():
            yield source, Path(source.name)
            continue
        photos = sorted(
            path
            for path in source.rglob("*")
            if path.suffix.lower() in _READ_SUFFIXES
            and path.is_file()
            # An output folder within the input folder is no input.
            and not (inside != source.resolve() and path.resolve().is_relative_to(inside))
        )
        if not photos:
            raise InvalidField(f"IN: the folder {source} has no photos", field="IN")
        for photo in photos:
            yield photo, photo.relative_to(source)


def _check_distinct(items: Sequence[Item]) -> None:
    seen: dict[Path, Path] = {}
    for item in items:
        other = seen.setdefault(item.target, item.source)
        if other is not item.source:
            raise InvalidField(
                f"IN: {other} and {item.source} would both become {item.target}", field="IN"
            )
        if item.target.resolve() == item.source.resolve():
            raise InvalidField(
                f"OUT: {item.source} would be overwritten by its own result", field="OUT"
            )
