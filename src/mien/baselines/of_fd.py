"""OF-FD: peaks of the flow of fourteen regions against the nose, in sliding windows.

Source: He Yuhong, *Research on micro-expression spotting method based on optical flow features*,
ACM Multimedia 2021 (first of the spotting challenge of that year). It needs no training.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from mien.baselines.peaks import confidences, prominent_peaks, strongest_apart
from mien.baselines.regions import smooth_region_curves
from mien.baselines.scored_intervals import ScoredIntervals, as_events
from mien.baselines.snippet_features import flow_stride
from mien.core.errors import InputError
from mien.core.track import Event
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.work import Progress

WINDOW_S, HOP_S = 4.0, 2.0
"""Length of a window and the way to the next one; the longest movement is as long as a window."""

SHORTEST_WINDOW_S = 0.5
"""In less nothing is looked for: what is seen there has no beginning or no end."""

SHORTEST_S = 0.1
"""What is briefer is noise."""

LEAST_PROMINENCE = 0.2 / 128
"""Least prominence of a peak, as a part of the side of the face; noise of sigma 2 on a drawn face
stays below a fifth of it."""

MAX_OVERLAP = 0.1
"""Of two intervals that overlap more, the weaker one goes."""


def main_motion(
    window_px: Float[np.ndarray, "step region 2"],
) -> Float[np.ndarray, "step region"]:
    """Distance of each region from its usual place in the window, along its main direction.

    The usual place is the median, so that it need not be at rest in the first frame. Motion to
    either side counts.

    Args:
        window_px: without NaN.
    """
    moved = window_px - np.median(window_px, axis=0)
    spread = np.einsum("trx,try->rxy", moved, moved)
    main = np.linalg.eigh(spread)[1][..., -1]
    along: Float[np.ndarray, "step region"] = np.abs(np.einsum("trx,rx->tr", moved, main))
    return along


def proposals(
    curves_px: Float[np.ndarray, "step region 2"], step_s: float, *, least_px: float
) -> tuple[ScoredIntervals, Float[np.ndarray, " interval"]]:
    """Find movements in curves of regions; overlapping ones are reduced to the strongest.

    Args:
        curves_px: displacement of the regions against the nose; NaN where no face is seen.
        step_s: time between two steps.
        least_px: prominence of a movement.

    Returns:
        intervals in seconds after the first step, scored by confidence, and their apexes.
    """
    spans: list[tuple[float, float]] = []
    apexes, sizes = [], []
    for begin, end in _windows(np.isfinite(curves_px).all(axis=(1, 2)), step_s):
        for curve in main_motion(curves_px[begin:end]).T:
            peaks = prominent_peaks(curve, least_px)
            spans += zip(
                (begin + peaks.begins) * step_s, (begin + peaks.ends) * step_s, strict=True
            )
            apexes += ((begin + peaks.apexes) * step_s).tolist()
            sizes += peaks.prominences.tolist()
    spans_s = np.asarray(spans, np.float64).reshape(-1, 2)
    scored = ScoredIntervals(spans_s, confidences(np.asarray(sizes, np.float64), least_px))
    lasts = np.flatnonzero(spans_s[:, 1] - spans_s[:, 0] >= SHORTEST_S)
    kept = lasts[strongest_apart(scored.take(lasts), MAX_OVERLAP)]
    return scored.take(kept), np.asarray(apexes, np.float64)[kept]


def _windows(seen: np.ndarray, step_s: float) -> Iterator[tuple[int, int]]:
    """Begin and end (exclusive) of the windows of every unbroken run of seen steps."""
    length, hop = max(1, round(WINDOW_S / step_s)), max(1, round(HOP_S / step_s))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).astype(int)))
    for first, after in edges.reshape(-1, 2).tolist():
        if (after - first) * step_s < SHORTEST_WINDOW_S:
            continue
        for begin in range(first, max(after - length + hop, first + 1), hop):
            # The last window is moved back, so that it is as long as the others.
            held = max(first, min(begin, after - length))
            yield held, min(held + length, after)


class OfFdSystem:
    """Spots by the flow of regions; it needs no training."""

    def __init__(self, budget: Budget) -> None:
        del budget  # there is nothing to train

    def fit(self, videos: Sequence[LabelledVideo], *, seed: int, progress: Progress) -> None:
        """Learn nothing: its thresholds are fixed."""

    def spot(self, video: Video) -> tuple[Event, ...]:
        """Find events; up to half a second they are micro-expressions.

        Raises:
            InputError: the video is shorter than half a second, or shows no face.
        """
        length_s = len(video.faces) / video.rate
        if length_s < SHORTEST_WINDOW_S:
            msg = (
                f"Expected {video.name} to last at least {SHORTEST_WINDOW_S} s for OF-FD, but it "
                f"has {length_s:.2f} s. Give a longer video."
            )
            raise InputError(msg)
        curves, step_s = smooth_region_curves(video), flow_stride(video) / video.rate
        least_px = LEAST_PROMINENCE * video.faces.shape[1]
        intervals, apexes_s = proposals(curves, step_s, least_px=least_px)
        return as_events(intervals, video, apexes_s)


SPEC = SystemSpec(
    name="OF-FD",
    task=SystemTask.SPOTTING,
    category="hand-crafted",
    summary=(
        "Flow of fourteen regions of brows, nose and mouth against the nose, along the main "
        "direction of each sliding window, low-passed; prominent peaks are events, of overlapping "
        "ones the strongest stays. Written from the published outline: here the flow is dense "
        "inverse search of faces aligned by 468 mesh points, the median of the window stands for "
        "its first frame, a Gaussian for the wavelets, and one fixed threshold for both kinds."
    ),
    source=(
        "He: Research on micro-expression spotting method based on optical flow features. ACM "
        "Multimedia 2021. The paper cites Cohn, Zlochower, Lien, Kanade: Feature-point tracking "
        "by optical flow. FG 1998."
    ),
    inputs=("faces", "landmarks_px"),
    build=OfFdSystem,
    paper={"accuracy": 37.82, "f1": 35.34},
)
