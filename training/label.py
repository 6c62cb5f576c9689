"""Label photos with a teacher: what the student shall learn to paint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from training.samples import Split, count_samples, samples
from training.teacher import Teacher


def label(photos: Path, labels: Path, teacher: Teacher) -> Iterator[tuple[int, int]]:
    """Label what is not labelled yet; yields (done, total) after each photo.

    Cut it at any time and start it again: a labelled photo is not painted twice. The photos kept
    out of training come first, since every measurement needs them.

    Args:
        photos: the folder of photos.
        labels: where the pairs are kept.
        teacher: paints them.
    """
    total, done = count_samples(photos, labels), 0
    splits: tuple[Split, ...] = ("holdout", "train")
    for split in splits:
        for sample in samples(photos, labels, split):
            if not sample.is_labelled:
                photo = sample.render()
                sample.write(photo, teacher.label(photo))
            done += 1
            yield done, total
