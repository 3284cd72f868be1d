"""Pooling the motion of vertices over the cells of a picture."""

import numpy as np

from mien.head.cells import cell_pooling

# A square over the left half of a picture of 8 px, before one over the whole picture.
POINTS = np.array(
    [
        [-0.5, -0.5],
        [3.5, -0.5],
        [3.5, 7.5],
        [-0.5, 7.5],
        [-0.5, -0.5],
        [7.5, -0.5],
        [7.5, 7.5],
        [-0.5, 7.5],
    ]
)
DEPTH = np.repeat([0.0, 1.0], 4)
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]], np.int32)


def test_what_lies_behind_moves_no_cell() -> None:
    pool, cover = cell_pooling(POINTS, DEPTH, TRIANGLES, np.ones(8), size_px=8, grid=4)
    front_moves = np.repeat([1.0, 0.0], 4)
    moved = (pool @ front_moves).reshape(4, 4)
    np.testing.assert_allclose(moved[:, :2], 1.0)
    np.testing.assert_allclose(moved[:, 2:], 0.0, atol=1e-12)
    assert (cover == 1).all()


def test_a_cell_moves_by_the_mean_over_its_area() -> None:
    pool, _ = cell_pooling(POINTS, DEPTH, TRIANGLES, np.ones(8), size_px=8, grid=4)
    np.testing.assert_allclose((pool @ POINTS[:, 1]).reshape(4, 4)[:, 3], [0.5, 2.5, 4.5, 6.5])


def test_skin_outside_the_mask_belongs_to_no_cell() -> None:
    face = np.repeat([0.0, 1.0], 4)
    pool, cover = cell_pooling(POINTS, DEPTH, TRIANGLES, face, size_px=8, grid=4)
    assert (cover[:, :2] == 0).all()
    assert (cover[:, 2:] == 1).all()
    assert not (pool @ np.ones(8)).reshape(4, 4)[:, :2].any()
