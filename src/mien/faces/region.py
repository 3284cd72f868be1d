"""The turned square of an image in which the landmark network looks for one face."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Points2

LANDMARK_MARGIN = 1.5
"""Side of the square per longer side of the box around the face, as the network was trained."""

RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
"""The subject's outer eye corners in the face mesh."""


@dataclass(frozen=True)
class Region:
    """A square with its axes turned; image coordinates in pixels."""

    centre_px: tuple[float, float]
    side_px: float
    roll_rad: float
    """Angle of the line from the subject's right to the left eye, clockwise positive in the
    picture (y points down)."""

    def to_square(self, size_px: int) -> Float[np.ndarray, "2 3"]:
        """Give the map from the image to a picture of the region, ``size_px`` wide."""
        scale = size_px / self.side_px
        cos, sin = scale * np.cos(self.roll_rad), scale * np.sin(self.roll_rad)
        turn = np.array([[cos, sin], [-sin, cos]])
        shift = size_px / 2 - turn @ np.array(self.centre_px)
        return np.column_stack([turn, shift])


def region_of_landmarks(points_px: Points2) -> Region:
    """Square around all points of a mesh, upright in the head's own roll.

    Source: the box, the 1.5-fold margin and the eye line are those of the landmark network's
    own training set-up.
    """
    roll_rad = _angle(points_px[RIGHT_EYE_OUTER], points_px[LEFT_EYE_OUTER])
    cos, sin = np.cos(roll_rad), np.sin(roll_rad)
    upright = points_px @ np.array([[cos, -sin], [sin, cos]])
    low, high = upright.min(axis=0), upright.max(axis=0)
    x, y = (low + high) / 2
    side = float((high - low).max()) * LANDMARK_MARGIN
    return Region((float(x * cos - y * sin), float(x * sin + y * cos)), side, roll_rad)


def region_of_box(box_px: Float[np.ndarray, " 4"], eyes_px: Float[np.ndarray, "2 2"]) -> Region:
    """Square around a detected box (left, top, width, height), turned by the (right, left) eyes."""
    left, top, width, height = box_px.tolist()
    side = max(width, height) * LANDMARK_MARGIN
    return Region((left + width / 2, top + height / 2), side, _angle(eyes_px[0], eyes_px[1]))


def _angle(right: Float[np.ndarray, " 2"], left: Float[np.ndarray, " 2"]) -> float:
    return float(np.arctan2(left[1] - right[1], left[0] - right[0]))
