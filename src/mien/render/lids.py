"""Where the lids lie over the eyeballs, and how much light they let onto them."""

import typing
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int
from numba import njit

from mien.core.arrays import Triangles, Vertices
from mien.core.errors import UsageError
from mien.head.barycentric import barycentric
from mien.head.eye import EyeMesh
from mien.render.raster import visibility

_COLUMNS = 17
_SAMPLES = 33
_PX_PER_M = 14000.0
_HALF_WIDTH_M, _HALF_HEIGHT_M = 0.021, 0.013
_FEWEST_PX = 40


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def _rise(low, high, value):  # noqa: ANN001, ANN202
    part = min(max((value - low) / (high - low), 0.0), 1.0)
    return part * part * (3.0 - 2.0 * part)


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def lid_distances(heights, ends, x, y):  # noqa: ANN001, ANN201
    """Tell how far a point lies under the upper and over the lower lid, and from the corners.

    heights: (2, sample) of upper and lower lid; ends: where across the samples begin and end.
    """
    last = heights.shape[1] - 1
    place = min(max((x - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0) * last
    step = min(int(place), last - 1)
    part = place - step
    above = heights[0, step] + part * (heights[0, step + 1] - heights[0, step]) - y
    below = y - heights[1, step] - part * (heights[1, step + 1] - heights[1, step])
    return above, below, x - ends[0], ends[1] - x


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def lid_light(above, below, left, right):  # noqa: ANN001, ANN201
    """Share of the light that the lids let onto a point of the eyeball, 0..1.

    The upper lid and its lashes shade two to four millimetres under them, the lower lid less than
    one; the corners lie deep.
    """
    edge = min(left, right)
    over = 0.30 + 0.55 * _rise(-0.0004, 0.0026, above) + 0.15 * _rise(0.0010, 0.0062, above)
    under = 0.74 + 0.26 * _rise(-0.0004, 0.0014, below)
    return over * under * (0.50 + 0.50 * _rise(-0.0005, 0.0060, edge))


@njit(cache=True, nogil=True)
@typing.no_type_check
def light_balls(places, heights, ends, light):  # noqa: ANN001, ANN201
    """Fill the light on points of both eyeballs, given across and up in the head: (eye, point)."""
    for eye in range(places.shape[0]):
        for point in range(places.shape[1]):
            above, below, left, right = lid_distances(
                heights[eye], ends[eye], places[eye, point, 0], places[eye, point, 1]
            )
            light[eye, point] = lid_light(above, below, left, right)


@dataclass(frozen=True)
class LidCurves:
    """Both lids of both eyes in one posed face, along the head's own axes."""

    heights: Float64[np.ndarray, "eye lid sample"]
    """Of the upper and the lower lid along the head's axis up."""

    ends: Float64[np.ndarray, "eye end"]
    """Where across, along the head's axis to the left, the samples begin and end."""


@dataclass(frozen=True)
class Lids:
    """Both lids of both eyes as points of the skin, found where they are seen to border the eye."""

    corners: Int[np.ndarray, "eye lid point 3"]
    weights: Float64[np.ndarray, "eye lid point 3"]

    def points(
        self, vertices: Float64[np.ndarray, "vertex 3"]
    ) -> Float64[np.ndarray, "eye lid point 3"]:
        """Give the places of the borders on a posed mesh."""
        result: Float64[np.ndarray, "eye lid point 3"] = np.einsum(
            "elpc,elpcd->elpd", self.weights, vertices[self.corners]
        )
        return result

    def curves(
        self, vertices: Float64[np.ndarray, "vertex 3"], turn: Float[np.ndarray, "3 3"]
    ) -> LidCurves:
        """Sample the borders evenly; ``turn`` is the rotation of the head."""
        points = self.points(vertices)
        across, up = points @ turn[:, 0], points @ turn[:, 1]
        ends = np.stack((across.min(axis=(1, 2)), across.max(axis=(1, 2))), axis=1)
        heights = np.zeros((2, 2, _SAMPLES))
        for eye in range(2):
            grid = np.linspace(ends[eye, 0], ends[eye, 1], _SAMPLES)
            for lid in range(2):
                heights[eye, lid] = np.interp(grid, across[eye, lid], up[eye, lid])
        return LidCurves(heights, ends)

    def eye_light(
        self,
        vertices: Float64[np.ndarray, "vertex 3"],
        balls: Float64[np.ndarray, "eye ball 3"],
        turn: Float[np.ndarray, "3 3"],
    ) -> Float64[np.ndarray, "eye ball"]:
        """Tell how much light reaches every point of both eyeballs, 0..1.

        ``turn`` is the rotation of the head; its columns are the head's axes.
        """
        curves = self.curves(vertices, turn)
        places = np.stack((balls @ turn[:, 0], balls @ turn[:, 1]), axis=2)
        light = np.zeros(balls.shape[:2])
        light_balls(places, curves.heights, curves.ends, light)
        return light


def lids_of(
    rest_m: Vertices, skin: Triangles, eyes_m: Float[np.ndarray, "2 3"], ball: EyeMesh
) -> Lids:
    """Look at both eyes of a face at rest, and note which skin borders what is seen of them.

    Raises:
        UsageError: an eye that is not open.
    """
    corners, weights = [], []
    for eye in range(2):
        found = _borders(rest_m - eyes_m[eye], skin, ball)
        corners.append(found[0])
        weights.append(found[1])
    return Lids(np.array(corners), np.array(weights))


def _borders(
    away: Vertices, skin: Triangles, ball: EyeMesh
) -> tuple[Int[np.ndarray, "lid point 3"], Float64[np.ndarray, "lid point 3"]]:
    width, height = (round(2 * half * _PX_PER_M) for half in (_HALF_WIDTH_M, _HALF_HEIGHT_M))
    mesh = np.vstack((away, ball.vertices_m))
    near = np.abs(away[:, :2]).max(axis=1) < 2 * _HALF_WIDTH_M
    lids = skin[near[skin].all(axis=1)]
    seen = visibility(
        np.column_stack(
            (
                (mesh[:, 0] + _HALF_WIDTH_M) * _PX_PER_M,
                (_HALF_HEIGHT_M - mesh[:, 1]) * _PX_PER_M,
                mesh[:, 2] + 1.0,
            )
        ),
        np.vstack((lids, ball.triangles + len(away))),
        width_px=width,
        height_px=height,
        samples=1,
    )
    eye = seen.ids >= len(lids)
    columns = np.flatnonzero(eye.sum(axis=0) >= 2)  # noqa: PLR2004 - one pixel may be a crack
    if len(columns) < _FEWEST_PX:
        msg = "Expected a face at rest with open eyes, but no eyeball is seen between the lids."
        raise UsageError(msg)
    chosen = columns[np.linspace(0, len(columns) - 1, _COLUMNS).round().astype(int)]
    first = eye[:, chosen].argmax(axis=0) - 1
    last = height - eye[::-1, chosen].argmax(axis=0)
    rows = np.clip(np.stack((first, last)), 0, height - 1)
    ids = seen.ids[rows, chosen]
    # A crack between the lids leaves no skin beside it: the nearest column stands in.
    for lid in range(2):
        good = np.flatnonzero((ids[lid] >= 0) & (ids[lid] < len(lids)))
        nearest = good[np.abs(np.arange(_COLUMNS)[:, None] - good).argmin(axis=1)]
        ids[lid] = ids[lid][nearest]
        rows[lid] = rows[lid][nearest]
    corners = lids[ids]
    place = np.stack((np.broadcast_to(chosen, rows.shape), rows), axis=2).astype(np.float64)
    screen = mesh[corners][..., :2] * (1.0, -1.0) + (_HALF_WIDTH_M, _HALF_HEIGHT_M)
    found = barycentric(place.reshape(-1, 2), screen.reshape(-1, 3, 2) * _PX_PER_M)
    return corners, np.clip(found, -0.5, 1.5).reshape(*corners.shape)
