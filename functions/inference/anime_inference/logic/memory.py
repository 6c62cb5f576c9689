"""How much memory a photo takes: known from its size and style, before it is painted.

Two parts, at their peaks: what the stages hold of the whole picture, and what the network needs
for one run, of the picture or of a tile. What the process takes before any photo comes on top.
`make bench-memory` compares this with what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# For each pixel of the photo: photo, painting and what is being made of both, three bytes each,
# or while encoding the painting, Pillow's copy of four bytes, and the file.
HELD_BYTES: Final = 10
# The same with the photo beside the painting.
HELD_BYTES_COMPARED: Final = 16


@dataclass(frozen=True, slots=True)
class Memory:
    """What one photo may take.

    Attributes:
        budget: bytes, the process itself not counted.
        pixels: of the photo; 0 where the network is all that counts.
        held: bytes that are held for each of them.
    """

    budget: int
    pixels: int = 0
    held: int = HELD_BYTES

    @property
    def for_runs(self) -> int:
        """Bytes that are left for the network."""
        return self.budget - self.pixels * self.held

    def most_pixels(self, run: int) -> int:
        """How many pixels the photo could have if a run takes ``run`` bytes."""
        return max(0, self.budget - run) // self.held
