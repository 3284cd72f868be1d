"""Single teeth painted on the band of teeth of the head: crowns, gaps, gum, and their relief."""

import numpy as np
from jaxtyping import Float, Float32, Float64

from mien.head.noise import smoothstep, value_noise

TEETH_COLUMNS, TEETH_ROWS = 360, 64
_REACH_RAD = 1.6  # of the arch to each side
_BAND_M = 0.024  # from the edge of the teeth to the top of the map
_CROWN_M = 0.0098
_RADIUS_M = 0.027
# Widths from the midline outward, in millimetres of the arch.
_UPPER_MM = (8.4, 6.6, 7.6, 7.0, 6.8, 9.5)
_LOWER_MM = (5.3, 5.9, 6.8, 7.0, 7.1, 10.0)
_HEIGHT = np.array([1.0, 0.90, 1.0, 0.86, 0.82, 0.8])  # of the crowns, likewise
_EDGE_MM = np.array([0.0, 0.55, 0.0, 0.5, 0.7, 0.8])  # by which an edge stands back
_ENAMEL = np.array([0.72, 0.665, 0.565])
_DENTINE = np.array([0.68, 0.565, 0.40])
_GUM = np.array([0.50, 0.20, 0.185])
_GAP = np.array([0.16, 0.075, 0.055])
_CANINE = 2
_YELLOWED_AGE, _YELLOWING_YEARS = 25.0, 60.0


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


def paint_teeth(
    *, upper: bool, rng: np.random.Generator, age_years: float = 30.0
) -> Float32[np.ndarray, "row column 5"]:
    """Paint one jaw: its first row is the biting edge.

    Channels: linear red, green, blue; slope of the relief to the left and downward.
    """
    row, column = np.mgrid[:TEETH_ROWS, :TEETH_COLUMNS]
    turn = (column / (TEETH_COLUMNS - 1) * 2 - 1) * _REACH_RAD
    height_mm = row / (TEETH_ROWS - 1) * _BAND_M * 1e3
    bounds_mm = np.concatenate(([0.0], np.cumsum(_UPPER_MM if upper else _LOWER_MM)))
    along_mm = np.abs(turn) * _RADIUS_M * 1e3
    number = np.clip(np.searchsorted(bounds_mm, along_mm, side="right") - 1, 0, len(bounds_mm) - 2)
    low, high = bounds_mm[number], bounds_mm[number + 1]
    across = (along_mm - low) / (high - low) * 2 - 1  # -1..1 over one tooth
    to_gap_mm = np.minimum(along_mm - low, high - along_mm)
    tone = rng.uniform(-0.03, 0.03, (2, len(_HEIGHT)))[(turn > 0).astype(int), number]
    stands_mm = rng.uniform(0.0, 0.25, (2, len(_HEIGHT)))[(turn > 0).astype(int), number]
    crown_mm = _CROWN_M * 1e3 * _HEIGHT[number]
    # The edge is rounded at its corners, the canine ends in a blunt point.
    pointed = np.where(number == _CANINE, 0.9 * np.abs(across), 0.55 * np.abs(across) ** 6)
    edge_mm = (_EDGE_MM[number] + stands_mm if upper else stands_mm) + pointed
    inside_mm = height_mm - edge_mm
    gum = smoothstep(-0.45, 0.45, height_mm - crown_mm * (1 - 0.17 * np.abs(across) ** 2.5))
    points = np.stack((along_mm, height_mm, np.sign(turn)), axis=-1).reshape(-1, 3)
    grain = value_noise(points, 1.8, rng).reshape(row.shape)
    age = float(np.clip((age_years - _YELLOWED_AGE) / _YELLOWING_YEARS, 0, 1))
    shade = 1 + tone + 0.02 * grain - 0.06 * (number == _CANINE) - 0.05 * (number > _CANINE)
    root = smoothstep(0.30, 1.05, height_mm / crown_mm)[..., None]
    warm = np.clip(0.12 + 0.50 * root + 0.35 * age, 0, 1)
    enamel = (_ENAMEL * (1 - warm) + _DENTINE * warm) * shade[..., None]
    # Towards the edge enamel is clear and lets the dark of the mouth through.
    thin = smoothstep(2.2, 0.2, inside_mm)[..., None]
    enamel = enamel * (1 - thin * np.array([0.15, 0.10, 0.04]))
    gap = smoothstep(0.42, 0.0, to_gap_mm) * smoothstep(1.02, 0.75, height_mm / crown_mm)
    open_edge = smoothstep(0.12, -0.12, inside_mm)
    dark = np.clip(0.70 * gap + 0.95 * open_edge, 0, 0.95)[..., None]
    colour = enamel * (1 - dark) + _GAP * dark
    flesh = _GUM * (1 + 0.07 * grain[..., None])
    painted = colour * (1 - gum[..., None]) + flesh * gum[..., None]
    # Crowns bulge; the gum stands over their necks.
    swell = 0.5 + 0.5 * smoothstep(0.0, 3.5, inside_mm)
    bulge_mm = 0.75 * np.maximum(1 - across**2, 0) ** 0.6 * swell
    relief_mm = bulge_mm * (1 - gum) + (0.75 + 0.08 * grain) * gum + 0.015 * grain
    down_row, along_column = np.gradient(relief_mm)
    to_left = along_column / (_REACH_RAD * 2 * _RADIUS_M * 1e3 / (TEETH_COLUMNS - 1))
    downward = down_row / (_BAND_M * 1e3 / (TEETH_ROWS - 1)) * (-1 if upper else 1)
    slopes = np.clip(np.dstack((to_left, downward)), -0.9, 0.9)
    result: Float32[np.ndarray, "row column 5"] = np.dstack(
        (np.clip(painted, 0.01, 1), slopes)
    ).astype(np.float32)
    return result
