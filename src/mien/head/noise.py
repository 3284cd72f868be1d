"""Smooth random fields in space: the same point of the skin always has the same grain."""

import typing

import numpy as np
from jaxtyping import Float, Float64
from numba import njit

from mien.core.arrays import Points3
from mien.head.rotation import turned

_SIDE = 32  # of the repeating lattice

# An arbitrary turn, so that the lattice never lies along the axes of the face.
_TURN = np.array([[0.48, 0.60, 0.64], [-0.80, 0.60, 0.0], [-0.384, -0.512, 0.768]])


def value_noise(
    points_m: Points3, grain_m: float, rng: np.random.Generator
) -> Float64[np.ndarray, " point"]:
    """Draw a field with mean 0 and standard deviation near 1 whose spots are ``grain_m`` wide."""
    lattice = rng.standard_normal((_SIDE, _SIDE, _SIDE)).astype(np.float32)
    place = turned(points_m, _TURN.T) / grain_m + rng.uniform(0, _SIDE, 3)
    field = np.zeros(len(points_m))
    blend_lattice(lattice, place, field)
    return field


@njit(cache=True, nogil=True)
@typing.no_type_check
def blend_lattice(lattice, place, field):  # noqa: ANN001, ANN201
    """Blend the eight values around each place of a lattice that repeats in all directions."""
    side = lattice.shape[0]
    for point in range(place.shape[0]):
        total = 0.0
        for corner in range(8):
            weight = 1.4  # the mean of eight values spreads less than one
            x = np.int64(np.floor(place[point, 0]))
            y = np.int64(np.floor(place[point, 1]))
            z = np.int64(np.floor(place[point, 2]))
            fx = place[point, 0] - x
            fy = place[point, 1] - y
            fz = place[point, 2] - z
            fx = fx * fx * (3.0 - 2.0 * fx)
            fy = fy * fy * (3.0 - 2.0 * fy)
            fz = fz * fz * (3.0 - 2.0 * fz)
            if corner & 1:
                x += 1
                weight *= fx
            else:
                weight *= 1.0 - fx
            if corner & 2:
                y += 1
                weight *= fy
            else:
                weight *= 1.0 - fy
            if corner & 4:
                z += 1
                weight *= fz
            else:
                weight *= 1.0 - fz
            total += weight * lattice[x % side, y % side, z % side]
        field[point] = total


def smoothstep(
    low: float, high: float, value: Float[np.ndarray, "*shape"]
) -> Float64[np.ndarray, "*shape"]:
    """Rise smoothly from 0 at ``low`` to 1 at ``high``; ``low`` may be the larger one."""
    part = np.clip((np.asarray(value, np.float64) - low) / (high - low), 0, 1)
    smooth: Float64[np.ndarray, "*shape"] = part * part * (3 - 2 * part)
    return smooth
