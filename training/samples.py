"""Photos as training samples: the split, the variants, and where a labelled pair lies on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from training.recolour import recolour

Split = Literal["train", "holdout"]
Picture: TypeAlias = NDArray[np.uint8]
# What a teacher's normalisations see of a whole picture: ``float32[N]``; training/telling.py.
Statistics: TypeAlias = NDArray[np.float32]

PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
HOLDOUT_SHARE = 0.11
MAX_SIDE = 1024
NATIVE = "native"
VARIANTS = (NATIVE, *(f"varied_{number}" for number in range(1, 7)))
_MULTIPLE = 8
# Width and height in pixels of a varied sample, its scale, and how many keep their colours.
_SIDES = (256, 480)
_SCALES = (0.6, 1.7)
_SHARE_AS_IT_IS = 0.4


def fraction(text: str) -> float:
    """A number in [0, 1) that depends on ``text`` alone, the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def split_of(photo: Path) -> Split:
    """The split of a photo, by the hash of its file name: adding photos moves no other photo."""
    return "holdout" if fraction(photo.name) < HOLDOUT_SHARE else "train"


def find_photos(folder: Path, split: Split) -> list[Path]:
    """The photos of one split, sorted by name."""
    return sorted(
        p for p in folder.iterdir() if p.suffix.lower() in PHOTO_SUFFIXES and split_of(p) == split
    )


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """What a teacher makes of a photo.

    Attributes:
        painted: RGB ``uint8[H, W, 3]``.
        statistics: what its normalisations saw; ``None`` if it doesn't tell.
    """

    painted: Picture
    statistics: Statistics | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo as the teacher will see it, and the folder where the pair is kept."""

    photo: Path
    variant: str
    folder: Path

    @property
    def photo_file(self) -> Path:
        return self.folder / f"{self.photo.stem}.photo.png"

    @property
    def label_file(self) -> Path:
        return self.folder / f"{self.photo.stem}.label.png"

    @property
    def statistics_file(self) -> Path:
        return self.folder / f"{self.photo.stem}.statistics.npy"

    @property
    def is_labelled(self) -> bool:
        # The label is written last, and by an atomic rename.
        return self.label_file.exists()

    def render(self) -> Picture:
        """The photo as RGB ``uint8[H, W, 3]``, sides a multiple of 8 and at most ``MAX_SIDE``.

        ``native`` is all of it, at the photo's scale. The others are a part of it at another
        scale, some mirrored, most recoloured, which hangs on names alone. A teacher that
        normalises over the whole picture paints each of them by other statistics, and a student
        that saw few of them knows those pictures by heart.
        """
        with Image.open(self.photo) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
        if self.variant != NATIVE:
            return _varied(image, _random(f"{self.variant} of {self.photo.name}"))
        scale = min(1.0, MAX_SIDE / max(image.size))
        width, height = (_whole(side * scale) for side in image.size)
        if scale == 1.0:
            image = image.crop((0, 0, width, height))
        else:
            image = image.resize((width, height), Image.Resampling.LANCZOS)
        return np.asarray(image)

    def read(self) -> tuple[Picture, Picture]:
        """The pair (photo, label), each RGB ``uint8[H, W, 3]``, of equal size."""
        with Image.open(self.photo_file) as photo, Image.open(self.label_file) as label:
            return np.asarray(photo.convert("RGB")), np.asarray(label.convert("RGB"))

    def read_statistics(self) -> Statistics | None:
        """What the teacher's normalisations saw, if it told."""
        if not self.statistics_file.exists():
            return None
        statistics: Statistics = np.load(self.statistics_file)
        return statistics

    def write(self, photo: Picture, label: Label) -> None:
        """Keep the pair; a cut run leaves no half-written label."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if label.statistics is not None:
            np.save(self.statistics_file, label.statistics)
        for picture, target in ((photo, self.photo_file), (label.painted, self.label_file)):
            partial = target.with_suffix(".partial")
            Image.fromarray(picture).save(partial, format="PNG", compress_level=1)
            partial.replace(target)


def _whole(length: float) -> int:
    return max(_MULTIPLE, int(length) // _MULTIPLE * _MULTIPLE)


def _random(text: str) -> np.random.Generator:
    seed = hashlib.sha256(text.encode()).digest()[:8]
    return np.random.default_rng(int.from_bytes(seed, "big"))


def _varied(image: Image.Image, random: np.random.Generator) -> Picture:
    """A part of a photo as if another camera had taken it elsewhere."""
    scale = np.exp(random.uniform(*np.log(_SCALES)))
    wanted = random.integers(*_SIDES, 2) / scale
    # No part is larger than the photo; a photo too small for its part is enlarged a little more.
    width, height = (min(side, float(most)) for side, most in zip(wanted, image.size, strict=True))
    scale = max(scale, _SIDES[0] / width, _SIDES[0] / height)
    left = random.uniform(0, image.width - width)
    top = random.uniform(0, image.height - height)
    size = (_whole(width * scale), _whole(height * scale))
    box = (left, top, left + width, top + height)
    part = image.resize(size, Image.Resampling.LANCZOS, box)
    if random.random() < 1 / 2:
        part = ImageOps.mirror(part)
    if random.random() < _SHARE_AS_IT_IS:
        return np.asarray(part)
    values = recolour(np.asarray(part).astype(np.float32), random)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def samples(photos: Path, labels: Path, split: Split) -> Iterator[Sample]:
    """Every sample of a split, labelled or not, native variants first.

    The holdout is measured on photos as they are: it has no varied ones.
    """
    for variant in VARIANTS if split == "train" else VARIANTS[:1]:
        for photo in find_photos(photos, split):
            yield Sample(photo, variant, labels / split / variant)


def count_samples(photos: Path, labels: Path) -> int:
    """How many samples there are in both splits, labelled or not."""
    splits: tuple[Split, ...] = ("train", "holdout")
    return sum(1 for split in splits for _ in samples(photos, labels, split))
