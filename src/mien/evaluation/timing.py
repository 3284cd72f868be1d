"""Onset, apex and offset told for clips: how far off in milliseconds, and how much of the span."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.datasets.clips import APEX, OFFSET, ONSET

MIN_OVERLAP = 0.5

TIMING_FIGURES: tuple[str, ...] = ("onset_ms", "apex_ms", "offset_ms", "iou", "found")
"""In the order of :func:`timing_figures`: mean absolute errors, mean intersection over union of
onset to offset, share of clips in which that is at least .5."""


@dataclass(frozen=True)
class TimingScores:
    """Errors over the clips whose times are coded; NaN where none are."""

    onset_ms: float
    """Mean absolute error, as are the next two."""

    apex_ms: float
    offset_ms: float
    iou: float
    """Mean intersection over union of onset to offset, 0..1."""

    found: float
    """Share of clips in which that is at least .5."""

    middle_apex_ms: float
    """Error of an apex that is always said to be in the middle of the window."""

    clips: tuple[int, int, int]
    """Clips with a coded onset, apex and offset."""


def interval_overlaps(
    truth: Float[np.ndarray, "clip 2"], predicted: Float[np.ndarray, "clip 2"]
) -> Float[np.ndarray, " clip"]:
    """Intersection over union of spans of time, 0..1.

    A span that ends before it begins has nothing in common with any; two spans without length are
    the same where they are at the same time. NaN where a truth is NaN.

    >>> interval_overlaps(np.array([[0.0, 1.0]]), np.array([[0.5, 1.5]])).round(3).tolist()
    [0.333]
    """
    shared = np.minimum(truth[:, 1], predicted[:, 1]) - np.maximum(truth[:, 0], predicted[:, 0])
    whole = np.maximum(truth[:, 1], predicted[:, 1]) - np.minimum(truth[:, 0], predicted[:, 0])
    with np.errstate(invalid="ignore", divide="ignore"):
        overlap: Float[np.ndarray, " clip"] = np.where(
            whole > 0, np.maximum(shared, 0) / whole, (shared >= 0).astype(np.float64)
        )
    overlap[predicted[:, 1] < predicted[:, 0]] = 0.0
    overlap[np.isnan(truth).any(axis=1)] = np.nan
    return overlap


def timing_figures(
    truth: Float[np.ndarray, "clip 3"],
    predicted: Float[np.ndarray, "clip 3"],
    window_s: Float[np.ndarray, " clip"],
    weights: Float[np.ndarray, "resample clip"] | None = None,
) -> Float[np.ndarray, "resample figure"]:
    """Give :data:`TIMING_FIGURES`.

    Args:
        truth: onset, apex and offset in 0..1 of each clip's window; NaN where not coded.
        predicted: the same, finite.
        window_s: length of each window.
        weights: how often each clip counts, a row a resample; None for once.

    Raises:
        UsageError: a prediction that is not finite, or a window without length.
    """
    if not np.isfinite(predicted).all() or not (window_s > 0).all():
        msg = "Expected finite predicted times and windows longer than 0 s, but some are not."
        raise UsageError(msg)
    weights = np.ones((1, len(truth))) if weights is None else weights
    off_ms = np.abs(truth - predicted) * window_s[:, None] * 1000
    ends = [ONSET, OFFSET]
    overlap = interval_overlaps(truth[:, ends], predicted[:, ends])
    found = np.where(np.isfinite(overlap), overlap >= MIN_OVERLAP, np.nan)
    values = np.column_stack([off_ms, overlap, found])
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        figures: Float[np.ndarray, "resample figure"]
        figures = (weights @ np.where(known, values, 0.0)) / (weights @ known.astype(np.float64))
    return figures


def timing_scores(
    truth: Float[np.ndarray, "clip 3"],
    predicted: Float[np.ndarray, "clip 3"],
    window_s: Float[np.ndarray, " clip"],
) -> TimingScores:
    """Score predicted times; see :func:`timing_figures`.

    Raises:
        UsageError: see there.
    """
    onset_ms, apex_ms, offset_ms, iou, found = timing_figures(truth, predicted, window_s)[
        0
    ].tolist()
    middle = timing_figures(truth, np.full_like(truth, 0.5), window_s)[0, APEX]
    onsets, apices, offsets = np.isfinite(truth).sum(axis=0).tolist()
    return TimingScores(
        onset_ms=onset_ms,
        apex_ms=apex_ms,
        offset_ms=offset_ms,
        iou=iou,
        found=found,
        middle_apex_ms=float(middle),
        clips=(onsets, apices, offsets),
    )
