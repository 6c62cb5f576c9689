"""What painting took: the receipt, and what the meter is told."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anime_inference.composition import Service
from anime_inference.logic.generator import Models
from anime_inference.logic.receipts import Price
from anime_inference.logic.studio import Studio
from anime_inference.logic.work import Work
from anime_inference.settings import Settings
from anime_shared import metrics
from anime_shared.adapters.telemetry.memory import SystemMemory
from anime_shared.errors import ProcessingFailed
from anime_shared.metrics import Metric
from anime_shared.options import TransformOptions
from anime_shared.platform import Platform
from anime_shared.receipt import Receipt
from anime_shared.styles import find_style
from anime_shared.telemetry import Telemetry
from tests.pictures import file_of, gradient
from tests.work import add_job

PORTRAIT = (Path(__file__).parents[2] / "docs/pictures/photo.jpg").read_bytes()
MEBIBYTE = 2**20
Labels = frozenset[tuple[str, str]]


class Recorded:
    """A meter that remembers every value."""

    def __init__(self) -> None:
        self.values: dict[tuple[Metric, Labels], list[float]] = defaultdict(list)

    def record(self, metric: Metric, value: float = 1.0, /, **labels: str) -> None:
        metric.check(labels)
        self.values[metric, frozenset(labels.items())].append(value)

    def of(self, metric: Metric, **labels: str) -> list[float]:
        """All values of a metric whose labels are these, and maybe others."""
        return [
            value
            for (other, theirs), values in self.values.items()
            if other is metric and theirs >= frozenset(labels.items())
            for value in values
        ]


@pytest.fixture
def meter() -> Recorded:
    return Recorded()


@pytest.fixture
def service(tmp_path: Path, models: Models, meter: Recorded) -> Service:
    return Service(Settings(data_dir=tmp_path), Telemetry(meter), models)


@pytest.fixture
def platform(service: Service) -> Platform:
    return service.platform


@pytest.fixture
def studio(service: Service) -> Studio:
    return service.studio


@pytest.fixture
def work(service: Service) -> Work:
    return service.work


def painted(studio: Studio, photo: bytes, **options: Any) -> Receipt:
    picture = studio.paint(photo, TransformOptions(**options))
    return Receipt.model_validate(picture.facts["receipt"])


def test_a_receipt_tells_what_painted_and_what_it_took(studio: Studio, models: Models) -> None:
    receipt = painted(studio, PORTRAIT, max_faces=1)
    assert (receipt.style, receipt.face_style) == ("hayao", "cute")
    assert receipt.model == models.generators.get(find_style("hayao")).checksum
    assert receipt.faces_found == receipt.faces_treated + sum(receipt.faces_left.values())
    assert receipt.faces_treated == 1
    assert 0 < sum(receipt.stages.values()) <= receipt.seconds + 0.001
    assert 50 * MEBIBYTE < receipt.memory_bytes < 8192 * MEBIBYTE
    expected = receipt.seconds * receipt.memory_bytes / 2**30 * 0.0000166667
    assert receipt.cost_usd == pytest.approx(expected, rel=0.01, abs=1e-9)


def test_a_face_that_was_left_is_told_by_its_reason(studio: Studio, meter: Recorded) -> None:
    receipt = painted(studio, PORTRAIT, max_faces=0)
    assert receipt.faces_treated == 0
    assert receipt.faces_left["over_max_faces"] >= 1
    assert meter.of(metrics.FACES, fate="over_max_faces") == [receipt.faces_left["over_max_faces"]]
    assert meter.of(metrics.FACES, fate="treated") == []


def test_the_meter_is_told_of_a_picture(studio: Studio, meter: Recorded) -> None:
    receipt = painted(studio, file_of(gradient(64, 48)))
    by = {"style": "hayao", "variant": "none"}
    assert meter.of(metrics.PICTURE_SECONDS, **by) == [receipt.seconds]
    assert meter.of(metrics.COST_USD, **by) == [receipt.cost_usd]
    assert meter.of(metrics.PICTURE_MEMORY_BYTES, **by) == [receipt.memory_bytes]
    assert meter.of(metrics.PIXELS, **by) == [64 * 48]
    assert meter.of(metrics.STAGE_SECONDS, stage="stylise", **by) == [receipt.stages["stylise"]]
    assert meter.of(metrics.STAGE_SECONDS, stage="paste") == []
    assert receipt.model is not None
    assert meter.of(metrics.MODEL_INFO, style="hayao", model=receipt.model[:12]) == [1]


def test_what_is_billed_is_what_the_operator_says() -> None:
    assert Price(0.5).of(2, 2**30) == 1.0
    assert Price(0.5, billed_mb=2048).of(2, 5) == 2.0
    assert Price(0).of(2, 2**30) == 0


def test_jobs_are_counted_by_how_they_end(platform: Platform, work: Work, meter: Recorded) -> None:
    for job in (add_job(platform), add_job(platform), add_job(platform, b"no picture")):
        work.run(job.id, 1)
    with pytest.raises(ProcessingFailed):
        work.run(add_job(platform).id, 4)

    def count(outcome: str, problem: str = "none") -> list[float]:
        return meter.of(metrics.JOBS, outcome=outcome, problem=problem, style="hayao")

    assert count("succeeded") == count("cached") == [1]
    assert count("failed", "not-a-picture") == [1]
    assert count("given_up", "processing-failed") == [1]
    assert len(meter.of(metrics.JOB_WAIT_SECONDS)) == 3
    assert meter.of(metrics.CACHE_LOOKUPS, outcome="hit") == [1]
    # Of what is no picture there is no telling either.
    assert len(meter.of(metrics.CACHE_LOOKUPS, outcome="miss")) == 2
    assert len(meter.of(metrics.COST_USD)) == 1


def test_the_peak_is_that_of_the_block() -> None:
    memory = SystemMemory()
    with memory.peak() as large:
        block = np.ones(200 * MEBIBYTE, np.uint8)
        del block
    with memory.peak() as small:
        pass
    assert large.bytes >= small.bytes + 190 * MEBIBYTE
    assert small.bytes <= memory.now() + 50 * MEBIBYTE


def test_who_watches_while_another_begins_keeps_its_peak() -> None:
    memory = SystemMemory()
    with memory.peak() as outer:
        block = np.ones(200 * MEBIBYTE, np.uint8)
        del block
        before = memory.now()
        with memory.peak():
            pass
    assert outer.bytes >= before + 190 * MEBIBYTE
