"""How far the eyeballs of a face at rest are turned, so that the lids lie well over the iris."""

import numpy as np
from jaxtyping import Float

from mien.head.eye import LIMBUS
from mien.head.model import Head

_UPPER_LID_MIDDLES, _LOWER_LID_MIDDLES = (386, 159), (374, 145)  # landmarks: left, right
_COVERED_M, _COVERED_BELOW_M = 0.0012, 0.0002
_STEEPEST_RAD = 0.14


def rest_pitch_rad(
    head: Head,
    rest: Float[np.ndarray, "vertex 3"],
    eyes: Float[np.ndarray, "2 3"],
    radius_m: float,
) -> float:
    """Find the turn at which the upper lid covers as much of the iris as it does in an open eye."""
    marks = head.landmarks.points(rest)
    upper, lower = (
        float((marks[list(middles), 1] - eyes[:, 1]).mean()) / radius_m
        for middles in (_UPPER_LID_MIDDLES, _LOWER_LID_MIDDLES)
    )
    down = LIMBUS - _COVERED_M / radius_m - upper
    # No white shows under the iris.
    down = max(down, -LIMBUS + _COVERED_BELOW_M / radius_m - lower)
    return float(np.clip(np.arcsin(np.clip(down, -0.2, 0.2)), 0.0, _STEEPEST_RAD))
