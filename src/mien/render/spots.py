"""Spots of the skin: freckles, moles, the brown spots of age."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

from mien.core.arrays import Points3
from mien.head.noise import smoothstep

_FRECKLES, _MOLES = 420, 9
_SPOTS_FROM_AGE, _SPOTS_PER_YEAR = 48.0, 1.6


@dataclass(frozen=True)
class Spots:
    """How much melanin every kind of spot adds, one row per texel; 0..1."""

    freckles: Float64[np.ndarray, " texel"]
    moles: Float64[np.ndarray, " texel"]
    age_spots: Float64[np.ndarray, " texel"]


def scatter_spots(points: Points3, age_years: float, rng: np.random.Generator) -> Spots:
    """Scatter spots over the skin; points at rest, from the middle of the eyes."""
    front = smoothstep(-0.02, 0.02, points[:, 2])
    across = np.exp(-(((points[:, 1] + 0.022) / 0.026) ** 2)) * front
    old = int(max(age_years - _SPOTS_FROM_AGE, 0.0) * _SPOTS_PER_YEAR)
    temples = front * (0.25 + smoothstep(0.03, 0.055, np.abs(points[:, 0])))
    return Spots(
        freckles=_scattered(points, rng, 0.04 + across, _FRECKLES, (0.00025, 0.00085)),
        moles=_scattered(points, rng, 0.2 + front, _MOLES, (0.0006, 0.0013)),
        age_spots=_scattered(points, rng, 0.02 + temples, old, (0.0009, 0.0034)),
    )


def _scattered(
    points: Points3,
    rng: np.random.Generator,
    density: Float[np.ndarray, " point"],
    count: int,
    radius_m: tuple[float, float],
) -> Float64[np.ndarray, " point"]:
    """Strew small soft discs of differing size and strength; most are small."""
    spots = np.zeros(len(points))
    if not count:
        return spots
    order = np.argsort(points[:, 1], kind="stable")
    sorted_y = points[order, 1]
    for centre in points[rng.choice(len(points), count, p=density / density.sum())]:
        radius = radius_m[0] + (radius_m[1] - radius_m[0]) * rng.random() ** 2.5
        strength = 0.25 + 0.6 * rng.random()
        longer, lean = 1 + 0.5 * rng.random(), rng.uniform(0, np.pi)
        first, last = np.searchsorted(sorted_y, (centre[1] - 3 * radius, centre[1] + 3 * radius))
        near = order[first:last]
        away = points[near] - centre
        along = away[:, 0] * np.cos(lean) + away[:, 1] * np.sin(lean)
        square = (away**2).sum(axis=1) - along**2 * (1 - 1 / longer**2)
        spots[near] += strength * np.exp(-((square / radius**2) ** 2))
    return np.minimum(spots, 1.0)
