"""The search for faces, with a detector whose answers are known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from skimage.measure import label, regionprops

from anime_inference.logic.faces.boxes import best_of_each, nested_share, overlap
from anime_inference.logic.faces.face import Box, Face
from anime_inference.logic.faces.find import find_faces
from anime_inference.logic.faces.plausible import is_plausible, roll_degrees
from anime_inference.logic.faces.views import TURNS, count_tiles, mosaic, tiles, turned
from anime_inference.logic.picture import Pixels
from tests.pictures import gradient

# Of an upright frontal face, in shares of its box.
FEATURES = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]], np.float32)


def face_at(box: Box, score: float = 0.9, features: np.ndarray = FEATURES) -> Face:
    left, top, right, bottom = box
    points = features * [right - left, bottom - top] + [left, top]
    return Face(box, points.astype(np.float32), score)


def spun(features: np.ndarray, quarters: int) -> np.ndarray:
    """The landmarks turned clockwise about the middle of their box."""
    for _ in range(quarters):
        features = np.stack((1 - features[:, 1], features[:, 0]), axis=1)
    return features


@dataclass
class Script:
    """Answers each call with the next of the given lists of faces, then with none."""

    answers: list[list[Face]]
    name: str = "script"
    sure_score: float = 0.8
    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def detect(self, rgb: Pixels) -> list[Face]:
        self.shapes.append(rgb.shape)
        return self.answers.pop(0) if self.answers else []


@dataclass
class RedSquares:
    """Sees an upright face in each pure red square with a blue edge on top, and no other."""

    name: str = "red-squares"
    sure_score: float = 0.8

    def detect(self, rgb: Pixels) -> list[Face]:
        red = (rgb[..., 0] > 200) & (rgb[..., 1] < 60) & (rgb[..., 2] < 60)
        faces = []
        for region in regionprops(label(red)):
            top, left, bottom, right = (float(value) for value in region.bbox)
            above = rgb[max(0, int(top) - 3), int(left + right) // 2]
            if region.area >= 16 and above[2] > 150 and above[0] < 100:
                faces.append(face_at((left, top, right, bottom)))
        return faces


def red_square(height: int, width: int, box: tuple[int, int, int, int]) -> Pixels:
    rgb = np.full((height, width, 3), 128, np.uint8)
    left, top, right, bottom = box
    rgb[top - 12 : top, left:right] = (0, 0, 255)
    rgb[top:bottom, left:right] = (255, 0, 0)
    return rgb


def test_a_sure_upright_face_takes_one_pass() -> None:
    detector = Script([[face_at((10, 10, 40, 50))]])
    faces = find_faces(gradient(100, 100), detector)
    assert [face.box for face in faces] == [(10, 10, 40, 50)]
    assert detector.shapes == [(100, 100, 3)]


def test_nobody_takes_two_passes_in_a_small_photo() -> None:
    detector = Script([])
    assert find_faces(gradient(300, 400), detector) == ()
    assert len(detector.shapes) == 2


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_turned_photo_gives_the_face_where_it_is(turn: int) -> None:
    upright = red_square(400, 600, (100, 60, 200, 180))
    photo = np.ascontiguousarray(np.rot90(upright, -turn))
    (face,) = find_faces(photo, RedSquares())
    # What is known of the upright photo, carried over by hand.
    height, width = upright.shape[:2]
    known = face_at((100, 60, 200, 180))
    x, y = known.landmarks.T
    carried = {
        0: (x, y),
        1: (height - y, x),
        2: (width - x, height - y),
        3: (y, width - x),
    }[turn]
    np.testing.assert_allclose(face.landmarks, np.stack(carried, axis=1), atol=0.01)
    assert roll_degrees(face) % 360 == pytest.approx(90 * turn, abs=0.01)


@pytest.mark.parametrize("turn", [0, *TURNS])
def test_a_view_knows_the_way_back(turn: int) -> None:
    photo = np.zeros((50, 70, 3), np.uint8)
    photo[20, 30] = 255
    view = turned(photo, turn)
    ((row, column),) = np.argwhere(view.rgb[..., 0])
    there = view.to_photo(face_at((column, row, column + 1, row + 1)))
    assert there.box == (30, 20, 31, 21)


def test_each_cell_of_a_mosaic_knows_the_way_back() -> None:
    photo = red_square(400, 600, (100, 60, 200, 180))
    board = mosaic(photo)
    assert board.rgb.shape == (640, 640, 3)
    red = (board.rgb[..., 0] > 200) & (board.rgb[..., 2] < 60)
    for index, turn in enumerate((0, *TURNS)):
        top, left = index // 2 * 320, index % 2 * 320
        rows, columns = np.nonzero(red[top : top + 320, left : left + 320])
        shown = face_at(
            (
                float(left + columns.min()),
                float(top + rows.min()),
                float(left + columns.max() + 1),
                float(top + rows.max() + 1),
            )
        )
        cell = board.cell_of(shown)
        assert cell is not None
        assert cell.turn == turn
        np.testing.assert_allclose(cell.to_photo(shown).box, (100, 60, 200, 180), atol=4)


def test_nothing_reaches_from_one_cell_of_a_mosaic_into_another() -> None:
    board = mosaic(gradient(100, 100))
    assert board.cell_of(face_at((300, 100, 340, 140))) is None
    assert board.cell_of(face_at((700, 100, 740, 140))) is None


def test_tiles_cover_the_photo() -> None:
    photo = np.arange(1000 * 1500, dtype=np.uint32).reshape(1000, 1500, 1)
    seen = np.zeros(photo.shape, bool)
    parts = list(tiles(photo, 640, 96))  # type: ignore[arg-type]
    for tile in parts:
        seen.ravel()[tile.rgb] = True
        left, top = tile.matrix[:, 2]
        assert tile.rgb[0, 0, 0] == photo[int(top), int(left), 0]
        assert max(tile.rgb.shape) <= 640
    assert seen.all()
    assert len(parts) == count_tiles(1000, 1500, 640, 96) == 6


def test_large_photos_are_tiled_within_a_budget() -> None:
    detector = Script([])
    find_faces(np.zeros((6000, 8000, 3), np.uint8), detector)
    assert 8 <= len(detector.shapes) <= 14


def test_a_large_photo_with_one_large_face_is_not_tiled() -> None:
    detector = Script([[face_at((100, 100, 900, 1000))]])
    assert len(find_faces(np.zeros((3000, 4000, 3), np.uint8), detector)) == 1
    assert len(detector.shapes) == 1


def test_a_face_that_a_tile_cuts_is_left_to_its_neighbour() -> None:
    small = face_at((20, 20, 50, 55))
    cut, whole = face_at((600, 300, 660, 380)), face_at((100, 300, 140, 350))
    detector = Script([[small], [cut, whole]])
    faces = find_faces(np.zeros((640, 1200, 3), np.uint8), detector)
    assert [face.box for face in faces] == [whole.box, small.box]


def test_order_is_size_then_position() -> None:
    boxes: list[Box] = [(200, 10, 230, 50), (10, 10, 40, 50), (60, 5, 110, 65), (60, 100, 90, 140)]
    for shuffled in (boxes, boxes[::-1]):
        faces = find_faces(gradient(200, 300), Script([[face_at(box) for box in shuffled]]))
        assert [face.box for face in faces] == [boxes[2], boxes[1], boxes[0], boxes[3]]


def test_small_faces_are_left_out() -> None:
    answers = [[face_at((10, 10, 40, 50)), face_at((100, 10, 110, 23))]]
    assert len(find_faces(gradient(200, 300), Script([*answers]))) == 1
    answers = [[face_at((10, 10, 40, 50)), face_at((100, 10, 110, 23))]]
    assert len(find_faces(gradient(200, 300), Script(answers), min_side=12)) == 2


def test_doubles_go_and_the_surest_stays() -> None:
    sure, other = face_at((10, 10, 60, 70), 0.95), face_at((14, 12, 64, 74), 0.85)
    for answer in ([sure, other], [other, sure]):
        (face,) = find_faces(gradient(200, 300), Script([answer]))
        assert face.score == 0.95


def test_a_nested_box_on_the_features_of_a_face_goes() -> None:
    large, mouth = face_at((10, 10, 110, 130), 0.95), face_at((40, 90, 80, 120), 0.85)
    (face,) = find_faces(gradient(200, 300), Script([[mouth, large]]))
    assert face.box == large.box


def test_a_sure_small_face_before_a_large_one_stays() -> None:
    large, child = face_at((10, 10, 110, 130), 0.95), face_at((84, 84, 112, 120), 0.85)
    assert len(find_faces(gradient(200, 300), Script([[child, large]]))) == 2
    unsure = face_at((84, 84, 112, 120), 0.7)
    assert len(find_faces(gradient(200, 300), Script([[unsure, large]]))) == 1


def test_an_unsure_upright_face_yields_to_a_surer_turned_one() -> None:
    """What a detector makes of an upside-down face: an upright one, not quite sure."""
    photo = gradient(320, 320)
    wrong = face_at((100, 100, 200, 220), 0.75)
    # The mosaic's lower right cell is the photo upside down.
    in_mosaic = face_at((430, 430, 530, 540), 0.9)
    right = face_at((120, 100, 220, 220), 0.92)
    (face,) = find_faces(photo, Script([[wrong], [in_mosaic], [right]]))
    assert face.box == pytest.approx((100, 100, 200, 220))
    assert face.score == pytest.approx(0.92)
    assert abs(roll_degrees(face)) == pytest.approx(180)
    # Seen large, the turned face may be less sure than it was in the mosaic.
    unsure = face_at((120, 100, 220, 220), 0.75)
    for answers in (
        [[wrong], [face_at((430, 430, 530, 540), 0.6)]],
        [[wrong], [in_mosaic], [unsure]],
    ):
        (kept,) = find_faces(photo, Script(answers))
        assert kept.box == wrong.box
        assert roll_degrees(kept) == pytest.approx(0)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_landmarks_of_a_face_are_plausible_at_any_roll(quarters: int) -> None:
    face = face_at((10, 10, 110, 110), features=spun(FEATURES, quarters))
    assert is_plausible(face)
    assert roll_degrees(face) % 360 == pytest.approx(90 * quarters)


@pytest.mark.parametrize(
    "features",
    [
        pytest.param(FEATURES[[1, 0, 2, 4, 3]], id="mirrored"),
        pytest.param(FEATURES[[0, 1, 3, 2, 4]] * [1, 0.1], id="flat"),
        pytest.param(np.add(FEATURES, [2, 0]), id="outside"),
        pytest.param(FEATURES * np.nan, id="nan"),
        pytest.param(np.full((5, 2), 0.5), id="one point"),
        pytest.param(np.where([[0], [0], [1], [0], [0]], [0.5, -0.3], FEATURES), id="nose up"),
    ],
)
def test_landmarks_of_no_face_are_not(features: np.ndarray) -> None:
    face = face_at((10, 10, 110, 110), features=features)
    assert not is_plausible(face)
    assert find_faces(gradient(200, 300), Script([[face], [face]])) == ()


def test_a_sliver_is_no_face() -> None:
    assert not is_plausible(face_at((10, 10, 20, 110)))
    assert not is_plausible(face_at((10, 10, 10, 10)))


def test_of_equal_boxes_the_first_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [20, 0, 30, 10]], np.float32)
    assert best_of_each(boxes, np.array([0.5, 0.5, 0.9], np.float32), max_iou=0.3) == [2, 0]
    assert best_of_each(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), max_iou=0.3) == []


def test_nested_share() -> None:
    assert nested_share((0, 0, 10, 10), (2, 2, 4, 4)) == 1
    assert nested_share((0, 0, 10, 10), (5, 0, 25, 10)) == 0.5
    assert nested_share((0, 0, 10, 10), (10, 0, 20, 10)) == 0


@pytest.mark.parametrize(
    ("one", "other", "nested", "shared"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1, 1),
        ((0, 0, 10, 4), (5, 0, 15, 4), 0.5, 1 / 3),
        ((0, 0, 4, 10), (0, 5, 4, 15), 0.5, 1 / 3),
        ((0, 0, 10, 1), (0, 0.5, 10, 1.5), 0.5, 1 / 3),
        ((0, 0, 1, 10), (0.5, 0, 1.5, 10), 0.5, 1 / 3),
        ((0, 0, 20, 30), (5, 10, 15, 20), 1, 1 / 6),
        ((0, 0, 10, 4), (10, 0, 20, 4), 0, 0),
        ((0, 0, 10, 4), (0, 4, 10, 8), 0, 0),
        ((0, 0, 10, 4), (30, 30, 40, 34), 0, 0),
    ],
)
def test_overlap_of_boxes(one: Box, other: Box, nested: float, shared: float) -> None:
    for first, second in ((one, other), (other, one)):
        assert nested_share(first, second) == pytest.approx(nested)
        assert overlap(first, second) == pytest.approx(shared)


@pytest.mark.parametrize(
    ("shift", "plausible"),
    [
        # Landmarks may lie outside of their box by 0.4 of its sides.
        ((0.69, 0), True),
        ((0.71, 0), False),
        ((-0.69, 0), True),
        ((-0.71, 0), False),
        ((0, 0.59), True),
        ((0, 0.61), False),
        ((0, -0.79), True),
        ((0, -0.81), False),
    ],
)
def test_landmarks_may_lie_a_little_outside(shift: tuple[float, float], *, plausible: bool) -> None:
    for box in ((10, 10, 110, 210), (10, 10, 210, 110)):
        assert is_plausible(face_at(box, features=FEATURES + shift)) is plausible


@pytest.mark.parametrize(
    ("box", "plausible"),
    [
        ((0, 0, 1, 1), True),
        ((0, 0, 0.9, 1), False),
        ((0, 0, 100, 319), True),
        ((0, 0, 100, 321), False),
        ((0, 0, 319, 100), True),
        ((0, 0, 321, 100), False),
    ],
)
def test_a_box_of_a_face_has_a_size_and_a_shape(box: Box, *, plausible: bool) -> None:
    upright = FEATURES.copy() - 0.5
    side = min(box[2] - box[0], box[3] - box[1])
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    # Of a square in its middle, as large as keeps eyes and mouth far enough apart.
    points = middle + upright * min(2 * side, max(box[2], box[3]))
    assert is_plausible(Face(box, points.astype(np.float32), 0.9)) is plausible


@pytest.mark.parametrize(
    ("nose", "plausible"), [(-0.34, True), (-0.36, False), (1.34, True), (1.36, False)]
)
def test_a_nose_lies_about_between_eyes_and_mouth(nose: float, *, plausible: bool) -> None:
    features = FEATURES.copy()
    features[2, 1] = 0.4 + nose * 0.4
    assert is_plausible(face_at((10, 10, 110, 110), features=features)) is plausible


@pytest.mark.parametrize(("crossed", "plausible"), [(-0.2, True), (0.11, True), (0.13, False)])
def test_eyes_of_a_profile_may_cross_a_little(crossed: float, *, plausible: bool) -> None:
    features = FEATURES.copy()
    features[0, 0], features[1, 0] = 0.5 + crossed / 2, 0.5 - crossed / 2
    assert is_plausible(face_at((10, 10, 110, 110), features=features)) is plausible


@pytest.mark.parametrize(
    ("length", "plausible"), [(0.14, False), (0.16, True), (0.89, True), (0.91, False)]
)
def test_eyes_and_mouth_lie_as_far_apart_as_on_a_face(length: float, *, plausible: bool) -> None:
    features = FEATURES.copy()
    features[:2, 1], features[2, 1], features[3:, 1] = 0, length / 2, length
    assert is_plausible(face_at((10, 10, 110, 110), features=features)) is plausible


@pytest.mark.parametrize("side", [0.5, 1, 40])
def test_doubles_are_told_at_any_size(side: float) -> None:
    boxes = np.array([[0, 0, 1, 1], [0.5, 0, 1.5, 1], [3, 0, 4, 1]], np.float32) * side
    scores = np.array([0.7, 0.8, 0.9], np.float32)
    assert best_of_each(boxes, scores, max_iou=0.3) == [2, 1]
    assert best_of_each(boxes, scores, max_iou=0.4) == [2, 1, 0]


def test_many_that_are_equally_sure_stay_in_their_order() -> None:
    left = np.arange(100, dtype=np.float32)
    boxes = np.stack((2 * left, 0 * left, 2 * left + 1, 0 * left + 1), axis=1)
    scores = np.tile(np.array([0.5, 0.9], np.float32), 50)
    kept = best_of_each(boxes, scores, max_iou=0.3)
    assert kept == [*range(1, 100, 2), *range(0, 100, 2)]
