"""Averages over the samples of one pixel."""

from collections.abc import Callable

import numpy as np
import pytest

from mien.render.gather import begin_pixel, gather
from mien.render.raster import visibility


def _pixel(
    edge_px: float, *, samples: int = 2, plain: bool = False
) -> tuple[float, float, list[list[float]]]:
    """Look at the pixel (1, 1) of a face that ends at an upright edge."""
    screen = np.array([[edge_px, -99.0, 0.5], [edge_px, 99.0, 0.5], [edge_px - 60.0, 0.0, 0.5]])
    attributes = np.column_stack((screen[:, 0], np.ones(3)))
    triangles = np.array([[0, 2, 1]], np.int32)
    seen = visibility(screen, triangles, width_px=4, height_px=4, samples=samples)
    sums = np.full((5, 3), 7.0)
    look = gather.py_func if plain else gather
    empty, depth = look(
        (screen, triangles, np.array([3], np.uint8), attributes),
        (seen.ids, seen.nearness),
        samples,
        (1, 1),
        sums,
    )
    return empty, depth, sums.tolist()


@pytest.mark.parametrize("plain", [False, True])
def test_a_pixel_inside_a_face_has_the_attributes_of_its_middle(plain: bool) -> None:  # noqa: FBT001
    empty, depth, sums = _pixel(10.0, plain=plain)
    assert (empty, depth) == pytest.approx((0.0, 2.0))
    assert sums[3] == pytest.approx([1.0, 1.0, 1.0])  # the first attribute is x, the last the share
    assert [row[2] for row in sums] == [0, 0, 0, 1, 0]


@pytest.mark.parametrize("plain", [False, True])
def test_a_pixel_on_an_edge_tells_its_shares(plain: bool) -> None:  # noqa: FBT001
    empty, depth, sums = _pixel(1.0, plain=plain)
    assert empty == pytest.approx(0.5)
    assert depth == pytest.approx(2.0)
    assert sums[3][2] == pytest.approx(0.5)
    assert sums[3][0] == pytest.approx(0.75)  # mean of the samples left of the edge


def test_an_empty_pixel_is_empty() -> None:
    empty, depth, sums = _pixel(-3.0)
    assert (empty, depth) == (1.0, 0.0)
    assert all(row[2] == 0 for row in sums)


@pytest.mark.parametrize("begin", [begin_pixel, begin_pixel.py_func], ids=["compiled", "plain"])
def test_the_background_shows_where_the_face_does_not_cover(begin: Callable[..., None]) -> None:
    screen = np.array([[1.0, -99.0, 0.5], [1.0, 99.0, 0.5], [-59.0, 0.0, 0.5]])
    triangles = np.array([[0, 2, 1]], np.int32)
    seen = visibility(screen, triangles, width_px=4, height_px=4, samples=2)
    linear, (depth, cover) = np.zeros((4, 4, 3)), np.zeros((2, 4, 4))
    behind = np.broadcast_to((0.2, 0.4, 0.6), linear.shape).copy()
    begin(
        (screen, triangles, np.array([3], np.uint8), np.ones((3, 1))),
        (seen.ids, seen.nearness),
        2,
        (1, 1),
        np.zeros((5, 2)),
        (behind, linear, depth, cover),
    )
    assert linear[1, 1].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert (depth[1, 1], cover[1, 1]) == pytest.approx((2.0, 0.5))
    assert linear[0].max() == 0
