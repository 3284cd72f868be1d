"""Weights of a triangle's corners."""

import numpy as np

from mien.head.barycentric import barycentric


def test_the_weights_give_the_point_back_and_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    points, corners = rng.normal(0, 5, (40, 2)), rng.normal(0, 5, (40, 3, 2))
    weights = barycentric(points, corners)
    np.testing.assert_allclose(np.einsum("pc,pcd->pd", weights, corners), points, atol=1e-9)
    np.testing.assert_allclose(weights.sum(axis=1), 1)


def test_a_weight_is_below_zero_beyond_the_opposite_side() -> None:
    corners = np.array([[[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]])
    assert (barycentric(np.array([[3, 3]]), corners) < 0).tolist() == [[True, False, False]]
