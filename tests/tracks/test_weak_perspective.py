"""Size, turn and place of a face, against the ones that it was drawn with."""

import numpy as np
import pytest

from mien.tracks import OpenFaceCamera, ibug68_points
from mien.tracks.openface_axes import openface_angles, openface_matrices
from mien.tracks.weak_perspective import fit_weak_perspective, shape_of_face

POSES_RAD = np.array([[0.0, 0.0, 0.0], [0.2, -0.3, 0.1], [-0.15, 0.4, -0.2], [0.1, 0.1, 0.5]])
SCALES = np.array([1.0, 2.0, 1.5, 0.7])
ORIGINS_PX = np.array([[320.0, 240, 5], [100, 400, -30], [500, 90, 0], [10, 20, 100]])


@pytest.fixture
def shape_mm() -> np.ndarray:
    """The 68 points of a built-in person in OpenFace's axes, around their mean."""
    head = pytest.importorskip("mien.head").load_head()
    person = next(iter(head.people.values()))
    mesh = head.landmarks.points(np.asarray(person.vertices_m, np.float64))
    points = ibug68_points(mesh[None])[0] * [1000, -1000, -1000]
    return np.asarray(points - points.mean(axis=0))


def eye_distance(shape: np.ndarray) -> float:
    return float(np.linalg.norm(shape[[36, 39]].mean(axis=0) - shape[[42, 45]].mean(axis=0)))


def drawn(shape: np.ndarray) -> np.ndarray:
    """The shape in every pose, point by point."""
    return np.array(
        [
            [scale * rotation @ point + origin for point in shape]
            for rotation, scale, origin in zip(
                openface_matrices(POSES_RAD), SCALES, ORIGINS_PX, strict=True
            )
        ]
    )


def test_a_rigid_face_is_found_as_it_was_drawn(shape_mm: np.ndarray) -> None:
    fit = fit_weak_perspective(drawn(shape_mm), shape_mm)
    assert fit.scale == pytest.approx(SCALES)
    assert openface_angles(fit.rotation) == pytest.approx(POSES_RAD, abs=1e-9)
    assert fit.origin_px == pytest.approx(ORIGINS_PX)
    assert fit.picture(shape_mm) == pytest.approx(drawn(shape_mm))


def test_the_shape_comes_back_in_the_size_that_the_eyes_give(shape_mm: np.ndarray) -> None:
    found = shape_of_face(drawn(shape_mm), openface_matrices(POSES_RAD), eye_distance(shape_mm))
    assert found == pytest.approx(shape_mm, abs=1e-9)
    twice = shape_of_face(drawn(shape_mm), openface_matrices(POSES_RAD), 2 * eye_distance(shape_mm))
    assert twice == pytest.approx(2 * shape_mm, abs=1e-9)


def test_an_open_mouth_moves_neither_size_nor_place(shape_mm: np.ndarray) -> None:
    points = drawn(shape_mm)
    points[1, [*range(4, 13), *range(54, 60), *range(64, 68)], 1] += 60
    fit = fit_weak_perspective(points, shape_mm)
    assert fit.scale == pytest.approx(SCALES)
    assert fit.origin_px == pytest.approx(ORIGINS_PX)
    assert shape_of_face(
        points, openface_matrices(POSES_RAD), eye_distance(shape_mm)
    ) == pytest.approx(shape_mm, abs=15)  # the median of four frames still knows it


def test_frames_without_a_face_stay_empty(shape_mm: np.ndarray) -> None:
    points = drawn(shape_mm)
    points[2] = np.nan
    fit = fit_weak_perspective(points, shape_mm)
    assert np.isnan(fit.scale).tolist() == [False, False, True, False]
    assert np.isnan(fit.rotation[2]).all()
    assert np.isnan(fit.origin_px[2]).all()
    shape = shape_of_face(points, openface_matrices(POSES_RAD), eye_distance(shape_mm))
    assert shape == pytest.approx(shape_mm, abs=1e-9)


def test_a_face_that_is_never_seen_has_no_shape() -> None:
    nothing = np.full((3, 68, 3), np.nan)
    shape = shape_of_face(nothing, openface_matrices(np.zeros((3, 3))), 60.0)
    assert np.isnan(shape).all()
    assert np.isnan(fit_weak_perspective(np.zeros((3, 68, 3)), shape).scale).all()


def test_a_mirrored_face_is_turned_but_never_mirrored(shape_mm: np.ndarray) -> None:
    fit = fit_weak_perspective(drawn(shape_mm) * [-1, 1, 1], shape_mm)
    assert np.linalg.det(fit.rotation) == pytest.approx(np.ones(4))


def test_openfaces_own_parameters_make_its_face_symmetric() -> None:
    """A frame of OpenFace 2.2.0: its R = Rx Ry Rz, turned back, must bring the sides together."""
    scale, origin_px = 2.433, np.array([344.525, 723.984])
    rotation = openface_matrices(np.array([[0.148, 0.141, -0.060]]))[0]
    seen = {  # the subject's right and left: corners of the jaw, eyes, nose and mouth
        (3, 13): ([192.1, 776.0, 442.1], [532.0, 756.6, 425.6]),
        (36, 45): ([229.3, 645.1, 398.2], [454.7, 623.0, 377.2]),
        (39, 42): ([290.3, 640.8, 389.9], [392.3, 630.2, 380.6]),
        (31, 35): ([299.6, 741.2, 374.9], [375.4, 740.4, 370.0]),
        (48, 54): ([264.5, 789.9, 398.5], [428.3, 780.3, 384.0]),
    }
    depth_mm = OpenFaceCamera.assumed(720, 1280).focal_px / scale
    for pair in seen.values():
        flat = (np.array(pair)[:, :2] - origin_px) / scale
        right, left = np.column_stack([flat, np.array(pair)[:, 2] - depth_mm]) @ rotation
        assert right == pytest.approx(left * [-1, 1, 1], abs=6.5)  # no face is quite symmetric
