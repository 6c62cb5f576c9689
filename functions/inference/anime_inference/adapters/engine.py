"""How ONNX Runtime is set up, for generators and detectors alike."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import onnxruntime as ort

from anime_shared.errors import ProviderMissing

Provider: TypeAlias = Literal["cpu", "cuda"]
_CPU: Final = "CPUExecutionProvider"
_CUDA: Final = "CUDAExecutionProvider"
PROVIDER_MISSING: Final = (
    "ANIME_PROVIDER: cuda needs onnxruntime-gpu and a GPU that CUDA can use; neither may be missing"
)


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How ONNX Runtime runs; the defaults are the fastest of ``make bench-engine``.

    Attributes:
        threads: inside of one operator; 0 is one a processor that the process may use.
        arena: keep freed memory for the next photo: without it the system clears and maps every
            tensor anew. It grows to the largest photo, which the memory budget bounds.
        provider: what paints. Faces are found by the processor in any case: that is quick, and
            they are the same everywhere.
    """

    threads: int = 0
    arena: bool = True
    provider: Provider = "cpu"


def session_options(options: EngineOptions) -> ort.SessionOptions:
    """The same for every network of this process, face detectors included."""
    session = ort.SessionOptions()
    session.intra_op_num_threads = options.threads or _usable_cpus()
    session.inter_op_num_threads = 1
    session.enable_cpu_mem_arena = options.arena
    session.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    session.log_severity_level = 3
    # Idle threads must not spin between two photos: Lambda bills them, a laptop heats by them.
    session.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return session


def providers_of(provider: Provider) -> list[str]:
    """In the order in which a session tries them; what CUDA can't run, the processor does.

    Raises:
        ProviderMissing: what is to paint isn't there.
    """
    if provider == "cpu":
        return [_CPU]
    if _CUDA not in ort.get_available_providers():
        raise ProviderMissing(PROVIDER_MISSING)
    # CUDA's libraries may be Python packages, which the system's loader doesn't know.
    ort.preload_dlls()
    return [_CUDA, _CPU]


def _usable_cpus() -> int:
    """The processors that this process may use.

    ONNX Runtime's own default counts physical cores: of the two processors of a small cloud
    machine, which are often one core, it would leave one idle.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
