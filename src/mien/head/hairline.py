"""Where hair grows on a scalp: the hairline by age and sex, receding temples, a bald crown."""

import numpy as np
from jaxtyping import Float, Float64

from mien.core.arrays import Points3
from mien.head.ground import Appearance, optional_number
from mien.head.noise import smoothstep

_AZIMUTH_DEG = (0.0, 22.0, 40.0, 52.0, 62.0, 70.0, 78.0, 88.0, 100.0, 120.0, 180.0)
_HEIGHT_M = (0.062, 0.0635, 0.060, 0.047, 0.028, 0.010, -0.010, -0.014, -0.030, -0.058, -0.072)
"""Height of the line above the eyes: forehead 0, sideburn about 78, nape 180 degrees."""

_RECEDING_M = (0.010, 0.020, 0.030, 0.026, 0.014, 0.005, 0.0, 0.0, 0.0, 0.0, 0.0)
"""What full recession adds to it."""

_ROUNDER_M = (0.001, -0.003, -0.010, -0.009, -0.003, 0.002, 0.012, 0.010, 0.004, 0.006, 0.010)
"""What a woman's line adds: lower at the temples, no sideburn, a higher nape."""

_AXIS_Z_M = -0.095
_SOFT_M = 0.013


def scalp_cover(
    points_m: Points3, ears: Float[np.ndarray, " point"], appearance: Appearance
) -> Float64[np.ndarray, " point"]:
    """Tell how densely hair grows at points of the skin, 0..1.

    Args:
        points_m: Points of the average head's size, from the midpoint of the eyes.
        ears: Mask of the ears there, 0..1.
        appearance: ``hairline_recession`` and ``crown_bald`` 0..1, ``hairline_round`` 0 (male) to
            1 (female); each 0 where it is not given.
    """
    x, y, z = points_m.astype(np.float64).T
    azimuth = np.rad2deg(np.arctan2(np.abs(x), z - _AXIS_Z_M))
    recession = optional_number(appearance, "hairline_recession")
    roundness = optional_number(appearance, "hairline_round")
    height = (
        np.array(_HEIGHT_M) + recession * np.array(_RECEDING_M) + roundness * np.array(_ROUNDER_M)
    )
    line = _smooth_line(azimuth, height)
    cover = smoothstep(-0.5, 0.5, (y - line) / _SOFT_M)
    bald = optional_number(appearance, "crown_bald")
    if bald > 0:
        crown = smoothstep(0.040, 0.078, y + 0.10 * np.minimum(z + 0.13, 0.0))
        cover *= 1 - bald * crown
    grows: Float64[np.ndarray, " point"] = cover * (1 - smoothstep(0.15, 0.3, ears))
    return grows


def _smooth_line(
    azimuth_deg: Float64[np.ndarray, " point"], height_m: Float64[np.ndarray, " knot"]
) -> Float64[np.ndarray, " point"]:
    """Follow the knots with rounded corners: a table at every degree, smoothed over seven."""
    table = np.interp(np.arange(-10, 191), _AZIMUTH_DEG, height_m)
    kernel = np.hanning(11)[1:-1]
    table = np.convolve(np.pad(table, 4, mode="edge"), kernel / kernel.sum(), mode="valid")
    line: Float64[np.ndarray, " point"] = np.interp(azimuth_deg, np.arange(-10, 191), table)
    return line
