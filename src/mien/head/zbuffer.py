"""A small z-buffer: which triangle is in front at each pixel."""

import typing

import numpy as np
from jaxtyping import Float, Int
from numba import njit

from mien.core.arrays import Points2, Triangles

_EDGE_ON_PX2 = 1e-12
_ROUNDING = 1e-9
"""A pixel on the edge of two triangles belongs to both, whatever the rounding."""


@njit(cache=True)
@typing.no_type_check
def _fill(points_px, depth_m, triangles, front, nearest_m):  # noqa: ANN001, ANN202
    height, width = front.shape
    for index in range(triangles.shape[0]):
        a, b, c = triangles[index]
        ax, ay = points_px[a]
        bx, by = points_px[b]
        cx, cy = points_px[c]
        doubled_area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if not abs(doubled_area) > _EDGE_ON_PX2:
            continue  # seen edge-on, or not finite
        left = max(int(np.ceil(min(ax, bx, cx))), 0)
        right = min(int(np.floor(max(ax, bx, cx))), width - 1)
        top = max(int(np.ceil(min(ay, by, cy))), 0)
        bottom = min(int(np.floor(max(ay, by, cy))), height - 1)
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                weight_b = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / doubled_area
                weight_c = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / doubled_area
                weight_a = 1.0 - weight_b - weight_c
                if min(weight_a, weight_b, weight_c) < -_ROUNDING:
                    continue
                depth = weight_a * depth_m[a] + weight_b * depth_m[b] + weight_c * depth_m[c]
                if depth < nearest_m[y, x]:
                    nearest_m[y, x] = depth
                    front[y, x] = index


def front_triangles(
    points_px: Points2,
    depth_m: Float[np.ndarray, " point"],
    triangles: Triangles,
    *,
    width_px: int,
    height_px: int,
) -> tuple[Int[np.ndarray, "height width"], Float[np.ndarray, "height width"]]:
    """Find the front-most triangle and its depth at every pixel centre.

    Args:
        points_px: Projected vertices, pixel centres at integers.
        depth_m: Distance of each vertex along the viewing direction; smaller is nearer.
        triangles: Vertex indices; both faces of a triangle count.
        width_px: Width of the buffer.
        height_px: Height of the buffer.

    Returns:
        Index of the triangle, -1 where there is none; its depth, infinite where there is none.
    """
    front = np.full((height_px, width_px), -1, dtype=np.int32)
    nearest_m = np.full((height_px, width_px), np.inf)
    _fill(
        np.ascontiguousarray(points_px, dtype=np.float64),
        np.ascontiguousarray(depth_m, dtype=np.float64),
        np.ascontiguousarray(triangles, dtype=np.int32),
        front,
        nearest_m,
    )
    return front, nearest_m
