"""Continuous curves: splines through samples, exact keys, and the engine's own evaluation."""

from mien.curves.bspline import Gap, find_gaps, spline_from_samples
from mien.curves.combining import maximum, minimum, union_of_times, weighted_sum
from mien.curves.cubic_curve import CubicCurve, Keys
from mien.curves.engine_times import engine_times, snap_to_engine_times
from mien.curves.in_range import keep_in_range
from mien.curves.rich_curve import (
    InterpMode,
    RichCurve,
    TangentMode,
    WeightMode,
    evaluate,
    rich_curve_of,
    rich_curve_with_auto_tangents,
    with_auto_tangents,
)
from mien.curves.sampled import curve_from_samples
from mien.curves.thinning import thin

__all__ = [
    "CubicCurve",
    "Gap",
    "InterpMode",
    "Keys",
    "RichCurve",
    "TangentMode",
    "WeightMode",
    "curve_from_samples",
    "engine_times",
    "evaluate",
    "find_gaps",
    "keep_in_range",
    "maximum",
    "minimum",
    "rich_curve_of",
    "rich_curve_with_auto_tangents",
    "snap_to_engine_times",
    "spline_from_samples",
    "thin",
    "union_of_times",
    "weighted_sum",
    "with_auto_tangents",
]
