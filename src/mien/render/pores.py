"""The relief of the skin: pores, and the net of fine lines between them."""

import numpy as np
from jaxtyping import Float, Float64

from mien.core.arrays import Points3
from mien.head.noise import smoothstep, value_noise

_PORE_M, _LINE_M, _LIP_FOLD_M = 1.1e-4, 3.6e-5, 1.1e-4
_ROUGH_FROM_AGE, _ROUGHENING_YEARS = 25.0, 50.0


def pore_shares(
    points: Points3, oily: Float[np.ndarray, " point"], rng: np.random.Generator
) -> Float64[np.ndarray, " point"]:
    """Tell where pores are, 0..1; more and wider ones where the skin is ``oily``, 0..1."""
    fine = value_noise(points, 0.00075, rng)
    wide = value_noise(points, 0.00125, rng)
    pores = 0.55 * smoothstep(0.9, 2.1, fine) + oily * smoothstep(0.8, 1.9, wide)
    result: Float64[np.ndarray, " point"] = np.minimum(pores, 1.0)
    return result


def skin_relief(
    points: Points3,
    pores: Float[np.ndarray, " point"],
    lips: Float[np.ndarray, " point"],
    age_years: float,
    rng: np.random.Generator,
) -> Float64[np.ndarray, " point"]:
    """Draw the relief in metres: pores, a net of fine lines that age deepens, folds of the lips."""
    age = float(np.clip((age_years - _ROUGH_FROM_AGE) / _ROUGHENING_YEARS, 0, 1))
    # Two sets of lines that cross; each fades in and out.
    lines = np.zeros(len(points))
    for stretch, grain in (((1.0, 0.35, 0.6), 0.0011), ((0.4, 1.0, 0.6), 0.0013)):
        ridge = np.abs(value_noise(points * stretch, grain, rng))
        lines += smoothstep(0.45, 0.0, ridge)
    rough = value_noise(points, 0.0006, rng)
    swell = value_noise(points, 0.0034, rng)
    skin = -_PORE_M * pores - _LINE_M * (0.8 + 1.2 * age) * lines + 1.1e-5 * rough + 1.6e-5 * swell
    bent = points + 0.0006 * np.column_stack([value_noise(points, 0.004, rng) for _ in range(3)])
    folds = np.abs(value_noise(bent * (1.0, 0.16, 0.3), 0.0017, rng))
    shorter = np.abs(value_noise(bent * (1.0, 0.30, 0.4), 0.0009, rng))
    lip = -_LIP_FOLD_M * (0.7 + 0.6 * age) * smoothstep(0.5, 0.0, folds)
    lip = lip - 0.4 * _LIP_FOLD_M * smoothstep(0.45, 0.0, shorter)
    result: Float64[np.ndarray, " point"] = skin * (1 - lips) + lip * lips
    return result
