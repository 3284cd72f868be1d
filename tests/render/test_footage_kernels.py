"""The quick way to draw gives what the exact one gives."""

import numpy as np
import pytest

from mien.render.footage_kernels import SPARE, draw_triangles, seen_vertices, shade_samples
from mien.render.raster import visibility

QUARTER = np.float32(0.25)


def scene(seed: int = 3, count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-4, 28, (count, 1, 2)) + rng.uniform(-5, 5, (count, 3, 2))
    depth = np.repeat(rng.uniform(0.9, 1.1, (count, 1, 1)), 3, axis=1)
    screen = np.concatenate((corners, depth), axis=2).reshape(-1, 3)
    return screen, np.arange(3 * count, dtype=np.int32).reshape(-1, 3)


def drawn(
    screen: np.ndarray, triangles: np.ndarray, size: int = 24
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ids = np.empty((2 * size, 2 * size + SPARE), np.int32)
    nearness = np.empty(ids.shape, np.float32)
    planes = np.zeros((len(triangles), 6), np.float32)
    draw_triangles(screen, triangles, 2, QUARTER, ids, nearness, planes)
    return ids[:, : 2 * size], nearness[:, : 2 * size], planes


@pytest.mark.parametrize("seed", range(5))
def test_every_sample_sees_the_triangle_that_the_exact_rasteriser_says(seed: int) -> None:
    screen, triangles = scene(seed)
    ids, nearness, _ = drawn(screen, triangles)
    exact = visibility(screen, triangles, width_px=24, height_px=24, samples=2)
    assert (ids != exact.ids).mean() < 0.001  # rounding on edges
    same = ids == exact.ids
    np.testing.assert_allclose(nearness[same], exact.nearness[same], atol=1e-5)


def test_slopes_of_the_weights_give_the_place_of_the_sample_back() -> None:
    screen, triangles = scene()
    ids, _, planes = drawn(screen, triangles)
    row, column = np.nonzero(ids >= 0)
    a, b, c = np.moveaxis(screen[triangles[ids[row, column]]], 1, 0)
    b_x, b_y, c_x, c_y, from_x, from_y = planes[ids[row, column]].T.astype(float)
    across = column + np.where(row % 2, 0.25, -0.25) - from_x
    down = row + np.where(column % 2, -0.25, 0.25) - from_y
    wb, wc = b_x * across + b_y * down, c_x * across + c_y * down
    place = a + wb[:, None] * (b - a) + wc[:, None] * (c - a)
    x = (column + np.where(row % 2, 0.25, -0.25) + 0.5) / 2 - 0.5
    y = (row + np.where(column % 2, -0.25, 0.25) + 0.5) / 2 - 0.5
    np.testing.assert_allclose(place[:, 0], x, atol=1e-4)
    np.testing.assert_allclose(place[:, 1], y, atol=1e-4)


def test_only_vertices_of_seen_triangles_are_listed() -> None:
    screen, triangles = scene()
    ids, _, _ = drawn(screen, triangles)
    expected = np.unique(triangles[np.unique(ids[ids >= 0])])
    for function in (seen_vertices, seen_vertices.py_func):
        np.testing.assert_array_equal(function(ids, triangles, len(screen)), expected)


def test_light_and_texture_are_multiplied_and_gloss_is_added() -> None:
    triangles = np.array([[0, 1, 2]], np.int32)
    attributes = np.tile([0.5, 0.25, 1.0, 0.125, 1.0, 1.0, 0.0, 0.0, 0.0], (3, 1)).astype(
        np.float32
    )
    texture = np.zeros((4, 4, 9), np.float32)
    texture[..., :3] = (0.2, 0.4, 0.6)
    linear = np.zeros((1, 2, 3), np.float32)
    depth, cover = np.zeros((2, 1, 2), np.float32)
    ids = np.array([[0, 0, 0, -1], [0, 0, -1, -1]], np.int32)
    seen = (ids, np.full((2, 4), 0.5, np.float32), np.full((1, 6), 0.01, np.float32))
    for function in (shade_samples, shade_samples.py_func):
        function(
            (triangles, np.zeros(1, np.uint8), attributes),
            texture,
            (2, QUARTER),
            seen,
            (np.ones((1, 2, 3), np.float32), linear, depth, cover),
        )
        skin = np.array([0.1, 0.1, 0.6]) + 0.125
        np.testing.assert_allclose(linear[0, 0], skin, rtol=1e-5)
        np.testing.assert_allclose(linear[0, 1], 0.25 * skin + 0.75, rtol=1e-5)
        assert cover.tolist() == [[1.0, 0.25]]
        assert depth.tolist() == [[2.0, 2.0]]


def test_the_plain_drawing_agrees_with_the_compiled_one() -> None:
    screen, triangles = scene(count=8)
    size = 6
    ids = np.empty((2 * size, 2 * size + SPARE), np.int32)
    nearness = np.empty(ids.shape, np.float32)
    planes = np.zeros((len(triangles), 6), np.float32)
    draw_triangles.py_func(screen, triangles, 2, QUARTER, ids, nearness, planes)
    compiled = drawn(screen, triangles, size)
    np.testing.assert_array_equal(ids[:, : 2 * size], compiled[0])
    np.testing.assert_allclose(planes, compiled[2], rtol=1e-4, atol=1e-5)
