"""Head rotation, eyes and gaze from points that were turned here by known angles."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.faces import FaceModels, FaceTracker, eye_openness, gaze_of, head_pose, turn_from_camera
from mien.faces.pose import angles_of, rotation_of

ANGLES = [(0.0, 0.0, 0.0), (0.2, 0.0, 0.0), (0.0, 0.3, 0.0), (0.0, 0.0, 0.4), (-0.3, 0.5, -0.2)]


def _rest() -> np.ndarray:
    return np.random.default_rng(2).normal(0, 0.05, (468, 3))


def _seen(rest: np.ndarray, angles: tuple[float, float, float]) -> np.ndarray:
    """Points of a turned head in the picture: x right, y down, depth away from the camera."""
    turned = rest @ rotation_of(np.array(angles)).T
    return np.asarray((turned * [1, -1, -1] * 900 + [320, 240, 0])[None], np.float32)


@pytest.mark.parametrize("angles", ANGLES)
def test_a_known_rotation_is_found(angles: tuple[float, float, float]) -> None:
    rest = _rest()
    found = head_pose(_seen(rest, angles), reference_m=rest)
    np.testing.assert_allclose(found[0], angles, atol=1e-4)


@pytest.mark.parametrize("angles", ANGLES)
def test_angles_and_matrix_agree_with_an_independent_library(
    angles: tuple[float, float, float],
) -> None:
    """Yaw about y, pitch about x, roll about -z (towards the left shoulder), each in turn."""
    pitch, yaw, roll = angles
    witness = Rotation.from_euler("YXZ", [yaw, pitch, -roll]).as_matrix()
    np.testing.assert_allclose(rotation_of(np.array(angles)), witness, atol=1e-12)
    np.testing.assert_allclose(angles_of(witness), angles, atol=1e-12)


@pytest.mark.parametrize("turn_deg", [90, 180, 270])
def test_the_turn_of_the_picture_is_no_roll_of_the_head(turn_deg: int) -> None:
    rest = _rest()
    upright = _seen(rest, (0.1, 0.2, 0.05))[0]
    x, y, z = upright.T
    # A picture that needs a counter-clockwise turn to be upright was turned clockwise.
    turned = {90: (-y, x), 180: (-x, -y), 270: (y, -x)}[turn_deg]
    points = np.stack([*turned, z], axis=-1)[None].astype(np.float32)
    found = head_pose(points, turn_deg=turn_deg, reference_m=rest)
    np.testing.assert_allclose(found[0], (0.1, 0.2, 0.05), atol=1e-4)


@pytest.mark.parametrize("degrees", [0, 10, 30, 45])
def test_the_turn_from_the_camera_is_found_in_the_picture_alone(degrees: int) -> None:
    rest = _rest()
    yawed, nodded = (
        _seen(rest, angles)
        for angles in ((0.0, np.radians(degrees), 0.2), (np.radians(degrees), 0.0, 0.0))
    )
    for seen in (yawed, nodded):
        seen[..., 2] = 0  # no depth is asked for
        assert np.degrees(turn_from_camera(seen, reference_m=rest)) == pytest.approx(
            degrees, abs=1.0
        )
    assert np.isnan(turn_from_camera(np.full((2, 478, 3), np.nan, np.float32))).all()


def test_frames_without_points_have_no_rotation() -> None:
    points = np.full((2, 468, 3), np.nan, np.float32)
    assert np.isnan(head_pose(points, reference_m=_rest())).all()
    assert np.isnan(eye_openness(points)).all()


def test_a_turn_between_the_quarters_is_refused() -> None:
    with pytest.raises(UsageError, match="0, 90, 180 or 270"):
        head_pose(np.zeros((1, 468, 3), np.float32), turn_deg=30, reference_m=_rest())


def test_a_mirrored_face_has_mirrored_yaw_and_roll(
    official_models: FaceModels, portrait: ImageRgb
) -> None:
    angles = []
    for image in (portrait, np.ascontiguousarray(portrait[:, ::-1])):
        tracker = FaceTracker(official_models)
        tracker.update(image, 0.0)
        angles.append(head_pose(tracker.tracks()[0].landmarks_px)[0])
    pitch, yaw, roll = np.degrees(angles[0] - angles[1] * [1, -1, -1])
    assert max(abs(pitch), abs(yaw), abs(roll)) < 3
    # The astronaut's head leans to her left shoulder: her left eye is the lower one.
    assert angles[0][2] > 0.01


def test_openness_is_lid_distance_by_corner_distance() -> None:
    points = np.zeros((1, 468, 3), np.float32)
    for corners, upper, lower, gap in (
        ((33, 133), (159, 158, 160), (145, 153, 144), 9.0),
        ((362, 263), (386, 385, 387), (374, 380, 373), 3.0),
    ):
        points[0, corners[1], 0] = 30
        points[0, list(upper), 1], points[0, list(lower), 1] = -gap / 2, gap / 2
    np.testing.assert_allclose(eye_openness(points), [[0.1, 0.3]], atol=1e-6)


def test_gaze_needs_irises() -> None:
    angles = np.zeros((3, 3))
    assert np.isnan(gaze_of(np.ones((3, 468, 3), np.float32), angles)).all()


def test_gaze_turns_with_the_iris_and_not_with_the_head() -> None:
    rest = np.zeros((478, 3))
    for inner, outer, side in ((362, 263, 1), (133, 33, -1)):
        rest[inner], rest[outer] = (side * 0.015, 0, 0), (side * 0.045, 0, 0)
    for upper, lower in ((159, 145), (158, 153), (160, 144), (386, 374), (385, 380), (387, 373)):
        rest[upper, 1], rest[lower, 1] = 0.005, -0.005
    rest[473], rest[468] = (0.03 + 0.035 * 0.03, 0.03 * 0.03, 0), (-0.03 - 0.035 * 0.03, 9e-4, 0)
    moved = rest.copy()
    moved[[468, 473]] += (0.5 * 0.03 * np.sin(0.2), -0.5 * 0.03 * np.sin(0.1), 0)
    for angles in ANGLES:
        rotation = np.array([angles])
        np.testing.assert_allclose(gaze_of(_seen(rest, angles), rotation), 0, atol=2e-3)
        np.testing.assert_allclose(
            gaze_of(_seen(moved, angles), rotation)[0], [[0.1, 0.2]] * 2, atol=2e-3
        )


def test_a_closed_eye_has_no_gaze() -> None:
    rest = np.zeros((478, 3))
    rest[[362, 133]], rest[[263, 33]] = (0.0, 0, 0), (0.03, 0, 0)
    assert np.isnan(gaze_of(_seen(rest, (0.0, 0.0, 0.0)), np.zeros((1, 3)))).all()
