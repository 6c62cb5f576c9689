"""What is measured: the web function, and each way in which a photo can be painted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from anime_inference.adapters.graphs.animegan2 import build_animegan2
from anime_inference.adapters.model_store import ModelStore
from anime_shared.style import Upsampling
from anime_shared.styles import DEFAULT_STYLE, find_style
from bench.aws_lambda.bare import StartBare, bare_pipeline
from bench.aws_lambda.hosts import in_container, in_process
from bench.aws_lambda.measure import Start
from bench.aws_lambda.runtime import Runtimes
from tests.weights import random_state_dict

STUDENT: Final = "bundled student"
_FULL_STYLE: Final = "hayao_full"
# With the default the full model is refused 2048 x 2048, and nothing is learnt of what it needs.
_MEMORY_BUDGET: Final = 16 * 2**30


@dataclass(frozen=True, slots=True)
class Subject:
    """A function that paints, the style that is asked for, and maybe the same without Lambda."""

    start: Start
    style: str
    start_bare: StartBare | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The web function, and all that paint, by name."""

    web: Start
    subjects: dict[str, Subject]


def make_plan(folder: Path, python: Path, image: str | None) -> Plan:
    """Build below ``folder`` what is needed; torch is left out where it isn't installed."""
    models = folder / "models"
    _draw_full_model(models)
    settings = {
        "ANIME_MODEL_FOLDER": str(models),
        "ANIME_MEMORY_BUDGET": str(_MEMORY_BUDGET),
    }
    runtimes = Runtimes(folder, python)
    of_web, of_inference = runtimes.of_function("web"), runtimes.of_function("inference")
    web = partial(in_process, of_web, "anime_web.entry.aws.handler", folder, settings)
    inference = partial(
        in_process, of_inference, "anime_inference.entry.aws.handler", folder, settings
    )
    student = DEFAULT_STYLE.id
    bare = partial(bare_pipeline, of_inference, student, settings)
    subjects = {
        STUDENT: Subject(inference, student, bare),
        "full model": Subject(inference, _FULL_STYLE, None),
    }
    if image is not None:
        container = partial(in_container, image, models, settings)
        subjects["student, image"] = Subject(container, student, bare)
        subjects["full model, image"] = Subject(container, _FULL_STYLE, None)
    of_torch = runtimes.of_torch()
    if of_torch is not None:
        torch = partial(
            in_process, of_torch, "bench.aws_lambda.torch_handler.handler", folder, settings
        )
        subjects["torch, full model"] = Subject(torch, _FULL_STYLE, None)
    return Plan(web, subjects)


def _draw_full_model(folder: Path) -> None:
    # Random weights cost the same time and memory as the author's, and need no download.
    graph = build_animegan2(random_state_dict(), Upsampling.ASYMMETRIC)
    folder.mkdir()
    ModelStore(folder).install(find_style(_FULL_STYLE), graph.SerializeToString())
