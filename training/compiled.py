"""Make training steps quicker."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import torch

P = ParamSpec("P")
T = TypeVar("T")


def compiled(call: Callable[P, T]) -> Callable[P, T]:
    """The same call, compiled at its first use where there is a C++ compiler.

    That takes a while; then what lies between convolutions, rounding above all, is computed in
    one go.
    """
    return torch.compile(call, dynamic=False) if shutil.which("g++") else call
