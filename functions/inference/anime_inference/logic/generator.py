"""What the pipeline asks of a loaded model."""

from __future__ import annotations

from typing import Protocol

from anime_inference.logic.picture import Pixels
from anime_shared.styles import Style

THUMBNAIL_SIDE = 128


class Generator(Protocol):
    """A network that paints photos, loaded once and called from any thread."""

    @property
    def checksum(self) -> str:
        """SHA-256 of the model file, in hexadecimal."""

    @property
    def multiple(self) -> int:
        """Both sides of what it paints must be a multiple of this many pixels."""

    @property
    def margin(self) -> int:
        """Pixels around the picture that it wants to see and that are cropped afterwards."""

    @property
    def bytes_per_pixel(self) -> int:
        """Peak working memory for each pixel that it paints."""

    def paint(self, rgb: Pixels, thumbnail: Pixels) -> Pixels:
        """Paint ``uint8[H, W, 3]`` RGB to the same shape.

        ``thumbnail`` is the whole photo as ``uint8[128, 128, 3]``, aspect not kept.
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
