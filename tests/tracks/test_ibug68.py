"""The 68 points out of the mesh, checked on the mesh of a real face's proportions."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.tracks import IBUG68_FROM_MESH, ibug68_points

MIRRORED = [
    *((0, 16), (3, 13), (7, 9), (17, 26), (21, 22), (31, 35), (32, 34)),
    *((36, 45), (37, 44), (39, 42), (40, 47), (48, 54), (50, 52), (59, 55), (60, 64), (61, 63)),
]
"""Pairs of iBUG points on the subject's right and left."""


def test_there_are_68_different_mesh_points() -> None:
    assert len(IBUG68_FROM_MESH) == 68
    assert len(set(IBUG68_FROM_MESH)) == 68
    assert max(IBUG68_FROM_MESH) < 468


@pytest.mark.parametrize("size", [468, 478])
def test_points_are_taken_in_the_order_of_ibug(size: int) -> None:
    mesh = np.arange(size, dtype=np.float64)[None, :, None] * [[[1.0, 10.0]]]
    points = ibug68_points(mesh)
    assert points.shape == (1, 68, 2)
    assert points[0, 30].tolist() == [4.0, 40.0]  # the tip of the nose
    assert points[0, 8].tolist() == [152.0, 1520.0]  # the chin


def test_fewer_points_than_a_mesh_are_refused() -> None:
    with pytest.raises(UsageError, match="468 or 478 points of the face mesh, but got 68"):
        ibug68_points(np.zeros((1, 68, 2)))


def test_on_the_built_in_head_the_points_lie_where_ibug_has_them() -> None:
    head = pytest.importorskip("mien.head").load_head()
    person = next(iter(head.people.values()))
    mesh = head.landmarks.points(np.asarray(person.vertices_m, np.float64))
    x, y, _ = ibug68_points(mesh[None])[0].T
    width = x[16] - x[0]
    for right, left in MIRRORED:
        assert x[right] < 0 < x[left]
        assert abs(x[right] + x[left]) < 0.03 * width
        assert abs(y[right] - y[left]) < 0.03 * width
    assert np.argmin(y) == 8  # the chin is lowest
    assert (np.diff(x[:17]) > 0).all()  # the jaw runs from the right ear to the left
    assert (np.diff(x[17:27]) > 0).all()  # so do the brows
    assert (np.diff(y[27:31]) < 0).all()  # the bridge runs down
    for upper, lower in ((37, 41), (38, 40), (43, 47), (44, 46), (51, 57), (62, 66)):
        assert y[upper] >= y[lower]
    steps = np.hypot(np.diff(x[:17]), np.diff(y[:17]))
    assert steps.max() < 2.5 * steps.min()  # the jaw is divided about evenly
