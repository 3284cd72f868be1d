"""The skin unrolled from an upright cylinder, where lengths are nearly those on the face."""

import numpy as np
from jaxtyping import Float64

from mien.core.arrays import Points3

AXIS_BEHIND_EYES_M = 0.075
RADIUS_M = 0.082
"""Of the cylinder; at this distance from its axis lengths are kept."""


def unrolled(points_m: Points3) -> Float64[np.ndarray, "point 3"]:
    """Unroll points given from the midpoint of the eyes.

    >>> unrolled(np.array([[0.0, 0.01, 0.007]])).round(6).tolist()
    [[0.0, 0.01, 0.082]]

    Returns:
        Place along the cylinder (to the subject's left), height, distance from the axis; in metres.
    """
    x, y, z = points_m.astype(np.float64).T
    behind = z + AXIS_BEHIND_EYES_M
    return np.column_stack((np.arctan2(x, behind) * RADIUS_M, y, np.hypot(x, behind)))
