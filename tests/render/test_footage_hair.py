"""Hair that the head hides is left out of footage, and of nothing else."""

import numpy as np

from mien.render.footage_hair import shown_strands
from mien.render.strokes import draw_hair


def test_strands_left_out_are_those_that_would_not_have_been_drawn() -> None:
    rng = np.random.default_rng(4)
    size, soft_m = 40, 0.002
    depth = np.full((size, size), 1.0, np.float32)
    cover = np.ones((size, size), np.float32)
    cover[:, :8] = 0.0  # beside the head hair behind it is seen
    points = np.empty((80, 4, 3))
    points[..., :2] = rng.uniform(-10, size + 10, (80, 1, 2)) + rng.uniform(-8, 8, (80, 4, 2))
    points[..., 2] = 1 / rng.choice([0.95, 1.05], (80, 1))
    width = np.full((80, 4), 0.4)
    rows = np.array([0, size])

    def picture(chosen: np.ndarray) -> np.ndarray:
        linear = np.zeros((size, size, 3), np.float32)
        layer = np.empty((size, size, 4), np.float32)
        light = np.arange(1.0, 81.0)[:, None, None] * np.ones((80, 4, 3))
        strokes = (points[chosen], width[chosen], light[chosen], np.full(len(chosen), 0.9))
        draw_hair(strokes, rows, (depth, cover), soft_m, layer, linear)
        return linear

    everyone = np.arange(80)
    for function in (shown_strands, shown_strands.py_func):
        shown = function(points, width, rows, (depth, cover), soft_m)
        assert 10 < len(shown) < 70
        np.testing.assert_array_equal(picture(shown), picture(everyone))
        for strand in np.setdiff1d(everyone, shown):
            assert not picture(np.array([strand])).any()
