"""Brows and lashes as thin ribbons, so that a face has them in any viewer."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from mien.core.arrays import Triangles, Vertices
from mien.head import Head, Person
from mien.head.strands import Strands, strand_points, triangle_frames

_POINTS = 3


@dataclass(frozen=True, eq=False)
class Ribbons:
    """Two vertices a point and one at the tip, for every hair, with what the units do to them."""

    vertices_m: Float[np.ndarray, "vertex 3"]
    normals: Float[np.ndarray, "vertex 3"]
    triangles: Int[np.ndarray, "triangle 3"]
    deltas_m: Float[np.ndarray, "shape vertex 3"]


def ribbons(
    head: Head,
    person: Person,
    strands: Strands,
    head_deltas_m: Float[np.ndarray, "shape head_vertex 3"],
    *,
    most: int,
    wider: float = 1.0,
) -> Ribbons:
    """Turn hairs into ribbons that lie on the skin and follow the triangles that they grow on.

    Args:
        head: the head.
        person: whose face.
        strands: hairs bound to triangles of the head.
        head_deltas_m: what the shapes do to the head.
        most: largest number of hairs; an even choice of more is taken.
        wider: factor on the width, since each hair covers for neighbours that were left out.
    """
    chosen = np.unique(np.linspace(0, len(strands.triangle) - 1, most).astype(np.intp))
    points = np.unique(
        np.round(np.linspace(0, strands.local_m.shape[1] - 1, _POINTS)).astype(np.intp)
    )
    few = replace(
        strands,
        triangle=strands.triangle[chosen][:, points],
        barycentric=strands.barycentric[chosen][:, points],
        local_m=strands.local_m[chosen][:, points],
        radius_m=strands.radius_m[chosen][:, points] * np.float32(wider),
    )
    rest = _places(few, person.vertices_m, head.triangles)
    deltas = [
        _places(few, person.vertices_m + delta, head.triangles) - rest for delta in head_deltas_m
    ]
    _, frame = triangle_frames(few, person.vertices_m, head.triangles)
    per_hair = 2 * len(points) - 1
    return Ribbons(
        rest,
        np.repeat(frame[:, 0, 2], per_hair, axis=0),
        ribbon_triangles(len(chosen), len(points)),
        np.stack(deltas),
    )


def _places(
    strands: Strands, vertices_m: Vertices, triangles: Triangles
) -> Float[np.ndarray, "corner 3"]:
    """Vertices of all ribbons: left and right of every point but the last, then the tip."""
    points = strand_points(strands, vertices_m, triangles)
    _, frame = triangle_frames(strands, vertices_m, triangles)
    along = np.gradient(points, axis=1)
    across = np.cross(along, frame[:, :, 2])
    length = np.linalg.norm(across, axis=2, keepdims=True)
    across = across / np.maximum(length, 1e-12) * strands.radius_m[:, :, None]
    sides = np.stack([points - across, points + across], axis=2)[:, :-1]
    flat = sides.reshape(len(points), -1, 3)
    corners: Float[np.ndarray, "corner 3"] = np.concatenate([flat, points[:, -1:]], axis=1).reshape(
        -1, 3
    )
    return corners


def ribbon_triangles(hairs: int, points: int) -> Triangles:
    """Join the two vertices a point, and the one at the tip, of every ribbon."""
    one = [
        corner
        for step in range(points - 2)
        for corner in (
            (2 * step, 2 * step + 1, 2 * step + 2),
            (2 * step + 1, 2 * step + 3, 2 * step + 2),
        )
    ]
    one.append((2 * points - 4, 2 * points - 3, 2 * points - 2))
    start = np.arange(hairs)[:, None, None] * (2 * points - 1)
    triangles: Triangles = (start + np.array(one)).reshape(-1, 3)
    return triangles
