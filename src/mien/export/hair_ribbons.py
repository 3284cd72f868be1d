"""The hair of the head as ribbons, so that a person has a style in any viewer."""

import numpy as np
from jaxtyping import Float64

from mien.export.glb_ribbons import Ribbons, ribbon_triangles
from mien.head import Head, Person, strand_points
from mien.head.hair_guides import resampled

MOST_RIBBONS = 1500
"""Ribbons of one head; each stands for several hairs and is wider."""

_POINTS = 9
_WIDER = 1.6


def hair_ribbons(head: Head, person: Person, *, shapes: int) -> Ribbons | None:
    """Grow a person's hair and lay a ribbon along each strand; None for the bald.

    The ribbons turn with the head and no shape moves them; they face away from the head, and two
    vertices a point and one at the tip make each.

    Args:
        head: the head.
        person: whose hair.
        shapes: number of shapes of the file.
    """
    strands = head.strands(person, "hair", most=MOST_RIBBONS)
    if not len(strands.triangle):
        return None
    points = strand_points(strands, person.vertices_m, head.triangles).astype(np.float64)
    curves = resampled(points, _POINTS)
    outward = _outward(curves)
    across = np.cross(np.gradient(curves, axis=1), outward)
    across /= np.linalg.norm(across, axis=2, keepdims=True) + 1e-12
    place = np.linspace(0, strands.radius_m.shape[1] - 1, _POINTS).astype(np.intp)
    half = _WIDER * strands.radius_m[:, place, None].astype(np.float64)
    sides = np.stack([curves - half * across, curves + half * across], axis=2)[:, :-1]
    count = len(curves)
    vertices = np.concatenate([sides.reshape(count, -1, 3), curves[:, -1:]], axis=1)
    normals = np.concatenate([np.repeat(outward[:, :-1], 2, axis=1), outward[:, -1:]], axis=1)
    flat = vertices.reshape(-1, 3)
    return Ribbons(
        flat,
        normals.reshape(-1, 3),
        ribbon_triangles(count, _POINTS),
        np.zeros((shapes, *flat.shape), np.float32),
    )


def _outward(
    points_m: Float64[np.ndarray, "strand point 3"],
) -> Float64[np.ndarray, "strand point 3"]:
    """Point away from the middle of the head, and from the neck's axis below it."""
    middle = np.zeros_like(points_m)
    middle[..., 1] = np.clip(points_m[..., 1], -0.3, 0.03)
    middle[..., 2] = -0.08
    away = points_m - middle
    outward: Float64[np.ndarray, "strand point 3"] = away / (
        np.linalg.norm(away, axis=2, keepdims=True) + 1e-12
    )
    return outward
