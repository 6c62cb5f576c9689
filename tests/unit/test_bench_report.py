"""What `make bench` makes of its measurements: figures, tables, and their place in the document."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bench.engines.registry import ENGINES, STOCK, TORCH
from bench.figures import decibels, exponent, foretold_mib, spread
from bench.report import in_document, report
from bench.results import Cell, Results, load_results
from bench.sizes import SIZES, THREADS, fitted, photos_of, scenes
from tests.pictures import file_of, gradient

STUDENT = ENGINES[-1]


def cell(engine: str, size: str, seconds: list[float], threads: int = THREADS) -> Cell:
    pixels = int(size) ** 2
    return Cell(engine, size, pixels, threads, seconds, peak_mib=100.0)


@pytest.fixture
def results() -> Results:
    failed = Cell(TORCH.id, "1024", 1024**2, THREADS, failed="needs about 26 GiB")
    painted = cell(STUDENT.id, "512", [0.1, 0.2, 0.4])
    painted.psnr, painted.ssim = [28.0, 30.0], [0.9, 0.8]
    return Results(
        machine=["A processor"],
        versions={TORCH.id: "torch 9"},
        photos=["coffee"],
        published=True,
        first_picture=[0.9, 0.7, 0.8],
        cells=[
            cell(TORCH.id, "256", [1.0]),
            cell(TORCH.id, "512", [3.0, 4.0, 9.0]),
            cell(STOCK.id, "512", [2.0]),
            painted,
            cell(STUDENT.id, "512", [0.3], threads=1),
            failed,
            cell(STUDENT.id, "1024", [0.8]),
        ],
    )


def row(text: str, *starts: str) -> list[str]:
    """The cells of the first row that starts so."""
    start = f"| {' | '.join(starts)} |"
    line = next(line for line in text.splitlines() if line.startswith(start))
    return line.strip("| ").split(" | ")


def test_the_table_has_median_spread_and_ratios(results: Results) -> None:
    found = row(report(results), "512", STUDENT.title)
    assert found[2:] == [
        "0.200",
        "0.100 to 0.400",
        "20.00 x",
        "10.00 x",
        "100",
        "29.0",
        "0.8500",
    ]


def test_what_has_no_result_says_why(results: Results) -> None:
    text = report(results)
    assert row(text, "1024", TORCH.title)[2:] == ["needs about 26 GiB", *["-"] * 6]
    # There is nothing to compare with, which is no reason to hide what was measured.
    assert row(text, "1024", STUDENT.title)[2:6] == ["0.800", "0.800 to 0.800", "-", "-"]


def test_threads_and_growth(results: Results) -> None:
    text = report(results)
    assert row(text.partition("## Threads")[2], "512", STUDENT.title)[2:] == [
        "0.300",
        "0.200",
        "1.50 x",
    ]
    growth = text.partition("## Growth")[2]
    assert row(growth, STUDENT.title) == [STUDENT.title, "-", "0.76", "0.76", "1.00"]
    assert row(growth, STOCK.title)[-1] == "-"


def test_random_weights_say_that_fidelity_is_not_measured(results: Results) -> None:
    assert "coffee" in report(results)
    results.published = False
    assert "random" in report(results)
    assert "coffee" not in report(results)


def test_machine_versions_and_first_picture_stand_in_it(results: Results) -> None:
    text = report(results)
    assert "- A processor" in text
    assert f"- {TORCH.title}: torch 9" in text
    assert "median 0.80 s, 0.70 to 0.90" in text


def test_only_what_is_between_the_marks_is_replaced() -> None:
    text = "before\n<!-- measured -->\nold\n<!-- /measured -->\nafter\n"
    once = in_document(text, "new \\1\n")
    assert once == "before\n<!-- measured -->\nnew \\1\n<!-- /measured -->\nafter\n"
    assert in_document(once, "new \\1\n") == once
    with pytest.raises(ValueError, match="measured"):
        in_document("no marks", "new")


def test_the_document_has_the_marks() -> None:
    assert "X\n" in in_document(Path("docs/benchmarks.md").read_text(), "X\n")


def test_results_survive_the_disk(results: Results, tmp_path: Path) -> None:
    results.cells[3].psnr.append(math.inf)
    results.save(tmp_path / "results.json")
    assert load_results(tmp_path / "results.json") == results


def test_spread() -> None:
    found = spread([3.0, 1.0, 2.0, 10.0])
    assert (found.median, found.least, found.most) == (2.5, 1.0, 10.0)


@pytest.mark.parametrize("power", [1.0, 1.3])
def test_the_exponent_of_a_power_is_found(power: float) -> None:
    pixels = [100, 400, 1600]
    assert exponent(pixels, [2 * count**power for count in pixels]) == pytest.approx(power)
    assert exponent(pixels[:1], [1.0]) is None


def test_memory_is_foretold_by_the_two_largest() -> None:
    known = [(100, 500.0), (200, 30.0), (400, 50.0)]
    assert foretold_mib(1000, known) == pytest.approx(110)
    assert foretold_mib(1000, known[:1]) is None
    # A peak that shrank by chance isn't a gain that goes on.
    assert foretold_mib(10_000, [(100, 60.0), (200, 50.0)]) == 50


def test_equal_pictures_have_no_decibels() -> None:
    assert (decibels(math.inf), decibels(28.04)) == ("equal", "28.0")


def test_photos_are_fitted_to_every_size(tmp_path: Path) -> None:
    for name in ("b.jpg", "a.png", "no.txt"):
        (tmp_path / name).write_bytes(file_of(gradient(90, 70), "PNG"))
    photos = scenes(tmp_path)
    assert [photo.name for photo in photos] == ["coffee.jpg", "a.png", "b.jpg"]
    small, large = SIZES[0], SIZES[-1]
    assert photos_of(small, photos) == photos
    assert photos_of(large, photos) == photos[:1]
    assert fitted(photos[1], small).shape == (small.height, small.width, 3)


def test_every_size_suits_every_engine() -> None:
    for size in SIZES:
        assert size.width % 8 == size.height % 8 == 0
        assert size.threads[-1] == THREADS
