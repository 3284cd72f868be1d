"""Which triangle is seen at every sample of a picture: a z-buffer, exact to a fraction of a pixel.

Samples lie on a rotated grid (no two of a pixel share a column or a row), so an edge that creeps
over the picture changes it in small steps whichever way the edge runs.
"""

import typing
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32
from numba import njit

from mien.core.arrays import Triangles

NOTHING = -1
"""Id of a sample that sees no triangle."""


@dataclass(frozen=True)
class Visibility:
    """The triangle that each sample sees; sides are ``samples`` times those of the picture."""

    samples: int
    ids: Int32[np.ndarray, "row column"]
    nearness: Float64[np.ndarray, "row column"]
    """Inverse depth in 1/m; 0 where nothing is seen."""


@njit(cache=True, nogil=True)
@typing.no_type_check
def stagger(samples):  # noqa: ANN001, ANN201
    """Give the offset of the samples from a square grid, in samples."""
    return 0.25 if samples > 1 else 0.0


@njit(cache=True, nogil=True)
@typing.no_type_check
def rasterise_rows(screen, triangles, samples, rows, ids, nearness):  # noqa: ANN001, ANN201
    """Fill rows[0] <= row < rows[1] of the buffers. Back faces are left out."""
    offset = stagger(samples)
    columns = ids.shape[1]
    ids[rows[0] : rows[1]] = -1
    nearness[rows[0] : rows[1]] = 0.0
    for triangle in range(triangles.shape[0]):
        a = triangles[triangle, 0]
        b = triangles[triangle, 1]
        c = triangles[triangle, 2]
        ay = (screen[a, 1] + 0.5) * samples - 0.5
        by = (screen[b, 1] + 0.5) * samples - 0.5
        cy = (screen[c, 1] + 0.5) * samples - 0.5
        top = max(rows[0], int(np.floor(min(ay, by, cy))))
        bottom = min(rows[1] - 1, int(np.ceil(max(ay, by, cy))))
        if top > bottom:
            continue
        ax = (screen[a, 0] + 0.5) * samples - 0.5
        bx = (screen[b, 0] + 0.5) * samples - 0.5
        cx = (screen[c, 0] + 0.5) * samples - 0.5
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if area >= 0.0:  # y runs down, so a face turned to the camera has negative area
            continue
        left = max(0, int(np.floor(min(ax, bx, cx))))
        right = min(columns - 1, int(np.ceil(max(ax, bx, cx))))
        inverse = 1.0 / area
        ux = (cy - ay) * inverse  # u and v are the weights of b and c
        uy = (ax - cx) * inverse
        vx = (ay - by) * inverse
        vy = (bx - ax) * inverse
        near_a = screen[a, 2]
        near_b = screen[b, 2] - near_a
        near_c = screen[c, 2] - near_a
        for row in range(top, bottom + 1):
            shift = (offset if row & 1 else -offset) - ax
            for column in range(left, right + 1):
                x = column + shift
                y = row - ay + (-offset if column & 1 else offset)
                u = ux * x + uy * y
                v = vx * x + vy * y
                if u >= 0.0 and v >= 0.0 and u + v <= 1.0:
                    near = near_a + u * near_b + v * near_c
                    if near > nearness[row, column]:
                        nearness[row, column] = near
                        ids[row, column] = triangle


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def weights_at(screen, a, b, c, x, y):  # noqa: ANN001, ANN201
    """Give the perspective-correct weights of b and c at a picture point."""
    ax = screen[a, 0]
    ay = screen[a, 1]
    bx = screen[b, 0] - ax
    by = screen[b, 1] - ay
    cx = screen[c, 0] - ax
    cy = screen[c, 1] - ay
    inverse = 1.0 / (bx * cy - cx * by)
    dx = x - ax
    dy = y - ay
    u = (dx * cy - cx * dy) * inverse
    v = (bx * dy - dx * by) * inverse
    wa = (1.0 - u - v) * screen[a, 2]
    wb = u * screen[b, 2]
    wc = v * screen[c, 2]
    whole = 1.0 / (wa + wb + wc)
    return wb * whole, wc * whole


def visibility(
    screen: Float64[np.ndarray, "vertex 3"],
    triangles: Triangles,
    *,
    width_px: int,
    height_px: int,
    samples: int = 2,
) -> Visibility:
    """Rasterise a whole picture at ``samples`` x ``samples`` samples a pixel.

    ``screen`` holds picture x, y in pixels and inverse depth in 1/m.
    """
    shape = (height_px * samples, width_px * samples)
    ids = np.zeros(shape, np.int32)
    nearness = np.zeros(shape)
    rows = np.array([0, shape[0]])
    rasterise_rows(screen, triangles, samples, rows, ids, nearness)
    return Visibility(samples, ids, nearness)
