"""The shape of the folds: creases that wander, break off and differ in depth, not ruled lines."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Float64, Int

from mien.core.arrays import Points3
from mien.head.folds import (
    CORNERS,
    CROSSING,
    EYE_CORNERS,
    FOLDS,
    FROWN,
    INNER_EYES,
    NASION,
    WINGS,
    Marks,
    fold_regions,
)
from mien.head.noise import smoothstep, value_noise

_FOREHEAD_M, _GLABELLA_M, _CROW_M, _NOSE_M = 0.00036, 0.00060, 0.00022, 0.00026
_NASOLABIAL_M, _CHIN_M, _DIMPLE_M, _UNDER_EYE_M = 0.00085, 0.00026, 0.00050, 0.00016
_SEEN = 0.004  # smallest part of a region that is drawn

Field = Float64[np.ndarray, " point"]


def draw_folds(
    points: Points3, marks: Marks, rng: np.random.Generator
) -> Iterator[tuple[int, Int[np.ndarray, " drawn"], Float64[np.ndarray, " drawn"]]]:
    """Give the relief of every fold at depth 1, outward in metres.

    Args:
        points: of the skin at rest, from the middle of the eyes.
        marks: the landmarks, likewise.
        rng: the irregularity of these folds.

    Yields:
        Index into :data:`mien.head.folds.FOLDS`; the points that the fold reaches; their relief.
    """
    regions = fold_regions(points, marks)
    seeds = rng.integers(0, 2**63, 6)  # both sides of a kind of fold wander together
    for fold in range(len(FOLDS)):
        own = np.flatnonzero(regions[fold] > _SEEN)
        if not len(own):
            continue
        name, _, end = FOLDS[fold].rpartition("_")
        kind, side = (FOLDS[fold], 0) if end not in {"left", "right"} else (name, end == "right")
        near = points[own]
        if kind.startswith("forehead"):
            relief = _forehead(near, np.random.default_rng(seeds[0]))
        elif kind == "glabella":
            relief = _glabella(near, marks, np.random.default_rng(seeds[1]))
        elif kind == "crows_feet":
            relief = _crows_feet(near, marks, int(side), np.random.default_rng(seeds[2]))
        elif kind == "nose":
            relief = _nose(near, marks, np.random.default_rng(seeds[3]))
        elif kind == "nasolabial":
            relief = _nasolabial(near, marks, int(side), np.random.default_rng(seeds[4]))
        elif kind == "chin":
            relief = _chin(near, np.random.default_rng(seeds[5]))
        elif kind == "dimple":
            relief = _dimple(near, marks, int(side))
        else:
            relief = _under_eye(near, marks, int(side), np.random.default_rng(seeds[5]))
        yield fold, own, relief * regions[fold, own]


def fold_layers(
    points: Points3, marks: Marks, rng: np.random.Generator
) -> Float64[np.ndarray, "point 2"]:
    """Draw the relief of all folds, in metres: the folds, and those that cross them."""
    layers = np.zeros((len(points), 2))
    for fold, own, relief in draw_folds(points, marks, rng):
        layers[own, int(fold in CROSSING)] += relief
    return layers


def _crease(away: Float[np.ndarray, " point"], width: float | Field) -> Field:
    """Give a valley of depth 1 with swollen banks; ``away`` from its floor."""
    share = away / width
    valley: Field = 0.32 * np.exp(-((share / 2.6) ** 2)) - 1.15 * np.exp(-(share**2))
    return valley


def _rows(level: Field, spacing_m: float) -> Field:
    """Tell how far each point is from the nearest of evenly spaced lines."""
    away: Field = np.abs(level - np.round(level)) * spacing_m
    return away


def _uneven(points: Points3, grain_m: float, rng: np.random.Generator) -> Field:
    """Let a line fade in and out along its way."""
    result: Field = np.clip(0.62 + 0.5 * value_noise(points, grain_m, rng), 0.04, 1.25)
    return result


def _forehead(points: Points3, rng: np.random.Generator) -> Field:
    x, y, _ = points.T
    long = points * (0.45, 1.0, 0.45)
    wander = 0.0020 * value_noise(long, 0.016, rng) + 0.0007 * value_noise(long, 0.006, rng)
    width = 0.00085 * (1 + 0.25 * value_noise(long, 0.008, rng))
    level = (y + wander + 0.09 * np.abs(x)) / 0.0088
    relief = _crease(_rows(level, 0.0088), width) * _uneven(long, 0.013, rng)
    fine = (y - 0.6 * wander + 0.06 * np.abs(x)) / 0.0037
    relief += 0.30 * _crease(_rows(fine, 0.0037), 0.0005) * _uneven(long * 1.6, 0.008, rng)
    result: Field = _FOREHEAD_M * relief
    return result


def _glabella(points: Points3, marks: Marks, rng: np.random.Generator) -> Field:
    x, y, _ = points.T
    tall = points * (1.0, 0.5, 0.5)
    wander = 0.0008 * value_noise(tall, 0.008, rng)
    lean = 0.12 * (y - marks[FROWN[0], 1])
    relief = np.zeros(len(points))
    for middle, strength in ((0.0060, 1.0), (-0.0066, 0.88), (0.0008, 0.28)):
        line = x - middle - np.sign(middle) * lean + wander
        relief += strength * _crease(np.abs(line), 0.0012)
    result: Field = _GLABELLA_M * relief * _uneven(tall, 0.010, rng)
    return result


def _crows_feet(points: Points3, marks: Marks, side: int, rng: np.random.Generator) -> Field:
    offset = points - marks[EYE_CORNERS[side]]
    outward = (1 - 2 * side) * offset[:, 0] + 0.007
    wander = 0.10 * value_noise(points, 0.007, rng)
    angle = np.arctan2(offset[:, 1] + 0.001, outward) + wander
    spoke = _rows(angle / 0.36 + 0.2, 0.36) * np.hypot(outward, offset[:, 1])
    relief = _crease(spoke, 0.00060) * _uneven(points, 0.006, rng)
    fine = _rows(angle / 0.15, 0.15) * np.hypot(outward, offset[:, 1])
    relief += 0.35 * _crease(fine, 0.00038) * _uneven(points, 0.004, rng)
    result: Field = _CROW_M * relief
    return result


def _nose(points: Points3, marks: Marks, rng: np.random.Generator) -> Field:
    x, y, _ = points.T
    wander = 0.0009 * value_noise(points, 0.007, rng)
    level = (y - marks[NASION, 1] + 0.75 * np.abs(x) + wander) / 0.0046
    relief = _crease(_rows(level, 0.0046), 0.0007) * _uneven(points, 0.007, rng)
    result: Field = _NOSE_M * relief
    return result


def _nasolabial(points: Points3, marks: Marks, side: int, rng: np.random.Generator) -> Field:
    """Draw the fold from the wing of the nose past the corner of the mouth, as a bent line."""
    outward = 1.0 - 2.0 * side
    wing = marks[WINGS[side]] + (0.0035 * outward, 0.004, 0.0)
    end = marks[CORNERS[side]] + (0.010 * outward, -0.005, 0.0)
    along = np.clip((wing[1] - points[:, 1]) / (wing[1] - end[1]), 0.0, 1.0)
    wander = 0.0006 * value_noise(points * (1, 0.5, 1), 0.010, rng)
    line = wing[0] + (end[0] - wing[0]) * (0.35 * along + 0.65 * along**0.7) + wander
    away = (points[:, 0] - line) * outward
    # Steep towards the mouth, soft towards the cheek, which stands over it.
    floor = np.where(away < 0, np.exp(-((away / 0.0022) ** 2)), np.exp(-((away / 0.0036) ** 2)))
    bank = np.where(away > 0, np.exp(-(((away - 0.0065) / 0.0055) ** 2)), 0.0)
    fold = 0.35 * bank - floor
    result: Field = (
        _NASOLABIAL_M
        * fold
        * smoothstep(0.0, 0.14, along)
        * smoothstep(1.0, 0.75, along)
        * (0.8 + 0.2 * _uneven(points, 0.008, rng))
    )
    return result


def _chin(points: Points3, rng: np.random.Generator) -> Field:
    dents = value_noise(points, 0.0042, rng) + 0.6 * value_noise(points, 0.0026, rng)
    result: Field = -_CHIN_M * smoothstep(-0.2, 1.3, dents)
    return result


def _dimple(points: Points3, marks: Marks, side: int) -> Field:
    outward = 1.0 - 2.0 * side
    away = points - (marks[CORNERS[side]] + (0.0085 * outward, 0.0005, 0.0))
    bent = (away[:, 0] * outward + 18.0 * away[:, 1] ** 2) / 0.0019
    result: Field = -_DIMPLE_M * np.exp(-(bent**2) - (away[:, 1] / 0.007) ** 2)
    return result


def _under_eye(points: Points3, marks: Marks, side: int, rng: np.random.Generator) -> Field:
    lid = 0.5 * (marks[EYE_CORNERS[side]] + marks[INNER_EYES[side]])
    away = points - lid
    long = points * (0.5, 1.0, 1.0)
    wander = 0.0007 * value_noise(long, 0.007, rng)
    level = (away[:, 1] - 14.0 * away[:, 0] ** 2 + wander) / 0.0026
    relief = _crease(_rows(level, 0.0026), 0.00052) * _uneven(long, 0.006, rng)
    result: Field = _UNDER_EYE_M * relief
    return result
