"""Projection and visibility."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.head import load_head
from mien.head.view import View, head_rotation, visible_vertices
from mien.head.zbuffer import _fill, front_triangles

FRONT = np.array([0.0, 0.0, 1.0])
UP = np.array([0.0, 1.0, 0.0])


def test_positive_pitch_nods_down() -> None:
    assert (head_rotation(0.3, 0.0) @ FRONT)[1] < 0


def test_positive_yaw_turns_to_the_subjects_left() -> None:
    assert (head_rotation(0.0, 0.3) @ FRONT)[0] > 0


def test_positive_roll_tilts_towards_the_subjects_left_shoulder() -> None:
    assert (head_rotation(0.0, 0.0, 0.3) @ UP)[0] > 0


def test_a_rotation_keeps_lengths_and_handedness() -> None:
    matrix = head_rotation(0.4, -0.7, 0.2)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1.0)


def test_the_subjects_left_lands_at_image_right_and_up_at_smaller_rows() -> None:
    view = View(scale_px_per_m=1000.0, translation_px=(50.0, 60.0))
    image = view.project(np.array([[0.02, 0.03, 0.0]]))
    np.testing.assert_allclose(image, [[70.0, 30.0]])


def test_a_pinhole_shows_near_points_larger_and_far_cameras_are_orthographic() -> None:
    points = np.array([[0.01, 0.0, 0.1], [0.01, 0.0, -0.1]])
    near = View(scale_px_per_m=1000.0, distance_m=0.5).project(points)[:, 0]
    np.testing.assert_allclose(near, [10 * 0.5 / 0.4, 10 * 0.5 / 0.6])
    far = View(scale_px_per_m=1000.0).project(points)[:, 0]
    np.testing.assert_allclose(far, [10.0, 10.0])


@pytest.mark.parametrize(("scale", "distance"), [(0.0, 1.0), (1.0, -1.0), (float("nan"), 1.0)])
def test_a_camera_that_forms_no_image_is_refused(scale: float, distance: float) -> None:
    with pytest.raises(UsageError, match="scale and distance above 0"):
        View(scale_px_per_m=scale, distance_m=distance)


def test_the_nearer_triangle_hides_the_farther_one() -> None:
    corners = np.array([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]])
    points = np.concatenate([corners, corners])
    depth = np.array([2.0, 2, 2, 1, 1, 1])
    triangles = np.array([[0, 1, 2], [3, 4, 5]])
    front, nearest = front_triangles(points, depth, triangles, width_px=10, height_px=10)
    assert front[2, 2] == 1
    assert nearest[2, 2] == 1.0
    assert front[9, 9] == -1
    assert np.isinf(nearest[9, 9])


def test_the_uncompiled_kernel_agrees_with_the_compiled_one() -> None:
    rng = np.random.default_rng(1)
    points, depth = rng.uniform(-2, 14, (9, 2)), rng.random(9)
    triangles = np.arange(9, dtype=np.int32).reshape(3, 3)
    compiled = front_triangles(points, depth, triangles, width_px=12, height_px=11)
    front, nearest = np.full((11, 12), -1, np.int32), np.full((11, 12), np.inf)
    _fill.py_func(points, depth, triangles, front, nearest)
    np.testing.assert_array_equal(front, compiled[0])
    np.testing.assert_allclose(nearest, compiled[1])
    assert (front >= 0).any()


def test_no_pixel_inside_a_closed_fan_is_missed() -> None:
    centre, ring = np.array([[5.0, 5.0]]), np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])
    points = np.concatenate([centre, ring])
    triangles = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 1]])
    front, _ = front_triangles(points, np.zeros(5), triangles, width_px=11, height_px=11)
    assert (front >= 0).all()


def test_from_the_front_the_nose_is_seen_and_the_back_of_the_head_is_not() -> None:
    head = load_head()
    view = View(scale_px_per_m=1000.0)
    seen = visible_vertices(head.mean_m, head.part_triangles("skin"), view)
    skin = head.parts["skin"]
    nose = int(head.mean_m[skin, 2].argmax())
    assert seen[nose]
    _, y, z = head.mean_m.T
    assert not seen[(z < -0.12) & (y > -0.10)].any()
    face = seen[head.masks["face"] > 0.9].mean()
    assert face > 0.6  # the mask covers lids, lips and nostrils from inside too


def test_a_turned_head_hides_the_far_cheek() -> None:
    head = load_head()
    view = View.of_pose((0.0, 1.2, 0.0), scale_px_per_m=1000.0, translation_px=(0.0, 0.0))
    seen = visible_vertices(head.mean_m, head.part_triangles("skin"), view)
    cheek = (np.abs(head.mean_m[:, 1] + 0.04) < 0.02) & (head.masks["face"] > 0.5)
    x = head.mean_m[:, 0]
    # Turned to its left, the head shows its right side.
    assert seen[cheek & (x < -0.04)].mean() > 0.5
    assert not seen[cheek & (x > 0.05)].any()


def test_a_mesh_without_extent_is_refused() -> None:
    with pytest.raises(UsageError, match="covers some of the image"):
        visible_vertices(np.zeros((3, 3)), np.array([[0, 1, 2]]), View(scale_px_per_m=1.0))
