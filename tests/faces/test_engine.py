"""Detector, mesh and scores on a still whose truth is known from elsewhere."""

import numpy as np
import pytest

from mien.core.arrays import ImageRgb
from mien.faces import BLENDSHAPE_NAMES, FaceModels, FaceTracker
from mien.faces.detector import Detection, FaceDetector, box_overlaps
from mien.faces.region import region_of_landmarks
from mien.faces.search import FaceSearch
from mien.faces.warping import (
    apply_transform,
    compose_transforms,
    invert_transform,
    quarter_turn,
    shrink_of,
    warp,
)


def test_the_smile_of_the_photograph_scores_as_with_the_reference_program(
    official_models: FaceModels, astronaut: ImageRgb
) -> None:
    """The reference program of the models, run on single images, gives .904 right, .899 left."""
    tracker = FaceTracker(official_models, blendshapes=True)
    tracker.update(astronaut, 0.0)
    (track,) = tracker.tracks()
    assert track.blendshapes is not None
    scores = dict(zip(BLENDSHAPE_NAMES, track.blendshapes[0].tolist(), strict=True))
    assert scores["mouthSmileRight"] == pytest.approx(0.904, abs=0.03)
    assert scores["mouthSmileLeft"] == pytest.approx(0.899, abs=0.03)
    assert scores["eyeBlinkLeft"] < 0.3
    assert track.landmarks_px.shape == (1, 478, 3)


def test_the_detector_finds_the_one_face_of_the_photograph(
    official_models: FaceModels, astronaut: ImageRgb
) -> None:
    (found,) = FaceDetector(official_models.detector).detect(astronaut)
    right_eye, left_eye, nose, mouth = found.key_points_px[:4]
    # Read off the picture by eye.
    np.testing.assert_allclose(right_eye, (203, 105), atol=5)
    np.testing.assert_allclose(left_eye, (246, 108), atol=5)
    assert right_eye[1] < nose[1] < mouth[1]
    assert found.score > 0.8


def test_a_mesh_that_the_detector_contradicts_is_not_confirmed(
    official_models: FaceModels, astronaut: ImageRgb
) -> None:
    search = FaceSearch(official_models)
    (face,) = search.faces(astronaut, 0, tiles=False)
    assert search.confirms(astronaut, face.mesh) is True
    shifted = type(face.mesh)(face.mesh.points_px + np.array([25, 0, 0], np.float32), 1.0)
    assert search.confirms(astronaut, shifted) is False
    elsewhere = type(face.mesh)(face.mesh.points_px + np.array([220, 330, 0], np.float32), 1.0)
    assert search.confirms(astronaut, elsewhere) is None


def test_boxes_overlap_by_their_shared_area() -> None:
    box = np.array([0.0, 0.0, 2.0, 2.0])
    others = np.array([[1.0, 0.0, 2.0, 2.0], [5.0, 5.0, 1.0, 1.0], [0.0, 0.0, 2.0, 2.0]])
    np.testing.assert_allclose(box_overlaps(box, others), [1 / 3, 0, 1])


def test_a_detection_follows_its_map() -> None:
    detection = Detection(np.array([1.0, 2.0, 3.0, 4.0]), np.arange(12.0).reshape(6, 2), 0.9)
    moved = detection.mapped(np.array([[2.0, 0, 10], [0, 2, 20]]))
    np.testing.assert_allclose(moved.box_px, [12, 24, 6, 8])
    np.testing.assert_allclose(moved.key_points_px[1], [14, 26])


def test_a_region_puts_level_eyes_into_its_square() -> None:
    points = np.zeros((478, 2))
    points[33], points[263] = (10.0, 20.0), (30.0, 40.0)
    points[points.sum(axis=1) == 0] = (20.0, 30.0)
    region = region_of_landmarks(points)
    inside = apply_transform(region.to_square(100), points[[33, 263]])
    assert region.roll_rad == pytest.approx(np.pi / 4)
    assert inside[0, 1] == pytest.approx(inside[1, 1])
    np.testing.assert_allclose(inside.mean(axis=0), [50, 50], atol=1e-9)
    # The box is the eye distance wide, the square one and a half times that.
    assert inside[1, 0] - inside[0, 0] == pytest.approx(100 / 1.5)


@pytest.mark.parametrize("turn_deg", [0, 90, 180, 270])
def test_points_of_a_turned_picture_map_back(turn_deg: int) -> None:
    image = np.zeros((40, 60, 3), np.uint8)
    image[7, 51] = 255
    turned, back = quarter_turn(image, turn_deg)
    row, column = np.argwhere(turned[..., 0] == 255)[0]
    seen = apply_transform(back, np.array([[column, row]], np.float64))
    np.testing.assert_allclose(seen, [[51, 7]])


def test_maps_compose_and_invert() -> None:
    one = np.array([[1.5, -0.5, 3], [0.5, 1.5, -7]])
    other = np.array([[0.2, 0, 1], [0, 0.2, 2]])
    points = np.array([[3.0, 4], [-1, 9]])
    np.testing.assert_allclose(
        apply_transform(compose_transforms(one, other), points),
        apply_transform(one, apply_transform(other, points)),
    )
    np.testing.assert_allclose(
        apply_transform(invert_transform(one), apply_transform(one, points)), points
    )


def _waves(size: int, period: float) -> np.ndarray:
    phase = 2 * np.pi * np.arange(size) / period
    return np.repeat((128 + 100 * np.sin(phase))[None], size, axis=0).round().astype(np.uint8)


def test_shrinking_leaves_no_pattern_that_was_not_there() -> None:
    """Stripes finer than a target pixel become even grey instead of coarse stripes."""
    matrix = np.array([[0.2, 0, 0], [0, 0.2, 0]])
    assert shrink_of(matrix) == 5
    small = warp(_waves(640, 5.4), matrix, 128)
    assert small[10:-10, 10:-10].std() < 15
    assert warp(_waves(640, 5.4), matrix, 128, shrink=1)[10:-10, 10:-10].std() > 40


@pytest.mark.parametrize("scale", [0.45, 0.3, 0.21])
def test_shrinking_does_not_shift_the_picture(scale: float) -> None:
    image = _waves(1000, 120.0)
    matrix = np.array([[scale, 0, 3.3], [0, scale, 1.0]])
    small = warp(image, matrix, 200).astype(np.float64)[100]
    columns = (np.arange(200) - 3.3) / scale
    expected = 128 + 100 * np.sin(2 * np.pi * columns / 120)
    np.testing.assert_allclose(small[10:190], expected[10:190], atol=4)
