"""What a style is; which there are is told by `styles.py`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What a style was made for."""

    SCENERY = "scenery"
    PORTRAIT = "portrait"


class Architecture(StrEnum):
    """The networks that are known, by the names that styles and models use."""

    ANIMEGAN2 = "animegan2"
    STUDENT = "student"
    PORTRAIT_STUDENT = "portrait_student"


class Upsampling(StrEnum):
    """How a generator's decoder doubles the size; bilinear in both cases.

    ``ASYMMETRIC``: source = destination / 2, as TensorFlow 1 resizes; for weights trained there.
    ``ALIGN_CORNERS``: the corners' centres coincide; for weights trained in PyTorch.
    The wrong one draws every line twice.
    """

    ASYMMETRIC = "asymmetric"
    ALIGN_CORNERS = "align_corners"


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """A state dict as its author published it.

    Attributes:
        path: of the file in ``repository`` at ``commit``; its last part is the file's name.
        git_blob_id: SHA-1 of git's blob, by which the bytes are verified (``git hash-object``).
        repository: ``owner/name`` on GitHub; ``None`` if it can only come from a folder.
        commit: 40 hexadecimal digits.
    """

    path: str
    git_blob_id: str
    repository: str | None = None
    commit: str | None = None

    @property
    def file_name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class BundledModel:
    """A model that this project trained and that lies beside the code, and its SHA-256."""

    file_name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Style:
    """One look, and all that is known of it.

    Attributes:
        id: the name that callers use.
        title: the name that people see.
        good_for: the subject it was made for.
        author: of the weights.
        licence: in plain words.
        source: where the weights come from.
        architecture: the network.
        multiple: both sides are padded to a multiple of this many pixels.
        upsampling: of the decoder; ``None`` where the network has no choice.
        bundled: the model, if it comes with this repository.
        weights: the published files that it can be installed from, best first.
        aliases: other names that are accepted, for older clients.
        face_style: id of the style that paints the faces where this one is chosen; ``None`` if
            it paints them itself.
        background_style: id of the style that paints all but the faces; ``None`` if it does.
        face_side: side in pixels of the aligned crop on which it paints a face; ``None`` if it
            wasn't made for faces.
    """

    id: str
    title: str
    good_for: Subject
    author: str
    licence: str
    source: str
    architecture: Architecture
    multiple: int = 8
    upsampling: Upsampling | None = None
    bundled: BundledModel | None = None
    weights: tuple[PublishedWeights, ...] = ()
    aliases: tuple[str, ...] = ()
    face_style: str | None = None
    background_style: str | None = None
    face_side: int | None = None

    @property
    def checksums(self) -> tuple[str, ...]:
        """What the bytes are verified by: ``sha256:...`` if bundled, else ``git:...`` blob ids."""
        if self.bundled is not None:
            return (f"sha256:{self.bundled.sha256}",)
        return tuple(f"git:{weights.git_blob_id}" for weights in self.weights)
