"""Animated pictures through the whole pipeline, with the models that are bundled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from anime_inference.adapters.graphs.animegan2 import build_animegan2
from anime_inference.composition import limits_of, load_models, model_store
from anime_inference.logic.clip.header import read_header
from anime_inference.logic.generator import Generators, Models
from anime_inference.logic.limits import DecodeLimits, PipelineLimits
from anime_inference.logic.memory import Memory
from anime_inference.logic.painting import Painting
from anime_inference.logic.picture import Pixels
from anime_inference.logic.pipeline import transform
from anime_inference.logic.stylise import paint_tiles, plan
from anime_inference.logic.thumbnail import thumbnail_of
from anime_inference.settings import Settings
from anime_shared.errors import ClipTooLong, ClipTooSlow, PictureTooLarge, UnknownJob
from anime_shared.jobs import Stage
from anime_shared.options import OutputFormat, TransformOptions
from anime_shared.style import Upsampling
from anime_shared.styles import DEFAULT_STYLE, find_style
from tests.clips import KINDS, clip_of, moving, scene, seen
from tests.painted import assert_painted
from tests.pictures import file_of, opened
from tests.weights import random_state_dict

PORTRAIT = Path(__file__).parents[2] / "docs/pictures/photo.jpg"
REACH = 120


def run(models: Models, data: bytes, **options: object) -> Painting:
    wanted = TransformOptions.model_validate({"faces": "off", **options})
    return transform(data, wanted, limits_of(Settings()), models)


def rgb_of(result: Painting) -> list[Pixels]:
    return [frame[..., :3] for frame in seen(result.data).frames]


@pytest.mark.parametrize("kind", KINDS)
def test_a_clip_becomes_a_clip_of_its_kind(kind: str, models: Models) -> None:
    data = clip_of(moving(4), kind, duration=[50, 100, 0, 30], loop=2)
    result = run(models, data)
    shown = seen(result.data)
    assert result.format.value.upper() == shown.kind == kind
    assert shown.milliseconds == [50, 100, 0, 30]
    before, after = read_header(data, 9), read_header(result.data, 9)
    assert before == after
    facts = result.facts()
    assert (facts["frames"], facts["width"], facts["height"]) == (4, 128, 96)
    assert facts["style"] == DEFAULT_STYLE.id
    assert min(facts["timings"][stage] for stage in ("decode", "stylise", "encode")) > 0
    for index, frame in enumerate(shown.frames):
        assert_painted(file_of(moving(4)[index]), Image.fromarray(frame))


@pytest.mark.parametrize("fmt", ["gif", "png", "webp"])
def test_a_clip_can_change_its_kind(fmt: str, models: Models) -> None:
    result = run(models, clip_of(moving(3), "GIF"), format=fmt)
    assert seen(result.data).kind == fmt.upper()
    header = read_header(result.data, 9)
    assert header is not None
    # A GIF that doesn't say is shown once.
    assert (header.frames, header.plays) == (3, 1)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"format": "jpeg"}, "JPEG"),
        ({"format": "avif"}, "AVIF"),
        ({"animate": False}, "JPEG"),
        ({"animate": False, "format": "gif"}, "GIF"),
    ],
)
def test_a_still_is_of_the_first_frame(
    options: dict[str, object], kind: str, models: Models
) -> None:
    result = run(models, clip_of(moving(3), "PNG"), **options)
    image = opened(result.data)
    assert (image.format, getattr(image, "n_frames", 1)) == (kind, 1)
    assert (result.frames, result.painted_share) == (1, 1)
    first = opened(run(models, file_of(moving(3)[0]), format="png").data)
    difference = np.asarray(image.convert("RGB")).astype(int) - np.asarray(first)
    assert np.abs(difference).mean() < 8


def test_a_still_becomes_a_gif_of_one_frame(models: Models) -> None:
    result = run(models, file_of(scene()), format="gif")
    assert (seen(result.data).kind, len(seen(result.data).frames)) == ("GIF", 1)
    one = run(models, clip_of([scene()], "GIF"), format="gif")
    assert len(seen(one.data).frames) == 1


def test_each_frame_is_bit_for_bit_as_if_all_of_it_were_painted(
    models: Models, generators: Generators
) -> None:
    """The thumbnail is the mean one, each frame counted by how long it is shown."""
    frames = moving(3, 320, 480, step=20)
    seconds = [0.1, 0.3, 0.2]
    result = run(models, clip_of(frames, "PNG", duration=[100, 300, 200]))
    assert 0.4 < result.painted_share < 0.9
    thumbnails = np.array([thumbnail_of(frame) for frame in frames], float)
    mean = np.rint(np.average(thumbnails, axis=0, weights=seconds)).astype(np.uint8)
    generator = generators.get(DEFAULT_STYLE)
    tiles = plan(320, 480, generator, Memory(2**40))
    for frame, painted in zip(frames, rgb_of(result), strict=True):
        whole = np.empty_like(frame)
        paint_tiles(frame, whole, tiles, generator, mean, None)
        np.testing.assert_array_equal(painted, whole)


@pytest.mark.parametrize("options", [{}, {"keep_colors": True, "strength": 0.6}])
def test_nothing_flickers_where_nothing_moves(options: dict[str, object], models: Models) -> None:
    frames = moving(4, 200, 400)
    # What moves changes the light of all of it, which a code of each frame's own would follow.
    for index, frame in enumerate(frames):
        frame[20:180, 20:100] = (60 * index, 255 - 60 * index, 40)
    shown = rgb_of(run(models, clip_of(frames, "PNG"), **options))
    for frame in shown[1:]:
        np.testing.assert_array_equal(frame[:, 100 + REACH :], shown[0][:, 100 + REACH :])
        assert (frame[:, :100] != shown[0][:, :100]).any()


def test_the_same_frame_again_costs_nothing(models: Models) -> None:
    first, second = moving(2)
    result = run(models, clip_of([first, second], "PNG", duration=[140, 170]))
    # Pillow's writer merges such frames, too, unless one is blended otherwise.
    data = clip_of([first, first, second, second], duration=[70, 70, 80, 90], blend=[0, 1, 0, 1])
    header = read_header(data, 9)
    assert header is not None
    assert header.frames == 4
    again = run(models, data)
    assert again.frames == result.frames == 2
    assert seen(again.data).milliseconds == [140, 170]
    assert again.painted_share == pytest.approx(result.painted_share / 2)
    for one, other in zip(rgb_of(again), rgb_of(result), strict=True):
        np.testing.assert_array_equal(one, other)


def test_max_side_compare_and_strength(models: Models) -> None:
    data = clip_of(moving(3), "PNG")
    result = run(models, data, max_side=64, compare=True)
    assert (result.width, result.height) == (128, 48)
    assert {frame.shape for frame in rgb_of(result)} == {(48, 128, 3)}
    photo = rgb_of(run(models, data, strength=0))
    np.testing.assert_array_equal(photo, moving(3))


@pytest.mark.parametrize("kind", KINDS)
def test_transparency_is_kept(kind: str, models: Models) -> None:
    images = []
    for index in range(3):
        image = Image.fromarray(scene()).convert("RGBA")
        image.putalpha(0)
        image.paste(Image.fromarray(scene()), (20 * index, 10), Image.new("L", (128, 96), 255))
        images.append(image)
    data = clip_of(images, kind, **({"disposal": 2} if kind == "GIF" else {}))
    shown = seen(run(models, data).data)
    assert len(shown.frames) == 3
    for frame, expected in zip(shown.frames, seen(data).frames, strict=True):
        np.testing.assert_array_equal(frame[..., 3], expected[..., 3])


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1)])
def test_extreme_sizes(size: tuple[int, int], models: Models) -> None:
    result = run(models, clip_of([scene(*size), 255 - scene(*size)], "GIF", duration=0))
    assert {frame.shape for frame in rgb_of(result)} == {(*size, 3)}


def _of_clip(limits: PipelineLimits, **changed: Any) -> PipelineLimits:
    return replace(limits, clip=replace(limits.clip, **changed))


def test_budgets(models: Models, limits: PipelineLimits) -> None:
    data = clip_of(moving(4), "GIF")
    options = TransformOptions(faces="off")
    with pytest.raises(ClipTooLong):
        transform(data, options, _of_clip(limits, max_frames=3), models)
    small = DecodeLimits(2**20, 1000)
    with pytest.raises(PictureTooLarge):
        transform(data, options, replace(limits, decode=small), models)
    with pytest.raises(ClipTooSlow, match="of 4 frames were done in 1e-06 seconds") as raised:
        transform(data, options, _of_clip(limits, max_seconds=1e-6), models)
    assert raised.value.limit == 1e-6
    still = options.model_copy(update={"animate": False})
    transform(data, still, _of_clip(limits, max_frames=1), models)


def test_what_all_frames_take_is_foretold(models: Models, limits: PipelineLimits) -> None:
    data = clip_of(moving(200, 64, 1700), "WEBP", quality=1, lossless=False)
    tight = replace(limits, memory_budget=70 * 2**20)
    options = TransformOptions(faces="off", format=OutputFormat.GIF)
    with pytest.raises(PictureTooLarge, match="max_side=") as raised:
        transform(data, options, tight, models)
    side = int(str(raised.value.detail).split("max_side=")[1].split()[0])
    assert 16 < side < 1700
    fits = options.model_copy(update={"max_side": side})
    assert transform(data, fits, tight, models).frames > 1


def test_what_many_faces_take_is_foretold(models: Models, limits: PipelineLimits) -> None:
    tight = replace(limits, memory_budget=150 * 2**20)
    data = clip_of(moving(2), "GIF")
    transform(data, TransformOptions(max_faces=20), tight, models)
    # 188 MiB of crops, as `cute` paints them.
    with pytest.raises(PictureTooLarge):
        transform(data, TransformOptions(max_faces=1000), tight, models)


def test_progress_is_told_frame_by_frame_and_can_end_the_work(
    models: Models, limits: PipelineLimits
) -> None:
    told: list[tuple[Stage, float]] = []
    data = clip_of(moving(4), "GIF")
    options = TransformOptions(faces="off")
    transform(data, options, limits, models, lambda *now: told.append(now))
    shares = [share for stage, share in told if stage is Stage.STYLISE]
    assert shares == [0, 0.25, 0.5, 0.75]
    assert list(dict(told)) == [Stage.DECODE, Stage.STYLISE, Stage.ENCODE]

    def stop(stage: Stage, share: float) -> None:
        if (stage, share) == (Stage.STYLISE, 0.5):
            raise UnknownJob("it was deleted")

    with pytest.raises(UnknownJob):
        transform(data, options, limits, models, stop)


@pytest.mark.slow
def test_a_full_model_has_the_same_statistics_in_all_frames(tmp_path: Path) -> None:
    """Its weights are random, and its normalisations differ from frame to frame."""
    graph = build_animegan2(random_state_dict(), Upsampling.ALIGN_CORNERS)
    settings = Settings(model_folder=tmp_path)
    model_store(settings).install(find_style("hayao_full"), graph.SerializeToString())
    models = load_models(settings)
    frames = moving(3, 128, 480)
    for index, frame in enumerate(frames):
        frame[:, :40] = 80 * index
    reach = models.generators.get(find_style("hayao_full")).cut.reach
    result = run(models, clip_of(frames, "PNG"), style="hayao_full")
    assert 0.3 < result.painted_share < 0.8
    shown = rgb_of(result)
    own = [
        rgb_of(run(models, file_of(frame), style="hayao_full", format="png"))[0] for frame in frames
    ]
    still = np.s_[:, 60 + reach :]
    assert np.abs(own[2][still].astype(int) - own[0][still]).mean() > 0.5
    for frame, whole in zip(shown, own, strict=True):
        np.testing.assert_array_equal(frame[still], shown[0][still])
        assert np.abs(frame.astype(int) - whole).mean() < 12
    kept = rgb_of(run(models, clip_of(frames, "PNG"), style="hayao_full", keep_colors=True))
    np.testing.assert_array_equal(kept[2][still], kept[0][still])


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    with Image.open(PORTRAIT) as image:
        return np.asarray(image.convert("RGB"))


def test_a_face_that_stands_still_is_painted_once(portrait: Pixels, models: Models) -> None:
    height, width = portrait.shape[:2]
    frames = []
    for index in range(3):
        frame = portrait.copy()
        # A lamp in a corner, far from the face.
        frame[height - 20 :, width - 20 :] = 255 - 90 * index
        frames.append(frame)
    result = run(models, clip_of(frames, "PNG"), faces="auto")
    assert sum(face.treated for face in result.faces) == 1
    assert result.face is not None
    assert result.face.style == "cute"
    left, top, right, bottom = (int(edge) for edge in result.faces[0].box)
    shown = rgb_of(result)
    for frame in shown[1:]:
        np.testing.assert_array_equal(
            frame[top:bottom, left:right], shown[0][top:bottom, left:right]
        )
    without = rgb_of(run(models, clip_of(frames, "PNG")))
    assert np.abs(shown[0][top:bottom, left:right] - without[0][top:bottom, left:right]).mean() > 2


def test_a_face_that_moves_is_found_again(portrait: Pixels, models: Models) -> None:
    frames = [np.roll(portrait, shift, axis=1) for shift in (0, 24)]
    result = run(models, clip_of(frames, "PNG"), faces="only")
    assert (result.background, result.frames) == (None, 2)
    assert sum(face.treated for face in result.faces) == 1
    left, top, right, bottom = (int(edge) for edge in result.faces[0].box)
    for shift, frame, photo in zip((0, 24), rgb_of(result), frames, strict=True):
        face = np.s_[top:bottom, left + shift : right + shift]
        assert np.abs(frame[face].astype(int) - photo[face]).mean() > 3
