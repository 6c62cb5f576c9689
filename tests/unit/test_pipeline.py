"""The whole path of a photo, with the model that is bundled."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from anime_inference.composition import limits_of
from anime_inference.logic.generator import Models
from anime_inference.logic.limits import PipelineLimits
from anime_inference.logic.painting import Painting
from anime_inference.logic.picture import Pixels
from anime_inference.logic.pipeline import transform
from anime_inference.logic.thumbnail import thumbnail_of
from anime_inference.settings import Settings
from anime_shared.errors import PictureTooLarge, StyleNotInstalled, UnknownJob, UnknownStyle
from anime_shared.jobs import Stage
from anime_shared.options import OutputFormat, TransformOptions
from anime_shared.styles import DEFAULT_STYLE
from tests.pictures import file_of, gradient, opened

PNG = OutputFormat.PNG


def run(models: Models, data: bytes, **options: object) -> Painting:
    return transform(
        data,
        TransformOptions.model_validate({"format": PNG, **options}),
        limits_of(Settings()),
        models,
    )


def pixels_of(result: Painting) -> Pixels:
    return np.asarray(opened(result.data))


@pytest.fixture(scope="module")
def photo() -> bytes:
    random = np.random.default_rng(0)
    blocks = random.integers(0, 255, (6, 8, 3), np.uint8)
    return file_of(Image.fromarray(blocks).resize((128, 96), Image.Resampling.BICUBIC))


def test_a_photo_changes_and_the_result_says_how(photo: bytes, models: Models) -> None:
    result = run(models, photo)
    change = np.abs(pixels_of(result).astype(int) - np.asarray(opened(photo))).mean()
    assert change > 3
    assert (result.width, result.height) == (128, 96)
    assert DEFAULT_STYLE.bundled is not None
    facts = result.facts()
    assert facts["style"] == DEFAULT_STYLE.id
    assert facts["model"] == DEFAULT_STYLE.bundled.sha256
    assert facts["faces"] == []
    timings = result.timings.rounded()
    assert list(timings) == ["decode", "detect", "stylise", "paste", "encode"]
    assert timings["stylise"] > 0


def stages_of(models: Models, data: bytes, **options: object) -> list[Stage]:
    seen: list[Stage] = []

    def watch(stage: Stage, share: float) -> None:
        assert share == 0
        seen.append(stage)

    wanted = TransformOptions.model_validate(options)
    transform(data, wanted, limits_of(Settings()), models, watch)
    return seen


def test_each_stage_is_told_once_as_it_begins(photo: bytes, models: Models) -> None:
    face = (Path(__file__).parents[2] / "docs/pictures/photo.jpg").read_bytes()
    decode, stylise, detect, paste, encode, _ = Stage
    assert stages_of(models, face) == [decode, stylise, detect, paste, encode]
    assert stages_of(models, face, faces="only") == [decode, detect, paste, encode]
    assert stages_of(models, photo) == [decode, stylise, detect, encode]
    assert stages_of(models, photo, faces="off") == [decode, stylise, encode]


def test_who_is_told_of_a_stage_can_end_the_work(photo: bytes, models: Models) -> None:
    seen: list[Stage] = []

    def stop(stage: Stage, _: float) -> None:
        seen.append(stage)
        raise UnknownJob("it was deleted")

    with pytest.raises(UnknownJob):
        transform(photo, TransformOptions(), limits_of(Settings()), models, stop)
    assert seen == [Stage.DECODE]


def test_the_same_photo_gives_the_same_bytes(photo: bytes, models: Models) -> None:
    assert run(models, photo).data == run(models, photo).data


def test_strength_zero_is_the_photo_and_a_half_is_between(photo: bytes, models: Models) -> None:
    original = np.asarray(opened(photo)).astype(int)
    none, half, full = (
        pixels_of(run(models, photo, strength=strength)).astype(int) for strength in (0, 0.5, 1)
    )
    np.testing.assert_array_equal(none, original)
    assert np.abs(half - (none + full) / 2).max() <= 1


def test_kept_colours(photo: bytes, models: Models) -> None:
    def chroma(pixels: Pixels) -> np.ndarray:
        return np.asarray(Image.fromarray(pixels).convert("YCbCr"))[..., 1:].astype(int)

    original = chroma(np.asarray(opened(photo)))
    kept = np.abs(chroma(pixels_of(run(models, photo, keep_colors=True))) - original).mean()
    free = np.abs(chroma(pixels_of(run(models, photo))) - original).mean()
    assert kept < free / 2


def test_transparency_stays(models: Models) -> None:
    image = Image.fromarray(gradient())
    alpha = Image.linear_gradient("L").resize(image.size)
    image.putalpha(alpha)
    result = opened(run(models, file_of(image), format="auto").data)
    assert result.format == "PNG"
    np.testing.assert_array_equal(np.asarray(result.getchannel("A")), np.asarray(alpha))


def test_compare_puts_the_photo_on_the_left(photo: bytes, models: Models) -> None:
    result = run(models, photo, compare=True)
    assert (result.width, result.height) == (256, 96)
    np.testing.assert_array_equal(pixels_of(result)[:, :128], np.asarray(opened(photo)))


def test_max_side(photo: bytes, models: Models) -> None:
    result = run(models, photo, max_side=64)
    assert (result.width, result.height) == (64, 48)


@settings(deadline=None, max_examples=25)
@given(height=st.integers(1, 90), width=st.integers(1, 90))
def test_any_size(height: int, width: int, models: Models) -> None:
    result = run(models, file_of(gradient(height, width)))
    assert pixels_of(result).shape == (height, width, 3)


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (7, 1001)])
def test_extreme_sizes(size: tuple[int, int], models: Models) -> None:
    assert pixels_of(run(models, file_of(gradient(*size)))).shape[:2] == size


def test_a_flat_picture_stays_flat(models: Models) -> None:
    flat = np.full((96, 96, 3), 128, np.uint8)
    painted = pixels_of(run(models, file_of(flat)))
    assert painted.std(axis=(0, 1)).max() < 4


def test_a_crop_of_a_big_picture_is_painted_alike(models: Models) -> None:
    """The local network sees a bounded neighbourhood: far pixels matter by the thumbnail only."""
    generator = models.generators.get(DEFAULT_STYLE)
    random = np.random.default_rng(1)
    picture = random.integers(0, 255, (512, 256, 3), np.uint8)
    thumbnail = thumbnail_of(picture)
    whole = generator.paint(picture, thumbnail)
    part = generator.paint(picture[:256], thumbnail)
    reach = 120
    difference = np.abs(whole[: 256 - reach].astype(int) - part[: 256 - reach])
    assert difference.max() <= 1
    assert np.abs(whole[256 - 8 : 256].astype(int) - part[-8:]).max() > 1


def test_too_much_memory_is_refused_before_it_is_used(
    photo: bytes, models: Models, limits: PipelineLimits
) -> None:
    tight = PipelineLimits(limits.decode, 100_000, limits.clip)
    with pytest.raises(PictureTooLarge, match="max_side=") as raised:
        transform(photo, TransformOptions(), tight, models)
    assert raised.value.field == "image"


def test_each_tile_is_told_and_the_picture_is_the_same(models: Models) -> None:
    rows = np.linspace(0, 255, 900).astype(np.uint8)
    photo = file_of(np.stack((rows,) * 3, axis=1)[:, None].repeat(500, 1))
    seen: list[tuple[Stage, float]] = []
    # Little more than one tile takes; the pictures' own bytes come on top of one tile's.
    limits = limits_of(Settings(memory_budget=88 * 2**20))
    options = TransformOptions(format=PNG)
    tiled = transform(photo, options, limits, models, lambda *now: seen.append(now))
    shares = [share for stage, share in seen if stage is Stage.STYLISE]
    assert len(shares) >= 3
    assert shares == [done / (len(shares) - 1) for done in range(len(shares))]
    whole = transform(photo, options, limits_of(Settings()), models)
    assert np.abs(pixels_of(tiled).astype(int) - pixels_of(whole)).max() <= 1


def test_errors_of_a_style(photo: bytes, models: Models) -> None:
    with pytest.raises(UnknownStyle):
        run(models, photo, style="nobody")
    with pytest.raises(StyleNotInstalled):
        run(models, photo, style="paprika")
