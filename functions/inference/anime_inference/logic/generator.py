"""What the pipeline asks of a loaded model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from anime_inference.logic.faces.face import Detectors
from anime_inference.logic.picture import Pixels, Tensor
from anime_inference.logic.tiles import Cut
from anime_shared.style import Style


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What painting a tile needs to know of the picture that it was cut from, as it is padded.

    Attributes:
        top: the tile's first row, in pixels of the whole.
        left: the tile's first column, likewise.
        height: of the whole, in pixels.
        width: likewise.
        statistics: what :meth:`Generator.measure` gave, if it was needed.
    """

    top: int
    left: int
    height: int
    width: int
    statistics: Tensor | None


class Generator(Protocol):
    """A network that paints photos, loaded once and called from any thread."""

    @property
    def checksum(self) -> str:
        """SHA-256 of the model file, in hexadecimal."""

    @property
    def cut(self) -> Cut:
        """To what the whole picture is padded, and how tiles are cut."""

    @property
    def bytes_per_pixel(self) -> int:
        """Peak working memory for each pixel of a run, in bytes."""

    @property
    def tile_pixels(self) -> int | None:
        """Pixels of a run from which on tiles serve better; ``None``: whole, if memory allows it.

        Only a network whose tiles are painted exactly as the whole picture has such a limit.
        """

    @property
    def overview_pixels(self) -> int:
        """How many pixels of a scaled-down whole :meth:`measure` wants; 0: it is not needed."""

    def measure(self, overview: Pixels) -> Tensor:
        """What the normalisations see of ``uint8[H, W, 3]`` RGB, for :class:`Part`.

        Both sides are multiples of ``cut.multiple``. A row for each normalisation:
        ``float32[N, 2]``, mean and inverse standard deviation.
        """

    def paint(self, rgb: Pixels, thumbnail: Pixels, part: Part | None = None) -> Pixels:
        """Paint ``uint8[H, W, 3]`` RGB to the same shape.

        Args:
            rgb: a whole picture or a tile, both sides a multiple of ``cut.multiple``.
            thumbnail: of the whole photo, ``uint8[256, 256, 5]``; see ``logic/thumbnail.py``.
            part: where a tile comes from; ``None`` if it is the whole.
        """


class Generators(Protocol):
    """The loaded models of this process."""

    def get(self, style: Style) -> Generator:
        """The generator of a style, loaded and warm.

        Raises:
            StyleNotInstalled: the style's model isn't on this machine.
            ModelCorrupt: the model's checksum or content is wrong.
        """

    def checksum(self, style: Style) -> str:
        """SHA-256 of the model that :meth:`get` gives, in hexadecimal; loads nothing.

        Raises:
            StyleNotInstalled: the style's model isn't on this machine.
        """


@dataclass(frozen=True, slots=True)
class Models:
    """The networks that the pipeline may call, each loaded at its first use."""

    generators: Generators
    detectors: Detectors
