"""The rasteriser on triangles whose cover is known."""

import numpy as np
import pytest
from jaxtyping import Float64

from mien.render.raster import NOTHING, rasterise_rows, visibility, weights_at

# Corners run clockwise in the picture (y down), as a face turned to the camera does from behind it.
_FRONT = np.array([[0, 2, 1]])


def _triangle(x: float = 0.0, y: float = 0.0, near: float = 1.0) -> Float64[np.ndarray, "vertex 3"]:
    return np.array(
        [[x + 2.3, y + 2.1, near], [x + 14.2, y + 3.4, near], [x + 5.1, y + 12.7, near]]
    )


def _area(points: Float64[np.ndarray, "vertex 3"]) -> float:
    (ax, ay), (bx, by), (cx, cy) = points[:, :2]
    return float(abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2)


def test_the_share_of_samples_is_the_area_of_the_triangle() -> None:
    seen = visibility(_triangle(), _FRONT, width_px=18, height_px=18, samples=4)
    assert (seen.ids == 0).sum() / 16 == pytest.approx(_area(_triangle()), rel=0.01)


def test_neighbours_leave_no_gap_and_no_sample_to_both() -> None:
    corners = np.array([[1.0, 1, 1], [16, 1.3, 1], [16.2, 15, 1], [0.7, 16, 1]])
    both = np.array([[0, 2, 1], [0, 3, 2]])
    for samples in (1, 2, 4):
        seen = visibility(corners, both, width_px=18, height_px=18, samples=samples)
        inside = seen.ids[4 * samples : 12 * samples, 4 * samples : 12 * samples]
        assert (inside != NOTHING).all()
        assert set(np.unique(inside)) == {0, 1}


def test_the_nearer_triangle_is_seen_whatever_the_order() -> None:
    points = np.vstack((_triangle(near=1.0), _triangle(near=2.0)))
    near_last = visibility(
        points, np.array([[0, 2, 1], [3, 5, 4]]), width_px=18, height_px=18, samples=2
    )
    near_first = visibility(
        points, np.array([[3, 5, 4], [0, 2, 1]]), width_px=18, height_px=18, samples=2
    )
    assert set(np.unique(near_last.ids)) == {NOTHING, 1}
    assert set(np.unique(near_first.ids)) == {NOTHING, 0}


def test_a_back_face_is_not_drawn() -> None:
    seen = visibility(_triangle(), _FRONT[:, ::-1], width_px=18, height_px=18)
    assert (seen.ids == NOTHING).all()


def test_an_upright_edge_covers_in_quarter_steps_of_a_pixel() -> None:
    shares = []
    for shift in np.arange(0, 1, 0.05):
        points = np.array([[shift + 2, -40.0, 1], [shift + 80, 5, 1], [shift + 2, 50, 1]])
        seen = visibility(points, _FRONT, width_px=12, height_px=10, samples=2)
        shares.append((seen.ids[4:16] == 0).sum() / (4 * 6))
    steps = -np.diff(shares)
    assert steps.max() <= 0.2501
    assert np.isclose(shares[0] - shares[-1], 0.95, atol=0.26)


def test_weights_are_right_in_perspective() -> None:
    # Middle of an edge in the picture: the nearer end (inverse depth 2 against 1) counts double.
    screen = np.array([[0.0, 0.0, 2.0], [10.0, 0.0, 1.0], [0.0, 10.0, 1.0]])
    b, c = weights_at.py_func(screen, 0, 1, 2, 5.0, 0.0)
    assert (b, c) == pytest.approx((1 / 3, 0.0))


def test_the_plain_function_agrees_with_the_compiled_one() -> None:
    ids, near = np.zeros((8, 8), np.int32), np.zeros((8, 8))
    points = np.array([[0.2, 0.3, 1.0], [3.4, 0.6, 1.5], [0.8, 3.3, 0.7]])
    rasterise_rows.py_func(points, _FRONT, 2, np.array([0, 8]), ids, near)
    seen = visibility(points, _FRONT, width_px=4, height_px=4, samples=2)
    np.testing.assert_array_equal(ids, seen.ids)
    np.testing.assert_allclose(near, seen.nearness)
    assert (ids == 0).any()


def test_bands_of_rows_make_the_same_buffers_as_the_whole() -> None:
    whole = visibility(_triangle(), _FRONT, width_px=18, height_px=18)
    ids, near = np.zeros_like(whole.ids), np.zeros_like(whole.nearness)
    for rows in ([0, 10], [10, 26], [26, 36]):
        rasterise_rows(_triangle(), _FRONT, 2, np.array(rows), ids, near)
    np.testing.assert_array_equal(ids, whole.ids)
