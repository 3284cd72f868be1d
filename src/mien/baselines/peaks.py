"""Peaks of a curve of motion, the intervals around them, and which of several are kept."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.signal import find_peaks, peak_widths

from mien.baselines.scored_intervals import ScoredIntervals, overlaps

_LOW, _HIGH = 0.25, 0.75


@dataclass(frozen=True)
class Peaks:
    """Peaks of one curve in time order, in steps."""

    apexes: Int[np.ndarray, " peak"]
    begins: Float[np.ndarray, " peak"]
    ends: Float[np.ndarray, " peak"]
    prominences: Float[np.ndarray, " peak"]
    """How far each rises above the higher of the valleys at its sides."""


def prominent_peaks(curve: Float[np.ndarray, " step"], least: float) -> Peaks:
    """Find the peaks of at least some prominence, and where each begins and ends.

    A line through a quarter and three quarters of the rise is followed down to the beginning, and
    another one to the end. What rises and does not fall again, or comes fallen, is no peak.

    Args:
        curve: evenly spaced, without NaN.
        least: prominence.

    >>> found = prominent_peaks(np.array([0, 0, 0, 1, 2, 3, 4, 2, 0, 0.0]), 1.0)
    >>> found.apexes.tolist(), found.begins.tolist(), found.ends.tolist()
    ([6], [2.0], [8.0])
    """
    apexes, found = find_peaks(curve, prominence=max(least, np.finfo(float).tiny))
    bases = (found["prominences"], found["left_bases"], found["right_bases"])
    # A relative height of .25 is a quarter below the apex.
    high = peak_widths(curve, apexes, rel_height=1 - _HIGH, prominence_data=bases)
    low = peak_widths(curve, apexes, rel_height=1 - _LOW, prominence_data=bases)
    further = _LOW / (_HIGH - _LOW)
    begins = low[2] - (high[2] - low[2]) * further
    ends = low[3] + (low[3] - high[3]) * further
    last = len(curve) - 1.0
    return Peaks(apexes, np.maximum(begins, 0.0), np.minimum(ends, last), bases[0])


def strongest_apart(intervals: ScoredIntervals, max_overlap: float) -> Int[np.ndarray, " kept"]:
    """Keep the best of intervals that overlap: non-maximum suppression.

    Args:
        intervals: in any order; of equal scores the first is kept.
        max_overlap: intersection over union up to which a weaker interval stays.

    Returns:
        rows of the kept ones, best first.
    """
    order = np.argsort(-intervals.scores, kind="stable")
    kept: list[int] = []
    for row in order:
        shared = overlaps(intervals.spans_s[[row]], intervals.spans_s[kept])
        if not (shared > max_overlap).any():
            kept.append(int(row))
    return np.asarray(kept, np.int64)


def confidences(
    sizes: Float[np.ndarray, " interval"], least: float
) -> Float[np.ndarray, " interval"]:
    """Make sizes of movement numbers of 0..1: half at the least size, towards 1 for larger ones.

    >>> confidences(np.array([0.25, 0.75]), 0.25).tolist()
    [0.5, 0.75]
    """
    return sizes / (sizes + least)
