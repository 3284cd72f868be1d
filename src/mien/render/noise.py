"""Smooth random fields in space: the same point of the skin always has the same grain."""

import numpy as np
from jaxtyping import Float, Float64

from mien.core.arrays import Points3

_SIDE = 32  # of the repeating lattice

# An arbitrary turn, so that the lattice never lies along the axes of the face.
_TURN = np.array([[0.48, 0.60, 0.64], [-0.80, 0.60, 0.0], [-0.384, -0.512, 0.768]])


def value_noise(
    points_m: Points3, grain_m: float, rng: np.random.Generator
) -> Float64[np.ndarray, " point"]:
    """Draw a field with mean 0 and standard deviation near 1 whose spots are ``grain_m`` wide."""
    lattice = rng.standard_normal((_SIDE, _SIDE, _SIDE)).astype(np.float32)
    place = (points_m @ _TURN) / grain_m + rng.uniform(0, _SIDE, 3)
    low = np.floor(place)
    part = (place - low).astype(np.float32)
    part = part * part * (3 - 2 * part)
    index = low.astype(np.int64) % _SIDE
    after = (index + 1) % _SIDE
    total = np.zeros(len(points_m), np.float32)
    flat = lattice.ravel()
    for x, wx in ((index[:, 0], 1 - part[:, 0]), (after[:, 0], part[:, 0])):
        for y, wy in ((index[:, 1], 1 - part[:, 1]), (after[:, 1], part[:, 1])):
            row = (x * _SIDE + y) * _SIDE
            wxy = wx * wy
            total += flat[row + index[:, 2]] * (wxy * (1 - part[:, 2]))
            total += flat[row + after[:, 2]] * (wxy * part[:, 2])
    return total.astype(np.float64) * 1.4  # the mean of eight values spreads less than one


def smoothstep(
    low: float, high: float, value: Float[np.ndarray, "*shape"]
) -> Float64[np.ndarray, "*shape"]:
    """Rise smoothly from 0 at ``low`` to 1 at ``high``; ``low`` may be the larger one."""
    part = np.clip((np.asarray(value, np.float64) - low) / (high - low), 0, 1)
    smooth: Float64[np.ndarray, "*shape"] = part * part * (3 - 2 * part)
    return smooth
