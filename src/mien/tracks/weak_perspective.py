"""One face over a video -> its own shape, and its size, turn and place in every frame.

Weak perspective: the picture of a face is its shape, turned, seen from far away, made larger and
shifted. Only the points that expressions move least take part in the fit, so that an open mouth
does not bring the head nearer.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

STEADY_POINTS: tuple[int, ...] = (*range(27, 36), 36, 39, 42, 45)
"""Bridge and base of the nose and the corners of the eyes, among the 68 points of iBUG."""

_EYES = ((36, 39), (42, 45))


@dataclass(frozen=True)
class WeakPerspective:
    """Where a shape stands in every frame; NaN where the face was not found."""

    scale: Float[np.ndarray, " frame"]
    """Pixels a millimetre."""

    rotation: Float[np.ndarray, "frame 3 3"]
    origin_px: Float[np.ndarray, "frame 3"]
    """Picture x and y of the origin of the shape, and its depth on the scale of the points."""

    def picture(self, shape_mm: Float[np.ndarray, "point 3"]) -> Float[np.ndarray, "frame point 3"]:
        """Give x, y and depth in pixels of a shape in every frame."""
        turned = np.einsum("fij,pj->fpi", self.rotation, shape_mm)
        return np.asarray(self.scale[:, None, None] * turned + self.origin_px[:, None])


def shape_of_face(
    points_px: Float[np.ndarray, "frame 68 3"],
    rotations: Float[np.ndarray, "frame 3 3"],
    eye_distance_mm: float,
) -> Float[np.ndarray, "68 3"]:
    """Give the face's own shape at rest: the median over the frames, turned back, in millimetres.

    Its size is such that the centres of the eyes are ``eye_distance_mm`` apart; its origin is the
    mean of the 68 points. NaN when no frame has both points and rotation.

    Args:
        points_px: x right, y down and depth away from the camera, all on one scale.
        rotations: from the head at rest to the axes of the points.
        eye_distance_mm: what nobody can see in a picture.
    """
    known = np.isfinite(points_px).all(axis=(1, 2)) & np.isfinite(rotations).all(axis=(1, 2))
    if not known.any():
        return np.full((68, 3), np.nan)
    points = points_px[known]
    centred = points - points[:, list(STEADY_POINTS)].mean(axis=1, keepdims=True)
    at_rest = np.einsum("fji,fpj->fpi", rotations[known], centred)
    shape = np.median(at_rest / _eye_distance(points)[:, None, None], axis=0)
    shape *= eye_distance_mm / _eye_distance(shape[None])[0]
    return np.asarray(shape - shape.mean(axis=0))


def fit_weak_perspective(
    points_px: Float[np.ndarray, "frame 68 3"], shape_mm: Float[np.ndarray, "68 3"]
) -> WeakPerspective:
    """Lay the steady points of a shape onto those of every frame in least squares.

    Source: Umeyama, *Least-squares estimation of transformation parameters between two point
    patterns*, IEEE TPAMI 13(4), 1991.
    """
    frames = len(points_px)
    scale, origin = np.full(frames, np.nan), np.full((frames, 3), np.nan)
    rotation = np.full((frames, 3, 3), np.nan)
    known = np.isfinite(points_px).all(axis=(1, 2)) & bool(np.isfinite(shape_mm).all())
    steady, seen = shape_mm[list(STEADY_POINTS)], points_px[known][:, list(STEADY_POINTS)]
    middle, places = steady.mean(axis=0), seen.mean(axis=1)
    steady = steady - middle
    left, sizes, right = np.linalg.svd(np.einsum("fpi,pj->fij", seen - places[:, None], steady))
    sizes[:, 2] *= (handed := np.sign(np.linalg.det(left @ right)))
    left[:, :, 2] *= handed[:, None]
    rotation[known] = left @ right
    scale[known] = sizes.sum(axis=1) / (steady**2).sum()
    origin[known] = places - scale[known, None] * (rotation[known] @ middle)
    return WeakPerspective(scale, rotation, origin)


def _eye_distance(points: Float[np.ndarray, "frame 68 3"]) -> Float[np.ndarray, " frame"]:
    one, other = (points[:, list(corners)].mean(axis=1) for corners in _EYES)
    return np.asarray(np.linalg.norm(one - other, axis=-1))
