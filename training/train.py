"""Train the scenery student on labelled photos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.code import GlobalCode, LearntCode, StatisticsCode, code_of_weights
from training.crops import Crops
from training.foretell import RECIPE as CODE_RECIPE
from training.foretell import Foretelling, foretelling
from training.loop import Progress, Recipe, Run, averaged_weights
from training.losses import imitation_loss
from training.pen import read_weights
from training.samples import samples
from training.student import Student

CODE_FILE = "code.pt"


def train(
    photos: Path,
    labels: Path,
    checkpoint: Path,
    recipe: Recipe,
    start: Path | None = None,
    code_recipe: Recipe = CODE_RECIPE,
) -> Iterator[Progress]:
    """Train to ``recipe.steps``; yields every 50 steps, and saves every 500 and at the end.

    Where the teacher told its statistics, the global code learns to foretell them first; the
    local network then learns to paint by them.

    Args:
        photos: the folder that was labelled.
        labels: where the labels lie.
        checkpoint: where the run is kept; gone on from, if it is there.
        recipe: how it is trained.
        start: the ONNX file of a student to begin with; of random weights if ``None``.
        code_recipe: how the code learns to foretell, if it does.

    Raises:
        ValueError: nothing is labelled yet, or the checkpoint is of another recipe.
    """
    labelled = [s for s in samples(photos, labels, "train") if s.is_labelled]
    if not labelled:
        raise ValueError(f"no labelled photos under {labels}: run the label command first")
    crops = Crops(labelled, recipe.crop)
    told: Foretelling | None = None
    measured = [known for s in labelled if (known := s.read_statistics()) is not None]
    if len(measured) == len(labelled):
        file = checkpoint.with_name(CODE_FILE)
        told = yield from foretelling(labelled, measured, crops.thumbnails, file, code_recipe)
    # Other processors multiply bfloat16, too, but more slowly than float32.
    quick = torch.cpu.get_capabilities()["amx_bf16"]

    def loss(student: Student, random: np.random.Generator) -> Tensor:
        batch = crops.batch(recipe.batch, random)
        code = told.codes(batch.indices, random) if told else student.code(batch.thumbnail)
        with torch.autocast("cpu", torch.bfloat16, enabled=quick):
            painted = student.paint(batch.image, code)
        return imitation_loss(painted.float(), batch.label)

    def network() -> Student:
        student = Student(told.code if told else LearntCode()).to(memory_format=torch.channels_last)
        if start is not None:
            begin_with(student, start)
        return student

    yield from Run(recipe, network, loss).to_end(checkpoint)


def begin_with(student: nn.Module, file: Path) -> None:
    """Take over the weights of a student's ONNX file.

    Blocks that it lacks begin as the identity, so the student paints what the file paints. A
    code of another kind isn't taken over, and where it foretells statistics, it has learnt that
    already: only what it makes of them is taken.
    """
    kept = read_weights(file)
    if isinstance(student, Student):
        own = _own_layers(
            student.code, of_its_kind=type(code_of_weights(kept)) is type(student.code)
        )
        kept = {name: values for name, values in kept.items() if not name.startswith(own)}
    state = student.state_dict()
    for name, values in state.items():
        if name in kept:
            values.copy_(torch.from_numpy(kept[name]))
        elif ".second." in name:
            values.zero_()


def _own_layers(code: GlobalCode, *, of_its_kind: bool) -> tuple[str, ...]:
    """Beginnings of the names of what a code keeps of its own."""
    if not of_its_kind:
        return ("code.",)
    layers = StatisticsCode.FORETELLING if isinstance(code, StatisticsCode) else ()
    return tuple(f"code.{layer}." for layer in layers)


def averaged_student(checkpoint: Path) -> Student:
    """The student with the running average of its weights, ready to export."""
    weights = averaged_weights(checkpoint)
    student = Student(code_of_weights(weights))
    student.load_state_dict(weights)
    return student.eval()
