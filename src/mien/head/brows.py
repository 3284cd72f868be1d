"""How brows grow: hairs that rise at the nose, lean outward in the middle, lie flat at the tail."""

import numpy as np
from jaxtyping import Float, Float64, Int

from mien.core.arrays import Points2, Points3
from mien.head.barycentric import barycentric
from mien.head.ground import Appearance, Ground, number, optional_number
from mien.head.noise import smoothstep
from mien.head.strands import Strands
from mien.head.unrolled import RADIUS_M, unrolled
from mien.head.zbuffer import front_triangles

BROW_HAIRS = 900
"""Hairs of one brow at full density."""

BROW_LINE_M = ((0.0125, 0.0190), (0.020, 0.0218), (0.030, 0.0250), (0.040, 0.0258), (0.052, 0.0195))
"""Middle line of the brow on the average face from the inner end, as (x, y); subject's left."""

# Landmarks of the brow's edges from the nose outward.
_UPPER = {"left": (336, 296, 334, 293, 300), "right": (107, 66, 105, 63, 70)}
_LOWER = {"left": (285, 295, 282, 283, 276), "right": (55, 65, 52, 53, 46)}
_RADIUS_M = 0.00008  # some hairs lie together
_USUAL_WIDTH_M = 0.009
_INNER_M, _TAIL_M = 0.0026, 0.0012
_POINTS = 5
_LIFT_M = ((0.0, 0.33, 0.67, 1.0), (-0.0002, 0.0007, 0.0009, 0.0005))
"""Height above the skin over the way from root to tip."""

_GRID_M = 0.00025


def grow_brows(ground: Ground, appearance: Appearance, rng: np.random.Generator) -> Strands:
    """Grow both brows between their landmarks on the unrolled skin."""
    marks = unrolled(ground.landmarks.points(ground.mean_m.astype(np.float64)))[:, :2]
    sides = [_one_brow(marks, appearance, side, rng) for side in ("left", "right")]
    curves = np.concatenate([curve for curve, _ in sides])
    triangle, weight = _under(ground, curves.reshape(-1, 2))
    local = np.zeros((*curves.shape[:2], 3), np.float32)
    local[..., 2] = np.interp(np.linspace(0, 1, _POINTS), *_LIFT_M)
    return Strands(
        triangle=triangle.reshape(curves.shape[:2]),
        barycentric=weight.reshape(local.shape).astype(np.float32),
        local_m=local,
        radius_m=np.concatenate([radius for _, radius in sides]).astype(np.float32),
    )


def _one_brow(
    marks: Float[np.ndarray, "landmark 2"],
    appearance: Appearance,
    side: str,
    rng: np.random.Generator,
) -> tuple[Float64[np.ndarray, "strand point 2"], Float64[np.ndarray, "strand point"]]:
    """Draw the hairs of one brow on the unrolled skin (x to the subject's left, y up)."""
    outward = 1.0 if side == "left" else -1.0
    count = int(BROW_HAIRS * (0.5 + 0.5 * number(appearance, "brow_density")))
    share = -0.07 + 1.07 * rng.random(count) ** 1.3
    edges = np.stack([marks[list(_UPPER[side])], marks[list(_LOWER[side])]]).mean(axis=0)
    arch = number(appearance, "brow_arch") if "brow_arch" in appearance else 1.0
    drop = optional_number(appearance, "brow_drop_m")
    middle, beyond = (_middle_line(edges, at, arch, drop) for at in (share, share + 0.02))
    ahead = beyond - middle
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    across = np.column_stack((-ahead[:, 1], ahead[:, 0])) * outward  # towards the forehead
    thick = (
        number(appearance, "brow_width_m")
        * (0.66 + 0.34 * smoothstep(0.0, 0.22, share))
        * (1 - 0.72 * smoothstep(0.5, 1.0, share))
    )
    offset = np.clip(rng.normal(-0.12, 0.26, count), -0.6, 0.5)
    root = middle + across * (offset * thick)[:, None]
    lean = 1.20 - 0.92 * smoothstep(0.0, 0.4, share) - 0.32 * smoothstep(0.5, 1.0, share)
    # Hairs above the middle lie down and those below it rise, so that they meet in a ridge.
    lean = lean - 0.85 * (offset + 0.1) * smoothstep(0.08, 0.4, share)
    lean += rng.normal(0, 0.14, count)
    length = (0.0042 + 0.0034 * smoothstep(0.0, 0.3, share)) * (0.75 + 0.5 * rng.random(count))
    length *= 1 - 0.38 * smoothstep(0.7, 1.0, share)
    length *= 0.8 + 0.2 * number(appearance, "brow_width_m") / _USUAL_WIDTH_M
    bend = rng.normal(-0.25, 0.12, count)
    step = np.linspace(0, 1, _POINTS)
    turn = lean[:, None] + bend[:, None] * step
    moves = (
        np.cos(turn)[..., None] * ahead[:, None] + np.sin(turn)[..., None] * across[:, None]
    ) * (length[:, None, None] / (_POINTS - 1))
    curve = root[:, None] + np.cumsum(moves, axis=1) - moves[:, :1]
    # Brows thin out at both ends and at their edges.
    thin = 0.25 + 0.75 * smoothstep(-0.07, 0.2, share)
    thin = thin * (1 - 0.6 * smoothstep(0.65, 1.02, share))
    thin = thin * (1 - 0.9 * np.clip(np.abs(offset + 0.12) - 0.12, 0, 0.5))
    radius = (thin * (0.8 + 0.4 * rng.random(count)))[:, None] * (1 - 0.75 * step**2)
    return curve, _RADIUS_M * radius


def _middle_line(
    edges: Float[np.ndarray, "mark 2"],
    share: Float[np.ndarray, " strand"],
    arch: float,
    drop_m: float,
) -> Float64[np.ndarray, "strand 2"]:
    """Follow the middle of a brow, its arch over the straight way from end to end scaled.

    The brow sinks by ``drop_m``, its inner end by more, since a raised one looks sad.
    """
    line = _line(edges, share)
    straight = edges[:1] + (edges[-1:] - edges[:1]) * share[:, None]
    line[:, 1] = straight[:, 1] + arch * (line[:, 1] - straight[:, 1])
    line[:, 1] -= drop_m + _INNER_M * (1 - smoothstep(-0.1, 0.45, share))
    line[:, 1] += _TAIL_M * smoothstep(0.6, 1.0, share)
    return line


def _line(points: Points2, share: Float[np.ndarray, " strand"]) -> Float64[np.ndarray, "strand 2"]:
    """Follow a row of points as a smooth curve (a cubic fit over the share of the way)."""
    knots = np.linspace(0, 1, len(points))
    fit = np.polynomial.polynomial.polyfit(knots, points, 3)
    result: Float64[np.ndarray, "strand 2"] = np.polynomial.polynomial.polyval(share, fit).T
    return result


def _under(
    ground: Ground, places: Points2
) -> tuple[Int[np.ndarray, " point"], Float64[np.ndarray, "point 3"]]:
    """Find the skin under places of the unrolled face: triangles of the head, weights on them."""
    skin = ground.part_triangles("skin")
    vertices = unrolled(ground.mean_m)
    ahead = np.flatnonzero((np.abs(vertices[skin, 0]) < RADIUS_M).all(axis=1))
    low = places.min(axis=0)
    width, height = (np.ceil((places.max(axis=0) - low) / _GRID_M) + 2).astype(int).tolist()
    cells = (vertices[:, :2] - low) / _GRID_M
    front, _ = front_triangles(
        cells, -vertices[:, 2], skin[ahead], width_px=width, height_px=height
    )
    wanted = (places - low) / _GRID_M
    column, row = np.round(wanted).astype(np.intp).T
    triangle = ahead[front[row, column]]
    # A place at an edge may find the neighbour: it is moved onto it, by less than a cell.
    weight = np.maximum(barycentric(wanted, cells[skin[triangle]]), 0)
    return triangle, weight / weight.sum(axis=1, keepdims=True)


def brow_coordinates(
    points_m: Points3,
) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"], Float[np.ndarray, "point 2"]]:
    """Place points of the average face along and across its brows.

    Returns:
        Share of the way from the inner end (0) to the tail (1), below 0 and above 1 beyond them;
        distance above the middle line in metres; direction (x, y) of the line towards the tail.
    """
    knots = np.array(BROW_LINE_M)
    x = np.linspace(knots[0, 0], knots[-1, 0], 80)
    line = np.stack([x, np.polyval(np.polyfit(knots[:, 0], knots[:, 1], 3), x)], axis=1)
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    walked = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    sign = np.where(points_m[:, 0] < 0, -1.0, 1.0)
    side = np.stack([np.abs(points_m[:, 0]), points_m[:, 1]], axis=1)
    nearest = ((side[:, None] - line[None]) ** 2).sum(axis=2).argmin(axis=1)
    away = side - line[nearest]
    here = tangent[nearest]
    beyond = (away * here).sum(axis=1)
    along = (walked[nearest] + beyond) / walked[-1]
    across = here[:, 0] * away[:, 1] - here[:, 1] * away[:, 0]
    return along, across, np.stack([sign * here[:, 0], here[:, 1]], axis=1)
