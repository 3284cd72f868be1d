"""Single teeth painted on the band of teeth of the head: crowns, gaps and gum."""

import numpy as np
from jaxtyping import Float, Float32, Float64

from mien.head.noise import smoothstep, value_noise

TEETH_COLUMNS, TEETH_ROWS = 360, 64
_REACH_RAD = 1.6  # of the arch to each side
_BAND_M = 0.024  # from the edge of the teeth to the top of the map
_CROWN_M = 0.0092
_RADIUS_M = 0.027
# Widths from the midline outward, in millimetres of the arch.
_UPPER_MM = (8.4, 6.6, 7.6, 7.0, 6.8, 9.5)
_LOWER_MM = (5.3, 5.9, 6.8, 7.0, 7.1, 10.0)
_ENAMEL = np.array([0.74, 0.69, 0.59])
_GUM = np.array([0.52, 0.22, 0.20])


def teeth_texels(
    band_m: Float[np.ndarray, "vertex 3"], *, upper: bool
) -> Float64[np.ndarray, "vertex 2"]:
    """Unroll the band of one jaw: column over the arch, row over the distance from the edge."""
    front = band_m[:, 2].max()
    turn = np.arctan2(band_m[:, 0] - band_m[:, 0].mean(), band_m[:, 2] - (front - _RADIUS_M))
    edge = _edge_heights(band_m, turn, upper=upper)
    away = (band_m[:, 1] - edge) * (1 if upper else -1)
    return np.column_stack(
        (
            (np.clip(turn / _REACH_RAD, -1, 1) * 0.5 + 0.5) * (TEETH_COLUMNS - 1),
            np.clip(away / _BAND_M, 0, 1) * (TEETH_ROWS - 1),
        )
    )


def _edge_heights(
    band_m: Float[np.ndarray, "vertex 3"], turn: Float[np.ndarray, " vertex"], *, upper: bool
) -> Float64[np.ndarray, " vertex"]:
    """Follow the biting edge around the arch: a parabola through the lowest points."""
    sign = 1.0 if upper else -1.0
    bins = np.linspace(-1.2, 1.2, 13)
    which = np.digitize(turn, bins)
    middles, heights = [], []
    for place in np.unique(which):
        mine = which == place
        middles.append(float(turn[mine].mean()))
        heights.append(float((sign * band_m[mine, 1]).min()))
    fit = np.polynomial.polynomial.polyfit(middles, heights, 2)
    edge: Float64[np.ndarray, " vertex"] = sign * np.polynomial.polynomial.polyval(
        np.clip(turn, -1.2, 1.2), fit
    )
    return edge


def paint_teeth(*, upper: bool, rng: np.random.Generator) -> Float32[np.ndarray, "row column 3"]:
    """Paint one jaw: its first row is the biting edge."""
    row, column = np.mgrid[:TEETH_ROWS, :TEETH_COLUMNS]
    turn = (column / (TEETH_COLUMNS - 1) * 2 - 1) * _REACH_RAD
    height_mm = row / (TEETH_ROWS - 1) * _BAND_M * 1e3
    bounds_mm = np.concatenate(([0.0], np.cumsum(_UPPER_MM if upper else _LOWER_MM)))
    along_mm = np.abs(turn) * _RADIUS_M * 1e3
    number = np.clip(np.searchsorted(bounds_mm, along_mm, side="right") - 1, 0, len(bounds_mm) - 2)
    low, high = bounds_mm[number], bounds_mm[number + 1]
    across = (along_mm - low) / (high - low) * 2 - 1  # -1..1 over one tooth
    to_gap_mm = np.minimum(along_mm - low, high - along_mm)
    crown_mm = _CROWN_M * 1e3 * np.array([1.0, 0.9, 1.0, 0.86, 0.82, 0.8])[number]
    gum = smoothstep(-0.35, 0.35, height_mm - crown_mm * (1 - 0.16 * np.abs(across) ** 2.5))
    points = np.stack((along_mm, height_mm, np.sign(turn)), axis=-1).reshape(-1, 3)
    grain = value_noise(points, 2.2, rng).reshape(row.shape)
    shade = 1 + 0.02 * grain - 0.05 * (number == 2) - 0.04 * np.abs(across) ** 3  # noqa: PLR2004
    enamel = _ENAMEL * shade[..., None]
    root = smoothstep(0.45, 1.0, height_mm / crown_mm)[..., None]
    enamel = enamel * (1 - root * np.array([0.05, 0.11, 0.2]))
    thin = smoothstep(1.4, 0.0, height_mm)[..., None]
    enamel = enamel * (1 - 0.16 * thin)  # the edge lets light through to the dark mouth
    gap = smoothstep(0.30, 0.02, to_gap_mm) * smoothstep(0.95, 0.6, height_mm / crown_mm)
    notch = smoothstep(1.0, 0.0, height_mm) * smoothstep(0.75, 1.0, np.abs(across))
    dark = np.clip(0.62 * gap + 0.6 * notch, 0, 0.8)[..., None]
    colour = enamel * (1 - dark) + np.array([0.10, 0.05, 0.04]) * dark
    flesh = _GUM * (1 + 0.06 * grain[..., None])
    painted = colour * (1 - gum[..., None]) + flesh * gum[..., None]
    result: Float32[np.ndarray, "row column 3"] = np.clip(painted, 0.01, 1).astype(np.float32)
    return result
