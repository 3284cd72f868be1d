"""Head rotation and gaze in OpenFace's camera frame, against turns worked out by hand.

OpenFace's frame: x to the image's right, y down, z away from the camera; at rest the nose points
along -z, the top of the head along -y, and the subject's left is at the image's right.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mien.tracks.openface_axes import (
    gaze_angles,
    gaze_from_openface,
    head_angles,
    head_matrices,
    openface_gaze,
    openface_rotation,
    rotation_from_openface,
)

ANGLE = st.floats(-1.4, 1.4)
GAZE = st.floats(-1.2, 1.2)


def openface_matrix(rx: float, ry: float, rz: float) -> np.ndarray:
    """R = Rx Ry Rz written out element by element, as in OpenFace's documentation."""
    (s1, s2, s3), (c1, c2, c3) = np.sin([rx, ry, rz]), np.cos([rx, ry, rz])
    return np.array(
        [
            [c2 * c3, -c2 * s3, s2],
            [c1 * s3 + c3 * s1 * s2, c1 * c3 - s1 * s2 * s3, -c2 * s1],
            [s1 * s3 - c1 * c3 * s2, c3 * s1 + c1 * s2 * s3, c1 * c2],
        ]
    )


@pytest.mark.parametrize(
    ("head", "pose"),
    [
        # 30 degrees each: nose down, nose to the subject's left, head to the left shoulder
        ((math.pi / 6, 0.0, 0.0), (math.pi / 6, 0.0, 0.0)),
        ((0.0, math.pi / 6, 0.0), (0.0, -math.pi / 6, 0.0)),
        ((0.0, 0.0, math.pi / 6), (0.0, 0.0, math.pi / 6)),
    ],
)
def test_single_turns_have_the_documented_signs(
    head: tuple[float, float, float], pose: tuple[float, float, float]
) -> None:
    assert openface_rotation(np.array([head]))[0] == pytest.approx(pose)


def test_openfaces_matrix_moves_nose_and_crown_where_the_subject_went() -> None:
    nose, crown = np.array([0.0, 0.0, -1.0]), np.array([0.0, -1.0, 0.0])
    half, most = 0.5, math.sqrt(3) / 2
    down = openface_matrix(*openface_rotation(np.array([[math.pi / 6, 0.0, 0.0]]))[0])
    assert down @ nose == pytest.approx([0.0, half, -most])  # y grows downwards
    left = openface_matrix(*openface_rotation(np.array([[0.0, math.pi / 6, 0.0]]))[0])
    assert left @ nose == pytest.approx([half, 0.0, -most])  # to the image's right
    tilted = openface_matrix(*openface_rotation(np.array([[0.0, 0.0, math.pi / 6]]))[0])
    assert tilted @ crown == pytest.approx([half, -most, 0.0])  # to the image's right


def test_a_combined_turn_goes_through_the_matrix() -> None:
    """Yaw 90 degrees to the left, then nothing is left of the pitch but roll-like motion.

    Worked out by hand: mien turns by pitch first, then yaw. Pitch 30 degrees puts the crown at
    (0, cos 30, sin 30) in head axes (y up, z out of the face); yaw 90 degrees to the left turns z
    into x: (sin 30, cos 30, 0). In OpenFace's frame y flips: (0.5, -0.866, 0).
    """
    pose = openface_rotation(np.array([[math.pi / 6, math.pi / 2 - 1e-9, 0.0]]))[0]
    crown = openface_matrix(*pose) @ np.array([0.0, -1.0, 0.0])
    assert crown == pytest.approx([0.5, -math.sqrt(3) / 2, 0.0], abs=1e-6)


@given(ANGLE, ANGLE, ANGLE)
def test_openfaces_matrix_is_ours_seen_from_its_axes(pitch: float, yaw: float, roll: float) -> None:
    head = np.array([[pitch, yaw, roll]])
    flip = np.diag([1.0, -1.0, -1.0])
    pose = openface_rotation(head)[0]
    assert openface_matrix(*pose) == pytest.approx(flip @ head_matrices(head)[0] @ flip, abs=1e-9)


@given(ANGLE, ANGLE, ANGLE)
def test_rotations_come_back(pitch: float, yaw: float, roll: float) -> None:
    head = np.array([[pitch, yaw, roll]])
    assert head_angles(head_matrices(head)) == pytest.approx(head, abs=1e-7)
    assert rotation_from_openface(openface_rotation(head)) == pytest.approx(head, abs=1e-6)


def test_the_matrix_is_the_one_of_the_landmark_stage() -> None:
    pose = pytest.importorskip("mien.faces.pose")
    for angles in np.random.default_rng(0).uniform(-1.4, 1.4, (20, 3)):
        assert head_matrices(angles[None])[0] == pytest.approx(pose.rotation_of(angles))


def test_gaze_to_the_subjects_left_goes_to_the_image_right() -> None:
    gaze = np.zeros((1, 2, 2))
    gaze[0, 0] = [0.0, math.pi / 6]  # left eye to the left
    gaze[0, 1] = [math.pi / 6, 0.0]  # right eye down
    vectors = openface_gaze(gaze, np.zeros((1, 3)))[0]
    assert vectors[0] == pytest.approx([0.0, 0.5, -math.sqrt(3) / 2])  # eye 0: the right one
    assert vectors[1] == pytest.approx([0.5, 0.0, -math.sqrt(3) / 2])


def test_gaze_contains_the_heads_rotation() -> None:
    head = np.array([[0.0, math.pi / 6, 0.0]])
    vectors = openface_gaze(np.zeros((1, 2, 2)), head)
    assert vectors[0, 0] == pytest.approx([0.5, 0.0, -math.sqrt(3) / 2])
    assert gaze_angles(vectors)[0] == pytest.approx([math.pi / 6, 0.0])


@given(
    hnp.arrays(np.float64, (1, 2, 2), elements=GAZE), hnp.arrays(np.float64, (1, 3), elements=GAZE)
)
def test_gaze_comes_back(gaze: np.ndarray, head: np.ndarray) -> None:
    assert gaze_from_openface(openface_gaze(gaze, head), head) == pytest.approx(gaze, abs=1e-6)


def test_gaze_without_length_is_undefined() -> None:
    assert np.isnan(gaze_from_openface(np.zeros((1, 2, 3)), np.zeros((1, 3)))).all()


def test_what_was_not_seen_stays_undefined() -> None:
    head = np.full((1, 3), np.nan)
    assert np.isnan(openface_rotation(head)).all()
    assert np.isnan(rotation_from_openface(head)).all()
    assert np.isnan(openface_gaze(np.zeros((1, 2, 2)), head)).all()
