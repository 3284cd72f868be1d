"""The built-in head laid over one real face: position, size, turn, and the shape in between."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.interpolate import RBFInterpolator

from mien.core.arrays import Points2, Points3
from mien.core.errors import FaceError

_SMOOTHING_PX2 = 4.0
_NODE_PX = 8.0
_MIN_POINTS = 20


@dataclass(frozen=True)
class Registration:
    """Maps points of one head into the aligned face."""

    scale_px_per_m: float
    axes: Float[np.ndarray, "3 3"]
    """Rows: picture right, picture down, towards the viewer, in head axes."""

    shift_px: Float[np.ndarray, " 2"]
    warp: Callable[[Points2], Points2]
    """Displacement in pixels that brings a projected point onto the real face."""

    def project(self, points_m: Points3) -> Points2:
        """Where head points are seen in the aligned face, in pixels."""
        straight = self.scale_px_per_m * points_m @ self.axes[:2].T + self.shift_px
        placed: Points2 = straight + self.warp(straight)
        return placed

    def depth(self, points_m: Points3) -> Float[np.ndarray, " point"]:
        """Distance towards the viewer in metres."""
        nearer: Float[np.ndarray, " point"] = points_m @ self.axes[2]
        return nearer


def weak_perspective(
    points_m: Points3, seen_px: Points2
) -> tuple[float, Float[np.ndarray, "3 3"], Float[np.ndarray, " 2"]]:
    """Scale, axes and shift that lay points of the head onto points of a picture.

    The least-squares affine map, then its nearest scaled rotation.

    Raises:
        FaceError: fewer than 20 points, or points without extent.
    """
    if len(points_m) < _MIN_POINTS:
        msg = f"Expected at least {_MIN_POINTS} landmarks to register, but got {len(points_m)}."
        raise FaceError(msg)
    middle_m, middle_px = points_m.mean(axis=0), seen_px.mean(axis=0)
    affine, *_ = np.linalg.lstsq(points_m - middle_m, seen_px - middle_px, rcond=None)
    left, size, right = np.linalg.svd(affine.T, full_matrices=False)
    if not size[1] > 0:
        msg = "Expected landmarks spread over a face, but they lie on a line."
        raise FaceError(msg)
    two = left @ right
    # Picture x and y (down) span the third axis; y is down, so right x down points away.
    axes = np.stack([two[0], two[1], -np.cross(two[0], two[1])])
    scale = float(size.mean())
    return scale, axes, middle_px - scale * middle_m @ two.T


def register(points_m: Points3, seen_px: Points2, *, size_px: int) -> Registration:
    """Lay a head over a face by corresponding landmarks.

    What scale, turn and shift leave over (noses differ) is carried by a smooth thin-plate field.

    Args:
        points_m: landmarks on the head, metres.
        seen_px: the same landmarks in the aligned face.
        size_px: side of the aligned face.

    Raises:
        FaceError: the landmarks do not span a face.
    """
    scale, axes, shift = weak_perspective(points_m, seen_px)
    straight = scale * points_m @ axes[:2].T + shift
    spline = RBFInterpolator(straight, seen_px - straight, smoothing=_SMOOTHING_PX2 * len(seen_px))
    # The spline is evaluated once on a coarse grid: it is smooth, and vertices are many.
    ticks = np.arange(-4 * _NODE_PX, size_px + 4 * _NODE_PX + 1, _NODE_PX)
    x, y = np.meshgrid(ticks, ticks)
    nodes = spline(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(len(ticks), len(ticks), 2)

    def warp(points_px: Points2) -> Points2:
        place = np.clip((points_px - ticks[0]) / _NODE_PX, 0, len(ticks) - 1.001)
        cell = place.astype(int)
        share = place - cell
        column, row = cell[:, 0], cell[:, 1]
        right, down = share[:, :1], share[:, 1:]
        top = nodes[row, column] * (1 - right) + nodes[row, column + 1] * right
        bottom = nodes[row + 1, column] * (1 - right) + nodes[row + 1, column + 1] * right
        moved: Points2 = top * (1 - down) + bottom * down
        return moved

    return Registration(scale, axes, shift, warp)
