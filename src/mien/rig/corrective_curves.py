"""Curves of the built-in head's correctives, for files whose players know no rules."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.curves import CubicCurve, engine_times, thin, union_of_times
from mien.head.corrective import Corrective, corrective_weights, correctives, primary_names
from mien.rig.performance import Performance

TOLERANCE = 1e-3
"""Largest difference that is aimed at: of the widest corrective (25 mm), 0.03 mm."""

CORRECTED_RIG = "mien"
"""The rig whose head has correctives."""

_SHORTEST_S = 1e-3
_BETWEEN = np.array([0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875])
_ROUNDS = 12


@dataclass(frozen=True)
class CorrectiveCurves:
    """Fitted curves, and how well they fit."""

    curves: Mapping[str, CubicCurve]
    """A curve for each corrective that acts, in the head's order."""

    largest_error: float
    """Largest difference from the rule at any time, in units of the weight."""


def corrective_curves(
    performance: Performance, *, tolerance: float = TOLERANCE
) -> CorrectiveCurves:
    """Fit the correctives of the built-in head to the curves of its units.

    A rule is a product of curves, which is no cubic; so each corrective gets keys where its units
    have theirs, with the rule's value and slope, and more between until it fits. Units keep their
    curves untouched.

    Args:
        performance: on the rig ``mien``.
        tolerance: largest difference from the rule that is aimed at, above 0.

    Raises:
        UsageError: another rig, or a tolerance that is not above 0.
    """
    if performance.rig != CORRECTED_RIG:
        msg = (
            f"Expected a performance on the rig {CORRECTED_RIG}, but got one on {performance.rig}."
        )
        raise UsageError(msg)
    if not tolerance > 0:
        msg = f"Expected a tolerance above 0, but got {tolerance}."
        raise UsageError(msg)
    units = [performance.curves[name] for name in primary_names()]
    fitted, largest = {}, 0.0
    for row, corrective in enumerate(correctives()):
        if not _acts(corrective, units):
            continue
        curve = _fitted(row, corrective, units, tolerance)
        if curve.is_constant and curve.values[0] == 0:
            continue
        fitted[corrective.name] = curve
        times = np.concatenate([_between(curve.times_s), _between(_keys(corrective, units))])
        off = np.abs(curve(times) - _rule(row, units, times))
        largest = max(largest, float(off.max(initial=0.0)))
    return CorrectiveCurves(fitted, largest)


def _acts(corrective: Corrective, units: list[CubicCurve]) -> bool:
    """Whether some unit of every group leaves rest."""
    return all(
        any(not units[c].is_constant or units[c].values[0] != 0 for c in group)
        for group in corrective.groups
    )


def _keys(corrective: Corrective, units: list[CubicCurve]) -> Float[np.ndarray, " key"]:
    return union_of_times([units[column] for column in corrective.columns])


def _between(times_s: Float[np.ndarray, " key"]) -> Float[np.ndarray, " time"]:
    """Seven times within each piece, and the keys themselves."""
    inner = times_s[:-1, None] + np.diff(times_s)[:, None] * _BETWEEN
    return np.concatenate([times_s, inner.ravel()])


def _rule(
    row: int, units: list[CubicCurve], times_s: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    return corrective_weights(np.stack([unit(times_s) for unit in units], axis=1))[:, row]


def _fitted(
    row: int, corrective: Corrective, units: list[CubicCurve], tolerance: float
) -> CubicCurve:
    times = _keys(corrective, units)
    curve = _hermite(row, units, times)
    for _ in range(_ROUNDS):
        if len(times) == 1:
            break
        width = np.diff(times)
        places = times[:-1, None] + width[:, None] * _BETWEEN
        off = np.abs(curve(places) - _rule(row, units, places.ravel()).reshape(places.shape))
        rough = (off.max(axis=1) > 0.5 * tolerance) & (width > 2 * _SHORTEST_S)
        if not rough.any():
            break
        middle = engine_times((times[:-1] + 0.5 * width)[rough])
        times = np.union1d(times, middle)
        curve = _hermite(row, units, times)
    return thin(curve, 0.1 * tolerance)


def _hermite(row: int, units: list[CubicCurve], times_s: Float[np.ndarray, " key"]) -> CubicCurve:
    """The rule's values and its slopes on both sides of every key, by the chain rule."""
    dense = [unit.with_keys_at(times_s) for unit in units]
    at = [np.searchsorted(unit.times_s, times_s) for unit in dense]
    columns = list(zip(dense, at, strict=True))
    values = np.stack([unit.values[place] for unit, place in columns], axis=1)
    slopes = [
        np.stack([getattr(unit, side)[place] for unit, place in columns], axis=1)
        for side in ("arrive", "leave")
    ]
    active = correctives()[row].columns
    gradient = np.zeros_like(values)
    for column in active:
        # A rule is linear in each single weight, so two values give its exact derivative.
        low, high = values.copy(), values.copy()
        low[:, column], high[:, column] = 0.0, 1.0
        gradient[:, column] = (corrective_weights(high) - corrective_weights(low))[:, row]
    arrive, leave = ((gradient * slope).sum(axis=1) for slope in slopes)
    return CubicCurve(times_s, corrective_weights(values)[:, row], arrive, leave)
