"""Unreal's FRichCurve: its tangents and its evaluation, number for number.

Source: behaviour of the engine's ``FRichCurve`` (AutoSetTangents, Eval), read as documentation.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from jaxtyping import Float, Int

from mien.core.errors import UsageError
from mien.curves.cubic_curve import CubicCurve, Keys

_SHORTEST_SPAN_S = 1e-4
_ROUNDING = 1e-9


class InterpMode(IntEnum):
    """ERichCurveInterpMode: how the piece after a key runs."""

    LINEAR = 0
    CONSTANT = 1
    CUBIC = 2
    NONE = 3


class TangentMode(IntEnum):
    """ERichCurveTangentMode: who sets a key's tangents."""

    AUTO = 0
    USER = 1
    BREAK = 2
    NONE = 3


class WeightMode(IntEnum):
    """ERichCurveTangentWeightMode: which of a key's tangents have lengths of their own."""

    NONE = 0
    ARRIVE = 1
    LEAVE = 2
    BOTH = 3


@dataclass(frozen=True, eq=False)
class RichCurve:
    """Keys as the engine keeps them; constant outside the keys, the engine's default."""

    times_s: Keys
    values: Keys
    arrive: Keys
    """Tangent before each key, in value per second."""

    leave: Keys
    interp: Int[np.ndarray, " key"]
    """:class:`InterpMode` of each key."""

    tangent: Int[np.ndarray, " key"]
    """:class:`TangentMode` of each key."""

    weight: Int[np.ndarray, " key"]
    """:class:`WeightMode` of each key."""

    arrive_weight: Keys
    leave_weight: Keys

    def __post_init__(self) -> None:
        """Refuse keys out of order."""
        if len(self.times_s) == 0 or not (np.diff(self.times_s) >= 0).all():
            msg = "Expected at least one key, in the order of time."
            raise UsageError(msg)

    def __call__(self, times_s: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """Evaluate in 64-bit floats."""
        return evaluate(self, times_s)


def rich_curve_with_auto_tangents(times_s: Keys, values: Keys) -> RichCurve:
    """Give the curve of a table imported as cubic: RCIM_Cubic and RCTM_Auto at every key."""
    count = len(times_s)
    zeros, kinds = np.zeros(count), np.zeros(count, dtype=np.int64)
    bare = RichCurve(
        times_s,
        values,
        zeros,
        zeros,
        kinds + InterpMode.CUBIC,
        kinds + TangentMode.AUTO,
        kinds + WeightMode.NONE,
        zeros,
        zeros,
    )
    return with_auto_tangents(bare)


def rich_curve_of(curve: CubicCurve) -> RichCurve:
    """Give the engine's form of a curve: the same polynomial pieces, with tangents set by hand.

    A key with one slope is RCTM_User, a key with a corner RCTM_Break.
    """
    zeros, kinds = np.zeros(len(curve.times_s)), np.zeros(len(curve.times_s), dtype=np.int64)
    smooth = curve.arrive == curve.leave
    return RichCurve(
        curve.times_s,
        curve.values,
        curve.arrive,
        curve.leave,
        kinds + InterpMode.CUBIC,
        np.where(smooth, TangentMode.USER, TangentMode.BREAK).astype(np.int64),
        kinds + WeightMode.NONE,
        zeros,
        zeros,
    )


def with_auto_tangents(curve: RichCurve, tension: float = 0.0) -> RichCurve:
    """Do what AutoSetTangents does: set the tangents of keys in mode Auto, and no others.

    An inner key gets the slope from the key before to the key after, not clamped: the curve may
    pass its keys. The first key leaves and the last key arrives flat. Beside a constant piece a
    key leaves flat.
    """
    arrive, leave = curve.arrive.astype(np.float64), curve.leave.astype(np.float64)
    count = len(curve.times_s)
    if count == 1:
        return curve
    auto, cubic = curve.tangent == TangentMode.AUTO, curve.interp == InterpMode.CUBIC
    if auto[0]:
        leave[0] = 0.0
    if auto[-1] and cubic[-1]:
        arrive[-1] = 0.0
    inner = auto.copy()
    inner[[0, -1]] = False
    smooth = np.flatnonzero(inner & cubic)
    span = np.maximum(_SHORTEST_SPAN_S, curve.times_s[smooth + 1] - curve.times_s[smooth - 1])
    rise = curve.values[smooth + 1] - curve.values[smooth - 1]
    arrive[smooth] = leave[smooth] = (1.0 - tension) * rise / span
    before = np.concatenate([[int(InterpMode.NONE)], curve.interp[:-1]])
    constant = (before == InterpMode.CONSTANT) | (curve.interp == InterpMode.CONSTANT)
    beside = inner & ~cubic & constant
    leave[beside] = 0.0
    arrive[beside & (before != InterpMode.CUBIC)] = 0.0
    return replace(curve, arrive=arrive, leave=leave)


def evaluate(
    curve: RichCurve, times_s: Float[np.ndarray, " time"], *, single: bool = False
) -> Float[np.ndarray, " time"]:
    """Values of the curve by the engine's rule.

    Args:
        curve: keys with their tangents set.
        times_s: any times.
        single: calculate in 32-bit floats, as the engine does.
    """
    kind: type[np.floating] = np.float32 if single else np.float64
    rows = (curve.times_s, curve.values, curve.arrive, curve.leave, times_s)
    times, values, arrive, leave, wanted = (_as_kind(row, kind) for row in rows)
    if len(times) == 1:
        return np.full(len(wanted), values[0], dtype=kind)
    piece = np.clip(np.searchsorted(times, wanted, side="right") - 1, 0, len(times) - 2)
    width = times[piece + 1] - times[piece]
    held = width <= 0
    share = np.clip((wanted - times[piece]) / np.where(held, 1, width), 0, 1).astype(kind)
    first, last = values[piece], values[piece + 1]
    third = width / 3
    inner_first = first + leave[piece] * third
    inner_last = last - arrive[piece + 1] * third
    result = _casteljau(np.stack([first, inner_first, inner_last, last]), share)
    mode = curve.interp[piece]
    result = np.where(mode == InterpMode.LINEAR, first + (last - first) * share, result)
    weighted = (mode == InterpMode.CUBIC) & (
        np.isin(curve.weight[piece], (WeightMode.LEAVE, WeightMode.BOTH))
        | np.isin(curve.weight[piece + 1], (WeightMode.ARRIVE, WeightMode.BOTH))
    )
    for sample in np.flatnonzero(weighted):
        result[sample] = _weighted(curve, int(piece[sample]), float(share[sample]))
    constant = np.isin(mode, (InterpMode.CONSTANT, InterpMode.NONE)) | held
    result = np.where(constant, first, result)
    result = np.where(wanted <= times[0], values[0], result)
    return np.where(wanted >= times[-1], values[-1], result).astype(kind)


def _as_kind(row: np.ndarray, kind: type[np.floating]) -> np.ndarray:
    return np.asarray(row, dtype=kind)


def _casteljau(
    points: Float[np.ndarray, "4 time"], share: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    """Bezier curve by repeated interpolation, in the type of its points."""
    while len(points) > 1:
        points = points[:-1] + (points[1:] - points[:-1]) * share
    bottom: Float[np.ndarray, " time"] = points[0]
    return bottom


def _weighted(curve: RichCurve, piece: int, share: float) -> float:
    """Evaluate a piece whose tangents have lengths: a Bezier curve in time and value."""
    start, end = float(curve.times_s[piece]), float(curve.times_s[piece + 1])
    width = end - start

    def handle(tangent: float, weight: float, *, own: bool) -> tuple[float, float]:
        length = weight if own else float(np.hypot(width, tangent * width)) / 3
        angle = float(np.arctan(tangent))
        return float(np.cos(angle)) * length / width, float(np.sin(angle)) * length

    leave_own = curve.weight[piece] in (WeightMode.LEAVE, WeightMode.BOTH)
    arrive_own = curve.weight[piece + 1] in (WeightMode.ARRIVE, WeightMode.BOTH)
    leave_x, leave_y = handle(
        float(curve.leave[piece]), float(curve.leave_weight[piece]), own=leave_own
    )
    arrive_x, arrive_y = handle(
        float(curve.arrive[piece + 1]), float(curve.arrive_weight[piece + 1]), own=arrive_own
    )
    x1, x2 = leave_x, 1.0 - arrive_x
    roots = np.roots([3 * x1 - 3 * x2 + 1, 3 * x2 - 6 * x1, 3 * x1, -share])
    real = roots[np.abs(roots.imag) < _ROUNDING].real
    inside = real[(real >= -_ROUNDING) & (real <= 1 + _ROUNDING)]
    at = np.array([float(np.clip(inside.max(), 0, 1)) if len(inside) else 0.0])
    first, last = float(curve.values[piece]), float(curve.values[piece + 1])
    heights = np.array([[first], [first + leave_y], [last - arrive_y], [last]])
    return float(_casteljau(heights, at)[0])
