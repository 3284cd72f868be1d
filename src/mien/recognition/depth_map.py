"""Which triangle of the head is seen at each point of the aligned face."""

# ruff: noqa: ANN001, ANN202 - the kernel is untyped: numba compiles it
import typing

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from mien.core.arrays import Triangles


@njit(cache=True)
@typing.no_type_check
def _nearest(xy, depth, triangles, side, index, shares, best):
    for number in range(triangles.shape[0]):
        a, b, c = triangles[number]
        ax, ay, bx, by, cx, cy = xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], xy[c, 0], xy[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0.0:
            continue
        x_first = max(int(np.ceil(min(ax, bx, cx))), 0)
        x_last = min(int(np.floor(max(ax, bx, cx))), side - 1)
        y_first = max(int(np.ceil(min(ay, by, cy))), 0)
        y_last = min(int(np.floor(max(ay, by, cy))), side - 1)
        for y in range(y_first, y_last + 1):
            for x in range(x_first, x_last + 1):
                wa = ((bx - x) * (cy - y) - (by - y) * (cx - x)) / area
                wb = ((cx - x) * (ay - y) - (cy - y) * (ax - x)) / area
                wc = 1.0 - wa - wb
                if wa < 0.0 or wb < 0.0 or wc < 0.0:
                    continue
                here = wa * depth[a] + wb * depth[b] + wc * depth[c]
                if here > best[y, x]:
                    best[y, x] = here
                    index[y, x] = number
                    shares[y, x, 0] = wa
                    shares[y, x, 1] = wb
                    shares[y, x, 2] = wc


def nearest_triangles(
    xy: Float[np.ndarray, "vertex 2"],
    depth: Float[np.ndarray, " vertex"],
    triangles: Triangles,
    *,
    side: int,
) -> tuple[Int[np.ndarray, "side side"], Float[np.ndarray, "side side 3"]]:
    """Find the triangle nearest the viewer at every point of a square grid.

    Args:
        xy: vertices in grid units; grid points are integers.
        depth: larger is nearer.
        triangles: vertex numbers.
        side: points along each side.

    Returns:
        triangle number (-1 where there is none) and barycentric shares.
    """
    index = np.full((side, side), -1, np.int64)
    shares = np.zeros((side, side, 3))
    best = np.full((side, side), -np.inf)
    _nearest(
        np.ascontiguousarray(xy, np.float64),
        np.ascontiguousarray(depth, np.float64),
        np.ascontiguousarray(triangles, np.int64),
        side,
        index,
        shares,
        best,
    )
    return index, shares
