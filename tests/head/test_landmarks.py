"""The embedding of the 468 landmarks."""

from pathlib import Path

import numpy as np

from mien.head import load_head, pose_vertices

RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
RIGHT_EYE_INNER, LEFT_EYE_INNER = 133, 362
RIGHT_MOUTH_CORNER, LEFT_MOUTH_CORNER = 61, 291
FOREHEAD, CHIN, NOSE_TIP = 10, 152, 1
UPPER_LIP_INNER, LOWER_LIP_INNER = 13, 14

SHARED = Path(__file__).parents[2].parent / "shared"


def test_all_points_are_bound_to_the_skin_inside_their_triangles() -> None:
    head = load_head()
    landmarks = head.landmarks
    assert landmarks.triangle.shape == (468,)
    assert (landmarks.corners < head.parts["skin"].stop).all()
    np.testing.assert_allclose(landmarks.barycentric.sum(axis=1), 1, atol=1e-5)
    assert landmarks.barycentric.min() >= -1e-6


def test_left_and_right_are_the_subjects_on_everybody() -> None:
    head = load_head()
    for person in head.people.values():
        x = head.landmarks.points(person.vertices_m)[:, 0]
        assert x[RIGHT_EYE_OUTER] < x[RIGHT_EYE_INNER] < x[LEFT_EYE_INNER] < x[LEFT_EYE_OUTER]
        assert x[RIGHT_MOUTH_CORNER] < -0.015 < 0.015 < x[LEFT_MOUTH_CORNER], person.name


def test_points_lie_within_the_face_in_the_order_of_a_face_on_everybody() -> None:
    head = load_head()
    for person in head.people.values():
        points = head.landmarks.points(person.vertices_m)
        y = points[:, 1]
        assert y[FOREHEAD] > y[RIGHT_EYE_OUTER] > y[NOSE_TIP] > y[RIGHT_MOUTH_CORNER] > y[CHIN]
        assert np.abs(points[:, 0]).max() < 0.10, person.name
        assert points[:, 2].argmax() in {1, 4, 19, 94, 5, 45, 275, 44, 274}, person.name


def test_corners_of_the_eyes_lie_at_the_eyeballs() -> None:
    head = load_head()
    for person in head.people.values():
        points = head.landmarks.points(person.vertices_m)
        left, right = person.eye_centre_m
        for index, centre in (
            (LEFT_EYE_OUTER, left),
            (LEFT_EYE_INNER, left),
            (RIGHT_EYE_OUTER, right),
            (RIGHT_EYE_INNER, right),
        ):
            away = np.linalg.norm(points[index] - centre)
            assert 0.9 < away / person.eye_radius_m[0] < 1.45, (person.name, index)


def test_inner_lip_points_are_on_their_own_lips() -> None:
    head = load_head()
    person = head.people_of("shown")[0]
    weights = np.zeros(52)
    weights[head.unit_index("jawOpen")] = 1.0
    shut = head.landmarks.points(person.vertices_m)
    wide = head.landmarks.points(pose_vertices(head, person, weights))
    drop = (shut - wide)[:, 1]
    for upper, lower in ((UPPER_LIP_INNER, LOWER_LIP_INNER), (82, 87), (312, 317), (81, 178)):
        assert drop[upper] < 0.008
        assert drop[lower] > 0.02
    assert np.linalg.norm(shut[UPPER_LIP_INNER] - shut[LOWER_LIP_INNER]) < 0.004


def test_left_and_right_points_are_nearly_symmetric_on_the_average_person() -> None:
    head = load_head()
    points = head.landmarks.points(head.mean_m)
    for right, left in (
        (33, 263),
        (133, 362),
        (61, 291),
        (70, 300),
        (105, 334),
        (159, 386),
        (234, 454),
    ):
        mirrored = points[left] * (-1, 1, 1)
        assert np.linalg.norm(points[right] - mirrored) < 0.001
