"""SP-FD: regions that rise together and come back, at several scales of time.

Source: Zhang, Li, Wang, Duan, Yan, Xie and Huang, *Spatio-temporal fusion for macro- and
micro-expression spotting in long video sequences*, FG 2020. It needs no training.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.signal import find_peaks

from mien.baselines.peaks import confidences, strongest_apart
from mien.baselines.regions import smooth_region_curves
from mien.baselines.scored_intervals import ScoredIntervals, as_events
from mien.baselines.snippet_features import flow_stride
from mien.core.errors import InputError
from mien.core.track import Event
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.motion import running_median
from mien.work import Progress

SCALES_S = (0.08, 0.12, 0.16, 0.2, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
"""Times from onset to apex that are looked for; the first five make micro-expressions."""

USUAL_HALF_S = 4.0
"""A region's usual place is its median so far to either side: twice as long as the longest movement
from onset to offset, which thus is not its own rest."""

FUSED = 3
"""Regions whose patterns are averaged: those that show it most."""

LEAST_PATTERN = 0.2 / 128
"""Least pattern, as a part of the side of the face."""

FULL_RISE = 0.9
"""The shortest scale that has this part of the whole rise is the time from onset to apex."""

MAX_OVERLAP = 0.1
"""Of two intervals that overlap more, the weaker one goes."""


def rise_and_return(
    curves_px: Float[np.ndarray, "step region 2"],
    usual_px: Float[np.ndarray, "step region 2"],
    reach: int,
) -> Float[np.ndarray, "step region"]:
    """How far each region has come since ``reach`` steps ago and goes back in as many steps.

    The smallest of the rise from onset to apex, and along its direction the return and the way from
    the usual place; at least 0. Without the last one, the rest between two like movements would be
    a movement to the other side. NaN where one of these steps is outside or not seen.

    Args:
        curves_px: displacement of the regions.
        usual_px: where each region usually is, at every step.
        reach: steps from onset to apex, and from apex to offset.

    >>> there_and_back = np.array([0, 0, 1, 2, 1, 0, 0.0])[:, None, None] * [1.0, 0.0]
    >>> rise_and_return(there_and_back, np.zeros((7, 1, 2)), 2)[:, 0].tolist()
    [nan, nan, 0.0, 2.0, 0.0, nan, nan]
    """
    pattern = np.full(curves_px.shape[:2], np.nan)
    if len(curves_px) <= 2 * reach:
        return pattern
    apex = curves_px[reach:-reach]
    rise, back = apex - curves_px[: -2 * reach], apex - curves_px[2 * reach :]
    size = np.linalg.norm(rise, axis=-1)
    direction = rise / np.where(size > 0, size, 1.0)[..., None]
    returns = np.einsum("trx,trx->tr", direction, back)
    away = np.einsum("trx,trx->tr", direction, apex - usual_px[reach:-reach])
    pattern[reach:-reach] = np.maximum(np.minimum(size, np.minimum(returns, away)), 0.0)
    unseen = np.concatenate([[0], np.cumsum(~np.isfinite(curves_px).all(axis=(1, 2)))])
    broken = unseen[2 * reach + 1 :] > unseen[: -2 * reach - 1]
    pattern[reach:-reach][broken] = np.nan
    return pattern


def fused_pattern(pattern: Float[np.ndarray, "step region"]) -> Float[np.ndarray, " step"]:
    """Average the regions that show the pattern most."""
    fused: Float[np.ndarray, " step"] = np.sort(pattern, axis=1)[:, -FUSED:].mean(axis=1)
    return fused


def proposals(
    curves_px: Float[np.ndarray, "step region 2"], step_s: float, *, least_px: float
) -> tuple[ScoredIntervals, Float[np.ndarray, " interval"]]:
    """Find movements in curves of regions; overlapping ones are reduced to the strongest.

    Args:
        curves_px: displacement of the regions against the nose; NaN where no face is seen.
        step_s: time between two steps.
        least_px: pattern of a movement.

    Returns:
        intervals in seconds after the first step, scored by confidence, and their apexes.
    """
    reaches = sorted({max(1, round(scale_s / step_s)) for scale_s in SCALES_S})
    times_s = np.arange(len(curves_px)) * step_s
    usual_px = running_median(times_s, curves_px, half_window_s=USUAL_HALF_S)
    patterns = np.stack([rise_and_return(curves_px, usual_px, reach) for reach in reaches])
    # Outside of the video and where no face is seen there is no pattern.
    patterns = np.nan_to_num(patterns)
    fused = np.stack([fused_pattern(one) for one in patterns])
    best = fused.max(axis=0)
    apexes, _ = find_peaks(best, height=least_px)
    spans = []
    for apex in apexes:
        place = int(fused[:, apex].argmax())
        region = int(patterns[place, apex].argmax())
        reach = reaches[place]
        rise = curves_px[apex, region] - curves_px[apex - reach, region]
        away = (curves_px[apex, region] - curves_px[:, region]) @ (rise / np.linalg.norm(rise))
        # The half from onset to apex and the half from apex to offset have a scale each.
        halves = (away[apex - reach : apex][::-1], away[apex + 1 : apex + reach + 1])
        before, after = (1 + int(np.argmax(half >= FULL_RISE * half.max())) for half in halves)
        spans.append(((apex - before) * step_s, (apex + after) * step_s))
    spans_s = np.asarray(spans, np.float64).reshape(-1, 2)
    scored = ScoredIntervals(spans_s, confidences(best[apexes], least_px))
    kept = strongest_apart(scored, MAX_OVERLAP)
    return scored.take(kept), apexes[kept] * step_s


class SpFdSystem:
    """Spots by the pattern of regions that rise and return; it needs no training."""

    def __init__(self, budget: Budget) -> None:
        del budget  # there is nothing to train

    def fit(self, videos: Sequence[LabelledVideo], *, seed: int, progress: Progress) -> None:
        """Learn nothing: its thresholds are fixed."""

    def spot(self, video: Video) -> tuple[Event, ...]:
        """Find events; up to half a second they are micro-expressions.

        Raises:
            InputError: the video is shorter than a micro-expression, or shows no face.
        """
        length_s, needed_s = len(video.faces) / video.rate, 0.5
        if length_s < needed_s:
            msg = (
                f"Expected {video.name} to last at least {needed_s} s for SP-FD, but it has "
                f"{length_s:.2f} s. Give a longer video."
            )
            raise InputError(msg)
        curves, step_s = smooth_region_curves(video), flow_stride(video) / video.rate
        least_px = LEAST_PATTERN * video.faces.shape[1]
        intervals, apexes_s = proposals(curves, step_s, least_px=least_px)
        return as_events(intervals, video, apexes_s)


SPEC = SystemSpec(
    name="SP-FD",
    task=SystemTask.SPOTTING,
    category="hand-crafted",
    summary=(
        "Flow of regions against the nose, low-passed; the pattern of a rise away from the usual "
        "place and a return is looked for at eleven scales of time and averaged over the three "
        "regions that show it most, whose peaks are events. Written from the published outline, "
        "which leaves details open: regions, scales, the usual place and one fixed threshold are "
        "ours, and the flow is dense inverse search of aligned faces."
    ),
    source=(
        "Zhang, Li, Wang, Duan, Yan, Xie, Huang: Spatio-temporal fusion for macro- and "
        "micro-expression spotting in long video sequences. FG 2020. The paper cites He: Research "
        "on micro-expression spotting method based on optical flow features. ACM Multimedia 2021."
    ),
    inputs=("faces", "landmarks_px"),
    build=SpFdSystem,
    paper={"accuracy": 21.31, "f1": 12.43},
)
