"""The folds as normal maps in the head's own texture coordinates, and their weights by pose.

For engines that blend textures: one map a fold, and a number a fold and pose. A blend of the maps
with these weights shows the folds that mien's own pictures show.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int, UInt8

from mien.core.errors import UsageError
from mien.head.barycentric import barycentric
from mien.head.fold_relief import draw_folds
from mien.head.folds import FOLDS, fold_amounts
from mien.head.model import Head, pose_vertices
from mien.head.person import Person
from mien.head.zbuffer import front_triangles

_SMALLEST_PX, _LARGEST_PX = 64, 8192
_FLAT = (128, 128, 255)


@dataclass(frozen=True)
class FoldMaps:
    """Tangent-space normal maps of one person's folds, at depth 1."""

    names: tuple[str, ...]
    """Those of :data:`mien.head.folds.FOLDS`."""

    normals: tuple[UInt8[np.ndarray, "row column 3"], ...]
    """One map a fold; x along u, y along v (up), z outward, as glTF wants them; row 0 is v = 1.
    (128, 128, 255) is flat."""


def fold_maps(
    head: Head,
    person: Person,
    *,
    size_px: int = 1024,
    seed: int = 0,
    uv: Float[np.ndarray, "vertex 2"] | None = None,
) -> FoldMaps:
    """Draw the normal map of every fold.

    Args:
        head: the built-in head.
        person: whose face.
        size_px: side of the maps; the face covers about an eighth of it.
        seed: the irregularity of the folds.
        uv: other texture coordinates of the head's vertices, v up; by default ``head.uv``.

    Raises:
        UsageError: a size out of 64..8192.
    """
    if not _SMALLEST_PX <= size_px <= _LARGEST_PX:
        msg = f"Expected maps of {_SMALLEST_PX}..{_LARGEST_PX} pixels, but got {size_px}."
        raise UsageError(msg)
    row, column, points = _texels(head, person, head.uv if uv is None else uv, size_px)
    marks = head.landmarks.points(person.vertices_m.astype(np.float64))
    middle = person.eye_centre_m.mean(axis=0)
    place = np.full((size_px, size_px, 3), np.nan)
    place[row, column] = points
    along_m = _spacing(place, 1)
    down_m = _spacing(place, 0)
    maps = [np.tile(np.array(_FLAT, np.uint8), (size_px, size_px, 1)) for _ in FOLDS]
    rng = np.random.default_rng(seed)
    for fold, own, relief in draw_folds(points - middle, marks - middle, rng):
        height = np.zeros((size_px, size_px))
        height[row[own], column[own]] = relief
        rows, columns = row[own], column[own]
        inner = (rows > 0) & (rows < size_px - 1) & (columns > 0) & (columns < size_px - 1)
        rows, columns = rows[inner], columns[inner]
        to_right = height[rows, columns + 1] - height[rows, columns - 1]
        to_bottom = height[rows + 1, columns] - height[rows - 1, columns]
        x = -to_right / (2 * along_m[rows, columns])
        y = to_bottom / (2 * down_m[rows, columns])
        known = np.isfinite(x) & np.isfinite(y)
        normal = np.stack((x, y, np.ones_like(x)), axis=1)[known]
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        maps[fold][rows[known], columns[known]] = np.rint(normal * 127.5 + 127.5).astype(np.uint8)
        # An exact zero lies between two bytes: keep the flat colour flat.
        level = maps[fold][rows[known], columns[known]]
        level[np.abs(normal[:, :2]).max(axis=1) < 1e-4] = _FLAT  # noqa: PLR2004
        maps[fold][rows[known], columns[known]] = level
    return FoldMaps(FOLDS, tuple(maps))


def fold_weights(
    head: Head, person: Person, weights: Float[np.ndarray, " unit"]
) -> Float64[np.ndarray, " fold"]:
    """Tell how strong each fold's map is in a pose, 0..1.25, age included.

    Args:
        head: the built-in head.
        person: whose face.
        weights: one per unit, in the order of ``head.unit_names``.
    """
    rest = head.landmarks.points(person.vertices_m.astype(np.float64))
    posed = head.landmarks.points(pose_vertices(head, person, weights).astype(np.float64))
    return fold_amounts(rest, posed, float(person.age_years))


def _texels(
    head: Head, person: Person, uv: Float[np.ndarray, "vertex 2"], size_px: int
) -> tuple[Int[np.ndarray, " texel"], Int[np.ndarray, " texel"], Float64[np.ndarray, "texel 3"]]:
    """Find the skin under every texel: row, column, place at rest in metres."""
    triangles = head.part_triangles("skin")
    image = uv.astype(np.float64) * (1.0, -1.0) + (0.0, 1.0)
    image = image * size_px - 0.5
    flat = np.zeros(len(image))
    ids, _ = front_triangles(image, flat, triangles, width_px=size_px, height_px=size_px)
    row, column = np.nonzero(ids >= 0)
    corners = triangles[ids[row, column]]
    share = barycentric(np.column_stack((column, row)).astype(np.float64), image[corners])
    places = person.vertices_m.astype(np.float64)[corners]
    return row, column, np.einsum("tc,tcd->td", share, places)


def _spacing(
    place: Float64[np.ndarray, "row column 3"], axis: int
) -> Float64[np.ndarray, "row column"]:
    """Measure metres of skin per texel along rows (0) or columns (1); NaN at borders."""
    after, before = np.roll(place, -1, axis), np.roll(place, 1, axis)
    step: Float64[np.ndarray, "row column"] = np.linalg.norm(after - before, axis=2) / 2
    return np.where(step > 0, step, np.nan)
