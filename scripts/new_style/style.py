"""A style that is to be added, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import onnx

from anime_inference.adapters.state_dict import UnsafeWeightsError, read_state_dict
from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE
from anime_shared.errors import InvalidField
from anime_shared.style import Subject, Upsampling
from anime_shared.styles import STYLES

_LARGEST_BYTES: Final = 2_000_000
_INPUTS: Final = {Subject.SCENERY: ["image", "thumbnail"], Subject.PORTRAIT: ["image"]}


@dataclass(frozen=True, slots=True)
class Source:
    """Where published weights come from; ``commit`` has 40 hexadecimal digits."""

    repository: str
    commit: str
    path: str

    @classmethod
    def parse(cls, text: str) -> Source:
        """Read ``owner/name@commit:path``.

        Raises:
            InvalidField: it has another form.
        """
        match = re.fullmatch(r"([\w.-]+/[\w.-]+)@([0-9a-f]{40}):(\S+)", text)
        if match is None:
            raise InvalidField(
                f"published: {text!r} is not owner/name@commit:path", field="published"
            )
        return cls(match[1], match[2], match[3])


@dataclass(frozen=True)
class NewStyle:
    """What a person tells of a style.

    Attributes:
        id: the name that callers use.
        title: the name that people see.
        subject: what it was made for.
        author: of the weights; ``None`` if it is bundled and this project's.
        non_commercial: whether its licence, or its teacher's, forbids commercial use.
        file: the ONNX file of a student, which is bundled, or published weights.
        source: where published weights come from; ``None`` if it is bundled.
        upsampling: of published weights; a student has no choice.
    """

    id: str
    title: str
    subject: Subject
    author: str | None
    non_commercial: bool
    file: Path
    source: Source | None
    upsampling: Upsampling | None = None

    @cached_property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.file.read_bytes()

    def check(self) -> None:
        """See that it can be added.

        Raises:
            InvalidField: its id is taken or has another form, its file is no such model, or what
                only one knows who trained it isn't said.
        """
        if not re.fullmatch(r"[a-z][a-z0-9_]{1,31}", self.id):
            raise InvalidField(f"id: {self.id!r} is not 2 to 32 of a-z, 0-9 and _", field="id")
        if self.id in {name for known in STYLES for name in (known.id, *known.aliases)}:
            raise InvalidField(f"id: {self.id} is taken", field="id")
        if self.source is None:
            self._check_student()
        else:
            self._check_published()

    def _check_published(self) -> None:
        for name in ("author", "upsampling"):
            if getattr(self, name) is None:
                raise InvalidField(f"{name}: published weights need it", field=name)
        try:
            read_state_dict(self.data)
        except UnsafeWeightsError as error:
            raise InvalidField(f"file: {error}", field="file") from None

    def _check_student(self) -> None:
        if self.upsampling is not None:
            raise InvalidField("upsampling: a student has no choice", field="upsampling")
        if len(self.data) > _LARGEST_BYTES:
            raise InvalidField(
                f"file: it has {len(self.data)} bytes, a bundled model at most {_LARGEST_BYTES}",
                field="file",
            )
        given = {item.name: item for item in onnx.load_from_string(self.data).graph.input}
        if sorted(given) != _INPUTS[self.subject]:
            raise InvalidField(
                f"file: its inputs are {sorted(given)}, a {self.subject} student's are "
                f"{_INPUTS[self.subject]}",
                field="file",
            )
        if "thumbnail" in given:
            _check_thumbnail(given["thumbnail"])


def _check_thumbnail(given: onnx.ValueInfoProto) -> None:
    shape = tuple(dimension.dim_value for dimension in given.type.tensor_type.shape.dim)
    if shape != THUMBNAIL_SHAPE:
        raise InvalidField(
            f"file: its thumbnail is {shape}, the app's is {THUMBNAIL_SHAPE}", field="file"
        )
