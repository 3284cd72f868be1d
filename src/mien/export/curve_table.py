"""Unreal's CurveTable: keys without tangents, which the engine sets by its automatic rule.

A table imported with RCIM_CUBIC gets RCTM_Auto at every key, whatever the curve's own slopes. The
table is therefore sampled so finely that the engine's curve stays within a tolerance of ours: 200
keys a second, and more where a curve bends sharply.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from mien.core.errors import FormatError, InputError, UsageError
from mien.curves import (
    CubicCurve,
    Keys,
    engine_times,
    rich_curve_with_auto_tangents,
    union_of_times,
)
from mien.rig import Performance
from mien.store.atomic import write_text_atomic

CURVE_TABLE_CSV = "curve_table.csv"
CURVE_TABLE_JSON = "curve_table.json"

KEYS_PER_SECOND = 200
TOLERANCE = 1e-4

_PROBES = np.arange(1, 8) / 8
_MARGIN = 0.6
_ROUNDS = 60
_ROUNDING = 1e-6
_SHORTEST_STEP_S = 4e-6
_CLEAR_S = 4e-4  # the engine takes two steps of less than 0.1 ms for 0.1 ms: flat tangents
_BESIDE_S = 1e-6
_CORNER = 0.01


def table_times(
    curves: Mapping[str, CubicCurve], start_s: float, end_s: float, *, tolerance: float = TOLERANCE
) -> Keys:
    """Times at which keys with automatic tangents follow all curves.

    Starts with 200 keys a second and three keys within microseconds at each corner, then halves
    the steps in which a curve is farther off than the tolerance, and their neighbours, whose
    tangents depend on them, down to some microseconds. No regular key lies so close to a corner
    that the engine would flatten its tangent. :func:`curve_table_errors` says what was reached.

    Args:
        curves: the curves that share the table.
        start_s: time of the first key.
        end_s: time of the last key.
        tolerance: largest error allowed in any curve.
    """
    if end_s <= start_s:
        return engine_times(np.array([start_s]))
    count = max(2, int(np.ceil((end_s - start_s) * KEYS_PER_SECOND - _ROUNDING)) + 1)
    regular = np.minimum(start_s + np.arange(count) / KEYS_PER_SECOND, end_s)
    moving = [curve for curve in curves.values() if not curve.is_constant]
    ends = np.array([start_s, end_s])
    corners = np.concatenate([np.zeros(0), *(_around_corners(curve, ends) for curve in moving)])
    corners = corners[(corners > start_s) & (corners < end_s)]
    clear = _distance(regular, corners) > _CLEAR_S
    clear[[0, -1]] = True
    times = np.unique(engine_times(np.concatenate([regular[clear], corners])))
    changed = np.ones(len(times) - 1, dtype=bool)
    for _ in range(_ROUNDS):
        step = np.diff(times)
        bad = np.zeros(len(step), dtype=bool)
        bad[changed] = _errors_between(times, changed, moving) > _MARGIN * tolerance
        wide = np.concatenate([[False], bad, [False]])
        shortest = np.maximum(_SHORTEST_STEP_S, np.spacing(times[1:].astype(np.float32)))
        refine = (bad | wide[:-2] | wide[2:]) & (step > 2 * shortest)
        if not refine.any():
            break
        middle = engine_times(times[:-1][refine] + step[refine] / 2)
        times = np.unique(np.concatenate([times, middle]))
        # A new key changes the tangents of its neighbours, and so the steps beyond them.
        near = np.convolve(np.isin(times, middle), np.ones(3), "same") > 0
        changed = near[1:] | near[:-1]
    return times


def _errors_between(
    times: Keys, chosen: Bool[np.ndarray, " step"], curves: Sequence[CubicCurve]
) -> Float[np.ndarray, " chosen"]:
    """Largest error of any curve within each chosen step of a table."""
    step = np.diff(times)[chosen]
    probes = times[:-1][chosen][:, None] + step[:, None] * _PROBES
    worst = np.zeros(len(step))
    for curve in curves:
        table = rich_curve_with_auto_tangents(times, _stored(curve(times)))
        off = np.abs(table(probes.ravel()) - curve(probes.ravel()))
        worst = np.maximum(worst, off.reshape(probes.shape).max(axis=1))
    return worst


def _distance(times: Keys, marks: Float[np.ndarray, " mark"]) -> Keys:
    """How far each time is from the nearest mark; infinite where there are none."""
    marks = np.concatenate([[-np.inf], np.sort(marks), [np.inf]])
    after = np.searchsorted(marks, times).clip(1)
    nearest: Keys = np.minimum(times - marks[after - 1], marks[after] - times)
    return nearest


def _around_corners(
    curve: CubicCurve, ends: Float[np.ndarray, "2"]
) -> Float[np.ndarray, " corner"]:
    """Times just before, at and after each corner, so that its tangents do not mix.

    The ends count where the curve moves, because the engine's tangents are flat there.
    """
    jump = np.abs(curve.arrive - curve.leave)[1:-1]
    steep = np.abs([curve.leave[0], curve.arrive[-1]]) > _CORNER
    moving = steep & ((curve.times_s[[0, -1]] - ends) * [1, -1] <= 0)
    corners = np.concatenate([curve.times_s[1:-1][jump > _CORNER], ends[moving]])
    beside = np.maximum(_BESIDE_S, np.spacing(np.abs(corners).astype(np.float32)))
    return np.concatenate([corners - beside, corners, corners + beside])


def write_curve_table_csv(
    performance: Performance, path: Path, *, tolerance: float = TOLERANCE
) -> tuple[Path, ...]:
    """Write a CurveTable as CSV: times in the first row, then a row of values for each control.

    Returns:
        The path written.

    Raises:
        OutputError: the file cannot be written.
    """
    _check_tolerance(tolerance)
    curves = performance.curves
    times = table_times(curves, performance.start_s, performance.end_s, tolerance=tolerance)
    rows = ["---," + ",".join(map(_digits, times))]
    for name, curve in curves.items():
        rows.append(f"{name}," + ",".join(map(_digits, curve(times))))
    write_text_atomic(path, "\n".join(rows) + "\n")
    return (path,)


def write_curve_table_json(
    performance: Performance, path: Path, *, tolerance: float = TOLERANCE
) -> tuple[Path, ...]:
    """Write a CurveTable as JSON: a list of rows, each with times of its own.

    Returns:
        The path written.

    Raises:
        OutputError: the file cannot be written.
    """
    _check_tolerance(tolerance)
    rows = []
    for name, curve in performance.curves.items():
        if curve.is_constant:
            times = np.unique(engine_times(np.array([performance.start_s, performance.end_s])))
        else:
            times = table_times(
                {name: curve}, performance.start_s, performance.end_s, tolerance=tolerance
            )
        cells = ", ".join(
            f'"{_digits(time)}": {_digits(value)}'
            for time, value in zip(times, curve(times), strict=True)
        )
        rows.append(f'  {{"Name": {json.dumps(name)}, {cells}}}')
    write_text_atomic(path, "[\n" + ",\n".join(rows) + "\n]\n")
    return (path,)


def read_curve_table(path: Path) -> Mapping[str, tuple[Keys, Keys]]:
    """Read times and values of each row of a CurveTable in CSV or JSON.

    Raises:
        InputError: the file cannot be read.
        FormatError: it holds no CurveTable.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return _rows_of_json(text) if path.suffix == ".json" else _rows_of_csv(text)
    except OSError as error:
        msg = f"Expected a CurveTable in {path.name}, but it cannot be read: {error.strerror}."
        raise InputError(msg) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        msg = f"Expected a CurveTable in {path.name}, but it holds none: {error}."
        raise FormatError(msg) from error


def curve_table_errors(performance: Performance, path: Path) -> Mapping[str, float]:
    """Largest distance between the engine's curve and ours, for each control.

    The table is evaluated by the engine's rule with automatic tangents, between and at all keys
    of the table and of the curve.

    Raises:
        InputError: the file cannot be read.
        FormatError: it holds no CurveTable, or lacks a control.
    """
    table = read_curve_table(path)
    errors = {}
    for name, curve in performance.curves.items():
        if name not in table:
            msg = f"Expected a row {name} in {path.name}, but it is missing."
            raise FormatError(msg)
        times, values = table[name]
        played = rich_curve_with_auto_tangents(times, values)
        probes = dense_times(curve, CubicCurve(times, values, values, values))
        inside = probes[(probes >= performance.start_s) & (probes <= performance.end_s)]
        errors[name] = float(np.abs(played(inside) - curve(inside)).max(initial=0.0))
    return errors


def dense_times(*curves: CubicCurve) -> Float[np.ndarray, " time"]:
    """Times at and between all keys of some curves, for comparing them."""
    keys = union_of_times(curves)
    steps = np.diff(keys)[:, None] * np.arange(0, 5) / 5
    return np.append((keys[:-1, None] + steps).ravel(), keys[-1])


def _check_tolerance(tolerance: float) -> None:
    if not tolerance > 0:
        msg = f"Expected a tolerance above 0, but got {tolerance}."
        raise UsageError(msg)


def _stored(values: Keys) -> Keys:
    """Values as the engine keeps them."""
    return values.astype(np.float32).astype(np.float64)


def _digits(value: float) -> str:
    """Shortest digits that give the same 32-bit float, without an exponent."""
    text: str = np.format_float_positional(np.float32(value), trim="-")
    return "0" if text == "-0" else text


def _rows_of_csv(text: str) -> dict[str, tuple[Keys, Keys]]:
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    times = np.array([float(cell) for cell in rows[0][1:]])
    table = {}
    for row in rows[1:]:
        if len(row) != len(times) + 1:
            msg = f"row {row[0]} has {len(row) - 1} values for {len(times)} times"
            raise ValueError(msg)
        table[row[0]] = (times, np.array([float(cell) for cell in row[1:]]))
    return table


def _rows_of_json(text: str) -> dict[str, tuple[Keys, Keys]]:
    table = {}
    rows: list[dict[str, Any]] = json.loads(text)
    for row in rows:
        keys = sorted((float(time), float(value)) for time, value in row.items() if time != "Name")
        pairs = np.array(keys)
        table[str(row["Name"])] = (pairs[:, 0], pairs[:, 1])
    return table
