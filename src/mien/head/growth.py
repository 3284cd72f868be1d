"""How brows, lashes and cropped hair grow: roots, directions and lengths from masks and a seed.

Everything is decided on the average person and kept in the frames of its triangles, so the hairs
of all people differ in number, width and length, and follow each face.

Brow hairs: upright at the inner end, sweeping outward along the arch, flat at the tail; the lower
hairs rise and the upper ones fall towards the middle line.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Float32, Int

from mien.core.arrays import Points3, Triangles
from mien.head.strands import StrandKind, Strands, frames_at

Rgb = tuple[float, float, float]
Appearance = Mapping[str, float | Rgb]
"""See :attr:`mien.head.model.Person.appearance`."""

BROW_LINE_M = ((0.0125, 0.0190), (0.020, 0.0218), (0.030, 0.0250), (0.040, 0.0258), (0.052, 0.0195))
"""Middle line of the brow on the average face from the inner end, as (x, y); subject's left."""

BROW_HAIRS = 1500
"""Hairs of both brows at full density."""

LASHES_UPPER, LASHES_LOWER = 95, 60
"""Lashes of one lid."""

SCALP_HAIRS = 16000
WHORL_M = (0.008, 0.100, -0.150)
"""The crown, from which scalp hair grows away."""


@runtime_checkable
class Ground(Protocol):
    """What hair grows on; :class:`mien.head.model.Head` is one."""

    @property
    def mean_m(self) -> Float32[np.ndarray, "vertex 3"]:
        """Vertices of the average person."""

    @property
    def triangles(self) -> Int[np.ndarray, "triangle 3"]:
        """All triangles."""

    @property
    def part_quads(self) -> Mapping[str, slice]:
        """Range of quads by part; each quad is two triangles."""

    @property
    def masks(self) -> Mapping[str, Float32[np.ndarray, " vertex"]]:
        """Where hair grows, 0..1 per vertex: ``brow``, ``scalp``."""

    @property
    def lash_rows(self) -> Mapping[str, Int[np.ndarray, "column row"]]:
        """Vertices of the lash cards."""

    def part_triangles(self, *parts: str) -> Triangles:
        """Triangles of some parts."""


def grown(ground: Ground, appearance: Appearance, kind: StrandKind, *, seed: int = 0) -> Strands:
    """Grow one kind of hair.

    Args:
        ground: The head.
        appearance: Density, width and length of one person's hair.
        kind: ``brow``, ``lash`` or ``hair``.
        seed: Another seed places other hairs of the same look.
    """
    rng = np.random.default_rng([seed, ("brow", "lash", "hair").index(kind)])
    if kind == "brow":
        return _brows(ground, appearance, rng)
    if kind == "lash":
        return _lashes(ground, rng)
    return _hair(ground, appearance, rng)


def _number(appearance: Appearance, key: str) -> float:
    value = appearance[key]
    return float(value) if isinstance(value, (int, float)) else float("nan")


def _roots(
    ground: Ground, mask: str, count: int, rng: np.random.Generator
) -> tuple[Int[np.ndarray, " strand"], Float32[np.ndarray, "strand 3"]]:
    """Random points, evenly by area, on triangles where a mask is above 0."""
    skin = ground.part_triangles("skin")
    weight = ground.masks[mask][skin].max(axis=1)
    corners = ground.mean_m[skin]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(cross, axis=1) * (weight > 0.02)  # noqa: PLR2004 - quantised to 1/255
    triangle = rng.choice(len(skin), size=count, p=area / area.sum()).astype(np.int32)
    u, v = rng.random((2, count))
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    return triangle, np.stack([1 - u - v, u, v], axis=1).astype(np.float32)


def _strands(
    ground: Ground,
    triangle: Int[np.ndarray, " strand"],
    barycentric: Float32[np.ndarray, "strand 3"],
    offsets_m: Float[np.ndarray, "strand point 3"],
    radius_m: float,
) -> Strands:
    """Bind curves, given relative to their roots on the average person."""
    _, frame = frames_at(ground.mean_m[ground.triangles[triangle]], barycentric)
    local = np.matmul(offsets_m.astype(np.float32), frame.transpose(0, 2, 1))
    points = offsets_m.shape[1]
    # Hairs taper over their last third.
    taper = np.interp(np.linspace(0, 1, points), (0, 0.6, 1), (1, 0.85, 0.25))
    return Strands(
        triangle=triangle,
        barycentric=barycentric,
        local_m=local,
        radius_m=np.broadcast_to(
            (radius_m * taper).astype(np.float32), (len(triangle), points)
        ).copy(),
    )


def _brows(ground: Ground, appearance: Appearance, rng: np.random.Generator) -> Strands:
    triangle, barycentric = _roots(ground, "brow", 6 * BROW_HAIRS, rng)
    root, frame = frames_at(ground.mean_m[ground.triangles[triangle]], barycentric)
    along, across_m, direction = brow_coordinates(root)
    half_m = 0.5 * _number(appearance, "brow_width_m") * _brow_profile(along)
    across = across_m / half_m
    density = np.clip(1.25 - np.abs(across) ** 2, 0, 1) * np.clip((1.02 - along) / 0.12, 0, 1)
    density *= np.clip((along + 0.02) / 0.10, 0.0, 1)
    keep = (np.abs(across) < 1.15) & (rng.random(len(root)) < density)  # noqa: PLR2004
    chosen = np.flatnonzero(keep)[: int(BROW_HAIRS * _number(appearance, "brow_density"))]
    triangle, barycentric, frame = triangle[chosen], barycentric[chosen], frame[chosen]
    along, across, direction = along[chosen], across[chosen], direction[chosen]

    angle = np.deg2rad(np.interp(along, (0, 0.15, 0.4, 0.7, 1), (78, 52, 27, 12, -2)))
    angle = angle - np.deg2rad(24) * across * np.interp(along, (0, 0.3, 1), (0.3, 1, 0.7))
    angle = angle + rng.normal(0, np.deg2rad(7), len(angle))
    up = np.stack([-direction[:, 1] * np.sign(direction[:, 0]), np.abs(direction[:, 0])], axis=1)
    flat = np.cos(angle)[:, None] * direction + np.sin(angle)[:, None] * up
    normal = frame[:, 2]
    heading = _tangent(np.column_stack([flat, np.zeros(len(flat))]), normal)
    length = np.interp(along, (0, 0.2, 0.6, 1), (0.0052, 0.0075, 0.0078, 0.0052))
    length = length * rng.uniform(0.75, 1.1, len(length))
    steps = np.linspace(0, 1, 4)
    lift_m = np.array([-0.0002, 0.0007, 0.0009, 0.0005])
    # Hairs bend towards the tail on their way.
    bend = _tangent(np.column_stack([direction, np.zeros(len(flat))]), normal)
    offsets = (
        length[:, None, None]
        * (
            steps[:, None] * heading[:, None]
            + 0.22 * (steps**2)[:, None] * (bend - heading)[:, None]
        )
        + lift_m[:, None] * normal[:, None]
    )
    return _strands(ground, triangle, barycentric, offsets, 0.000045)


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


def _brow_profile(along: Float[np.ndarray, " point"]) -> Float[np.ndarray, " point"]:
    """Width of the brow along its line: full in the inner half, tapering to the tail."""
    profile: Float[np.ndarray, " point"] = np.interp(
        along, (-0.1, 0.0, 0.15, 0.5, 0.8, 1.0), (0.6, 0.85, 1.0, 0.9, 0.55, 0.25)
    )
    return profile


def _lashes(ground: Ground, rng: np.random.Generator) -> Strands:
    """Along the source's lash cards: from their root row, over all rows, to the tip."""
    triangles, weights, offsets = [], [], []
    for name, grid in ground.lash_rows.items():
        count = LASHES_UPPER if name.startswith("upper") else LASHES_LOWER
        cell = np.linspace(0.15, len(grid) - 1.15, count) + rng.normal(0, 0.03, count)
        column = np.clip(cell.astype(np.intp), 0, len(grid) - 2)
        share = (cell - column)[:, None, None]
        rows = ground.mean_m[grid]
        curve = (1 - share) * rows[column] + share * rows[column + 1]
        # Neighbouring lashes differ in length and lean together in small groups.
        stretch = rng.uniform(0.8, 1.08, count) * (1.0 if name.startswith("upper") else 0.8)
        offset = (curve - curve[:, :1]) * stretch[:, None, None]
        lean = 0.10 * np.sin(cell * 9.0) + rng.normal(0, 0.06, count)
        sideways = rows[column + 1, 0] - rows[column, 0]
        sideways /= np.linalg.norm(sideways, axis=1, keepdims=True)
        reach = np.linalg.norm(offset, axis=2)
        offset = offset + (lean[:, None] * reach)[..., None] * sideways[:, None]
        triangle, weight = _root_triangles(ground, grid, column, share[:, 0, 0])
        triangles.append(triangle)
        weights.append(weight)
        offsets.append(offset)
    return _strands(
        ground,
        np.concatenate(triangles),
        np.concatenate(weights),
        np.concatenate(offsets),
        0.00006,
    )


def _root_triangles(
    ground: Ground,
    grid: Int[np.ndarray, "column row"],
    column: Int[np.ndarray, " strand"],
    share: Float[np.ndarray, " strand"],
) -> tuple[Int[np.ndarray, " strand"], Float32[np.ndarray, "strand 3"]]:
    """For each lash the triangle of the card that holds the root row's edge, and weights on it."""
    span = ground.part_quads["lashes"]
    offset = 2 * span.start
    triangles = ground.triangles[offset : 2 * span.stop]
    left, right = grid[column, 0], grid[column + 1, 0]
    on_left = triangles[None] == left[:, None, None]
    on_right = triangles[None] == right[:, None, None]
    holds = on_left.any(axis=2) & on_right.any(axis=2)
    found = holds.argmax(axis=1)
    strand = np.arange(len(column))
    weights = (
        on_left[strand, found] * (1 - share)[:, None] + on_right[strand, found] * share[:, None]
    )
    return (found + offset).astype(np.int32), weights.astype(np.float32)


def _hair(ground: Ground, appearance: Appearance, rng: np.random.Generator) -> Strands:
    count = int(SCALP_HAIRS * _number(appearance, "hair_density"))
    triangle, barycentric = _roots(ground, "scalp", count, rng)
    corners = ground.triangles[triangle]
    cover = np.einsum("sc,sc->s", barycentric, ground.masks["scalp"][corners])
    keep = rng.random(count) < cover**1.5
    triangle, barycentric = triangle[keep], barycentric[keep]
    root, frame = frames_at(ground.mean_m[ground.triangles[triangle]], barycentric)
    normal = frame[:, 2]
    away = _tangent(root - np.array(WHORL_M, dtype=np.float32), normal)
    away = _tangent(away + rng.normal(0, 0.18, away.shape), normal)
    # Cropped: longest on top, short at the temples, the sideburns and the nape.
    top = np.clip((root[:, 1] + 0.01) / 0.08, 0, 1)
    length = _number(appearance, "hair_length_m") * (0.35 + 0.65 * top)
    length = length * rng.uniform(0.8, 1.15, len(length)) * np.clip(cover[keep] * 1.6, 0.4, 1)
    stand = np.interp(top, (0, 1), (0.30, 0.75))[:, None]
    start = stand * normal + (1 - stand) * away
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    steps = np.linspace(0, 1, 4)
    drop = 0.45 * (away - normal * 0.5) + np.array((0.0, -0.15, 0.0))
    offsets = length[:, None, None] * (
        steps[:, None] * start[:, None] + (steps**2)[:, None] * (0.5 * drop)[:, None]
    )
    return _strands(ground, triangle, barycentric, offsets, 0.00008)


def _tangent(
    vectors: Float[np.ndarray, "strand 3"], normal: Float[np.ndarray, "strand 3"]
) -> Float[np.ndarray, "strand 3"]:
    """Unit vectors in the surface, closest to the given ones."""
    flat = vectors - (vectors * normal).sum(axis=1, keepdims=True) * normal
    result: Float[np.ndarray, "strand 3"] = flat / np.maximum(
        np.linalg.norm(flat, axis=1, keepdims=True), 1e-9
    )
    return result
