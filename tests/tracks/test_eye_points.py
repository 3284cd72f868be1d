"""The 56 eye points, checked against OpenFace's order and a drawn eye."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.tracks import IBUG68_FROM_MESH, eye56_points
from mien.tracks.eye_points import LIDS_FROM_MESH

IBUG_AMONG_EYE_POINTS = {
    **dict(zip(range(36, 42), range(8, 20, 2), strict=True)),
    **dict(zip(range(42, 48), range(36, 48, 2), strict=True)),
}
"""Which eye point OpenFace starts from each point of iBUG."""


def mesh_with_irises() -> np.ndarray:
    """A mesh whose irises are circles of radius 5 around (100, 50) and (200, 50)."""
    mesh = np.arange(478, dtype=np.float64)[None, :, None] * [[[1.0, 10.0]]]
    for centre, x in ((468, 100.0), (473, 200.0)):
        mesh[0, centre] = x, 50
        # as the landmark models number them: image right, top, image left, bottom
        mesh[0, centre + 1 : centre + 5] = [[x + 5, 50], [x, 45], [x - 5, 50], [x, 55]]
    return mesh


def test_lids_agree_with_the_points_of_ibug() -> None:
    points = eye56_points(mesh_with_irises())
    for ibug, eye in IBUG_AMONG_EYE_POINTS.items():
        assert points[0, eye, 0] == IBUG68_FROM_MESH[ibug]
    assert len({point for lids in LIDS_FROM_MESH for point in lids}) == 24


def test_lids_run_clockwise_from_the_left_corner_on_the_built_in_head() -> None:
    head = pytest.importorskip("mien.head").load_head()
    person = next(iter(head.people.values()))
    mesh = head.landmarks.points(np.asarray(person.vertices_m, np.float64))
    eyes = eye56_points(mesh[None])[0].reshape(2, 28, 3)
    for eye in eyes:
        x, y, _ = eye[8:20].T
        assert (np.diff(x[:7]) > 0).all()  # the upper lid from left to right
        assert (np.diff(np.append(x[6:], x[0])) < 0).all()  # the lower lid back
        assert (y[1:6] > y[:-6:-1]).all()  # the upper lid above the lower one
    assert eyes[0, 8:20, 0].max() < 0 < eyes[1, 8:20, 0].min()  # the subject's right eye first


def test_the_iris_is_a_circle_clockwise_from_the_left_of_the_picture() -> None:
    points = eye56_points(mesh_with_irises())
    angle = np.pi * np.arange(8) / 4
    circle = np.stack([-np.cos(angle), -np.sin(angle)], axis=1) * 5
    assert points[0, :8] == pytest.approx(circle + np.array([100, 50]))
    assert points[0, 28:36] == pytest.approx(circle + np.array([200, 50]))


def test_the_pupil_is_not_measured() -> None:
    points = eye56_points(mesh_with_irises())
    missing = np.flatnonzero(np.isnan(points).any(axis=(0, 2)))
    assert missing.tolist() == [*range(20, 28), *range(48, 56)]


def test_a_mesh_without_irises_gives_the_lids_alone() -> None:
    points = eye56_points(mesh_with_irises()[:, :468])
    there = np.flatnonzero(np.isfinite(points).all(axis=(0, 2)))
    assert there.tolist() == [*range(8, 20), *range(36, 48)]


def test_fewer_points_than_a_mesh_are_refused() -> None:
    with pytest.raises(UsageError, match="468 or 478 points of the face mesh, but got 68"):
        eye56_points(np.zeros((1, 68, 2)))
