"""Every setting of the inference function, validated once at the start."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from anime_shared import settings
from anime_shared.settings import MEBIBYTE, PlatformSettings


class Settings(PlatformSettings):
    """What the inference function reads beside the shared settings."""

    max_pixels: Annotated[
        int, Field(ge=1, description="Largest canvas that is decoded, in pixels.")
    ] = 50_000_000
    memory_budget: Annotated[
        int,
        Field(
            ge=64 * MEBIBYTE,
            description="Memory that each photo may take, in bytes; tiles keep to it. Times the "
            "photos that are painted at once, with the process, it must fit into the machine's.",
        ),
    ] = 4096 * MEBIBYTE
    max_frames: Annotated[
        int, Field(ge=1, le=100_000, description="Most frames of an animated picture.")
    ] = 600
    max_clip_pixels: Annotated[
        int, Field(ge=1, description="Most pixels of all frames of an animated picture together.")
    ] = 150_000_000
    max_clip_seconds: Annotated[
        float,
        Field(gt=0, le=43_200, description="Seconds that an animated picture may take as a job."),
    ] = 600.0
    max_call_seconds: Annotated[
        float,
        Field(
            gt=0,
            le=43_200,
            description="Seconds that one may take in a call, which waits for it.",
        ),
    ] = 25
    threads: Annotated[
        int, Field(ge=0, le=256, description="Threads of the engine; 0 is one a processor.")
    ] = 0
    provider: Annotated[
        Literal["cpu", "cuda"],
        Field(description="What paints; cuda needs onnxruntime-gpu and a GPU."),
    ] = "cpu"
    arena: Annotated[
        bool, Field(description="Let the engine keep the memory of small models between photos.")
    ] = True
    face_detector: Annotated[
        Literal["auto", "insightface", "centerface"],
        Field(description="auto: insightface if its model pack is installed, else centerface."),
    ] = "auto"
    concurrency: Annotated[
        int, Field(ge=1, le=64, description="Photos worked on at the same time.")
    ] = 1
    max_waiting: Annotated[
        int,
        Field(
            ge=0,
            description="Photos that may wait before new ones are told to come back. Those that "
            "wait longer than ANIME_FORWARD_TIMEOUT aren't painted.",
        ),
    ] = 32
    result_cache: Annotated[
        bool,
        Field(
            description="Keep painted pictures, to answer the same request with them, as "
            "long as results are kept, whose room they share."
        ),
    ] = True
    worker_threads: Annotated[
        int, Field(ge=1, le=64, description="Jobs that a worker does at the same time.")
    ] = 1
    worker_nice: Annotated[
        int, Field(ge=0, le=19, description="How far a worker stands back; 0 is not at all.")
    ] = 10
    store_patience: Annotated[
        float,
        Field(
            ge=0,
            le=43_200,
            description="Seconds for which a job waits for a store that fails, before its attempt "
            "is over.",
        ),
    ] = 120
    stop_grace: Annotated[
        float, Field(ge=0, le=600, description="Seconds in which a worker told to stop may finish.")
    ] = 20
    price_per_gb_second: Annotated[
        float,
        Field(
            ge=0,
            allow_inf_nan=False,
            description="US dollars for a GB of memory for a second, for receipts; the default is "
            "AWS Lambda's list price on x86.",
        ),
    ] = 0.0000166667
    billed_memory_mb: Annotated[
        int | None,
        Field(ge=1, description="Memory that is paid for, in MiB; none: what was in use."),
    ] = None
    weights_url: Annotated[
        str, Field(pattern="^https?://", description="Where published weights are downloaded.")
    ] = "https://raw.githubusercontent.com"


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        InvalidField: a variable is not valid; the message names it.
    """
    return settings.read_settings(Settings)
