"""How far what an engine plays is from the curves, measured for every file of a folder."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from mien.core.errors import FormatError, InputError
from mien.curves import CubicCurve, rich_curve_of
from mien.export.curve_table import (
    CURVE_TABLE_CSV,
    CURVE_TABLE_JSON,
    curve_table_errors,
    dense_times,
)
from mien.export.glb import PERFORMANCE_GLB, read_glb_weights
from mien.export.unreal_script import PERFORMANCE_JSON
from mien.rig import Performance, read_performance

ROUTE_LIMITS: Mapping[str, float] = {
    PERFORMANCE_JSON: 1e-6,
    PERFORMANCE_GLB: 1e-6,
    CURVE_TABLE_CSV: 1e-4,
    CURVE_TABLE_JSON: 1e-4,
}
"""Largest error expected of each file: those that carry tangents, and those that do not."""


def route_errors(performance: Performance, folder: Path) -> Mapping[str, float]:
    """Largest error in any control over all times, by name of the file.

    Each file is read back and evaluated by the engine's rule: keys of ``performance.json`` (what
    the editor script sends) and ``performance.glb`` as 32-bit floats with their tangents, tables
    with the engine's automatic tangents. Values run 0..1, so an error of 1e-4 is a hundredth of a
    percent of a control's travel.

    Args:
        performance: the curves that the files were written from.
        folder: where the files lie, under their usual names; others are left out.

    Raises:
        InputError: none of the files is there.
        FormatError: a file that does not hold what it should.
    """
    measures: Mapping[str, Callable[[Path], float]] = {
        PERFORMANCE_JSON: lambda path: _largest(
            performance, read_performance(path).curves, path.name
        ),
        PERFORMANCE_GLB: lambda path: _largest(performance, read_glb_weights(path), path.name),
        CURVE_TABLE_CSV: lambda path: max(curve_table_errors(performance, path).values()),
        CURVE_TABLE_JSON: lambda path: max(curve_table_errors(performance, path).values()),
    }
    errors = {
        name: measure(folder / name)
        for name, measure in measures.items()
        if (folder / name).is_file()
    }
    if not errors:
        msg = f"Expected one of {', '.join(measures)} in {folder.name}, but found none."
        raise InputError(msg)
    return errors


def _largest(performance: Performance, played: Mapping[str, CubicCurve], name: str) -> float:
    missing = [control for control in performance.controls if control not in played]
    if missing:
        msg = f"Expected a curve for every control in {name}; missing: {missing}."
        raise FormatError(msg)
    worst = 0.0
    for control, curve in performance.curves.items():
        engine = rich_curve_of(_as_engines_keep_it(played[control]))
        times = dense_times(curve, played[control])
        inside = times[(times >= performance.start_s) & (times <= performance.end_s)]
        worst = max(worst, float(np.abs(engine(inside) - curve(inside)).max(initial=0.0)))
    return worst


def _as_engines_keep_it(curve: CubicCurve) -> CubicCurve:
    """Round every number of every key to a 32-bit float."""
    rows = (curve.times_s, curve.values, curve.arrive, curve.leave)
    return CubicCurve(*(row.astype(np.float32).astype(np.float64) for row in rows))
