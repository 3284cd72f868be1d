"""How far the eyeballs of a face at rest are turned, so that the lids lie well over the iris."""

import numpy as np
from jaxtyping import Float

from mien.head.eye import LIMBUS
from mien.head.model import Head

_UPPER_LID_MIDDLES = (386, 159)  # landmarks: left, right
_COVERED_M = 0.0012
_STEEPEST_RAD = 0.14


def rest_pitch_rad(
    head: Head,
    rest: Float[np.ndarray, "vertex 3"],
    eyes: Float[np.ndarray, "2 3"],
    radius_m: float,
) -> float:
    """Find the turn at which the upper lid covers as much of the iris as it does in an open eye."""
    lids = head.landmarks.points(rest)[list(_UPPER_LID_MIDDLES), 1] - eyes[:, 1]
    below = LIMBUS * radius_m - _COVERED_M - float(lids.mean())
    return float(np.clip(np.arcsin(np.clip(below / radius_m, -0.2, 0.2)), 0.0, _STEEPEST_RAD))
