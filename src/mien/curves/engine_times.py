"""Key times that a 32-bit float can hold, since engines keep no others."""

import numpy as np

from mien.curves.cubic_curve import CubicCurve, Keys


def engine_times(times_s: Keys) -> Keys:
    """Round times to 32-bit floats, given back as 64-bit floats."""
    return times_s.astype(np.float32).astype(np.float64)


def snap_to_engine_times(curve: CubicCurve) -> CubicCurve:
    """Move every key to the nearest time that a 32-bit float can hold.

    Values and slopes stay, so the curve changes by no more than its slope times the move (2.4e-7 s
    at 4 s, 3.1e-5 s at ten minutes). Keys that fall on one time become one: the arrival of the
    first, the value and leave of the last.
    """
    times = engine_times(curve.times_s)
    if np.array_equal(times, curve.times_s):
        return curve
    first = np.flatnonzero(np.concatenate([[True], np.diff(times) > 0]))
    last = np.concatenate([first[1:], [len(times)]]) - 1
    return CubicCurve(times[last], curve.values[last], curve.arrive[first], curve.leave[last])
