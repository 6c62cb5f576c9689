"""How much memory a photo takes: known from its size and style, before it is painted.

Two parts, at their peaks: what the stages hold of the whole picture, and what the network needs
for one run, of the picture or of a tile. What the process takes before any photo comes on top.
`make bench-memory` compares this with what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Bytes for each pixel of the photo: photo, painting, and what is made of both, a face as large as
# the picture included, at three bytes each, and Pillow's copy of four.
HELD_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Memory:
    """What one photo may take.

    Attributes:
        budget: bytes, the process itself not counted.
        pixels: of the photo, or of one frame of a clip; 0 where the network is all that counts.
        bytes_per_pixel: what is held for each of them.
        beside: bytes that are held whatever size it has.
    """

    budget: int
    pixels: int = 0
    bytes_per_pixel: int = HELD_BYTES
    beside: int = 0

    @property
    def for_runs(self) -> int:
        """Bytes that are left for the network."""
        return self.budget - self.beside - self.pixels * self.bytes_per_pixel
