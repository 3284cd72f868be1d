"""A turning head and its neck."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.head import load_head
from mien.head.neck import neck_of
from mien.head.pose import HeadPose

_HEAD = load_head()
_PERSON = _HEAD.people["Jonas"]
_NECK = neck_of(_PERSON.vertices_m.astype(np.float64), _PERSON.eye_centre_m)


def test_the_face_turns_as_one_and_the_shoulders_stay() -> None:
    face = _HEAD.masks["face"] > 0.5
    assert _NECK.share[face].min() > 0.97
    shoulders = _HEAD.parts["shirt"]
    assert np.median(_NECK.share[shoulders]) < 0.05


def test_the_face_keeps_its_shape_when_it_turns() -> None:
    points = _HEAD.landmarks.points(_PERSON.vertices_m.astype(np.float64))
    turned = _NECK.turn_points(points, HeadPose((0.2, -0.3, 0.1), (0.01, 0.0, 0.02)))
    before = np.linalg.norm(points[:, None] - points, axis=2)
    after = np.linalg.norm(turned[:, None] - turned, axis=2)
    np.testing.assert_allclose(after, before, atol=1e-12)


def test_vertices_and_points_of_the_face_turn_alike() -> None:
    pose = HeadPose((0.1, 0.2, -0.1), (0.0, 0.01, 0.0))
    rest = _PERSON.vertices_m.astype(np.float64)
    rigid = _NECK.share > 0.999999
    np.testing.assert_allclose(
        _NECK.turn_vertices(rest, pose)[rigid], _NECK.turn_points(rest[rigid], pose), atol=1e-7
    )


def test_a_nod_lowers_the_nose_and_a_turn_takes_it_to_the_subjects_left() -> None:
    nose = _HEAD.landmarks.points(_PERSON.vertices_m.astype(np.float64))[[4]]
    assert _NECK.turn_points(nose, HeadPose((0.2, 0.0, 0.0)))[0, 1] < nose[0, 1] - 0.01
    assert _NECK.turn_points(nose, HeadPose((0.0, 0.2, 0.0)))[0, 0] > nose[0, 0] + 0.01


def test_a_pose_that_is_not_finite_is_refused() -> None:
    with pytest.raises(UsageError, match="three finite numbers each"):
        HeadPose((0.0, float("nan"), 0.0))
