"""MDMD: blocks whose pixels moved along their main direction, and are back after as long again.

Sources: Wang, Wu, Qian, Li and Fu, *A main directional maximal difference analysis for spotting
facial movements from long-term videos*, Neurocomputing 2017; intervals and lengths as He, Wang, Li
and Yap, *Spotting macro- and micro-expression intervals in long video sequences*, FG 2020. It needs
no training. Lengths that they give in frames are seconds here.

The flow is dense inverse search of the face enlarged to 256 pixels. The authors' robust local flow
takes 68 ms for a pair of 128 pixels on one core, against 5.5 ms; four pairs a step are needed.

The threshold is relative to the video, as published: where nothing but noise moves, some of it is
above, and what of that lasts 7/30 s is an event. Noise without memory gives about six of them a
minute at 30 moments a second, and one in four minutes at 50.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from mien.baselines.regions import NOSE, square
from mien.baselines.scored_intervals import EXPRESSIONS, MICRO_S, ScoredIntervals, as_events
from mien.baselines.snippet_features import KeptArrays, flow_stride, rest_landmarks, seen_frames
from mien.core.errors import InputError
from mien.core.track import Event, EventKind
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.motion import dense_flow
from mien.work import Progress

REACH_S = {EventKind.MICRO: 0.4, EventKind.MACRO: 1.3}
"""k: a moment is compared with the face as long before and as long after (12 and 39 frames at
30 frames a second, 80 and 260 at 200)."""

SHORTEST_S = 7 / 30
"""What is briefer is no movement of a face (7 frames at 30 frames a second)."""

THRESHOLD = 0.01
"""p: part of the way from the mean difference to the largest, above which a moment counts."""

BLOCKS, DIRECTIONS = 6, 4
FLOW_PX = 256
"""Side to which faces are enlarged for the flow, which loses much of a small picture's motion."""

FIELD_PX = 126
"""Side of the field of motion that is parted into blocks."""

MotionField = Float32[np.ndarray, "row column 2"]


def _top_third(
    values: Float[np.ndarray, "set value"], chosen: Bool[np.ndarray, "set value"]
) -> Float[np.ndarray, " set"]:
    """Mean of the largest third of the chosen values of each set, of one at least."""
    counts = np.maximum(chosen.sum(axis=1) // 3, 1)
    falling = -np.sort(-np.where(chosen, values, -np.inf), axis=1)
    sums = np.cumsum(falling, axis=1)[np.arange(len(values)), counts - 1]
    means: Float[np.ndarray, " set"] = sums / counts
    return means


def main_direction_difference(
    there_px: MotionField, back_px: MotionField, *, blocks: int = BLOCKS
) -> float:
    """How much more the face has moved at a moment than as long again afterwards, in pixels.

    In each block the pixels count whose first motion has the block's commonest direction (right,
    down, left or up). Their lengths of the first motion less those of the second are sorted, and
    the largest third averaged; so are the largest third of the blocks.

    Args:
        there_px: motion from k before the moment to the moment.
        back_px: motion from k before the moment to k after it.
        blocks: along each side; the fields are a multiple of it.
    """
    side = there_px.shape[0] // blocks
    first, second = (
        field.reshape(blocks, side, blocks, side, 2).swapaxes(1, 2).reshape(blocks**2, side**2, 2)
        for field in (there_px, back_px)
    )
    u, v = first[..., 0], first[..., 1]
    direction = np.where(np.abs(u) >= np.abs(v), np.where(u >= 0, 0, 2), np.where(v >= 0, 1, 3))
    counts = np.stack([(direction == one).sum(axis=1) for one in range(DIRECTIONS)], axis=1)
    chosen = direction == counts.argmax(axis=1)[:, None]
    difference = np.linalg.norm(first, axis=-1) - np.linalg.norm(second, axis=-1)
    of_blocks = _top_third(difference.astype(np.float64), chosen)[None]
    return float(_top_third(of_blocks, np.ones_like(of_blocks, dtype=bool))[0])


def differences(
    pictures: Callable[[int], UInt8[np.ndarray, "s s"] | None],
    count: int,
    reach: int,
    nose: Bool[np.ndarray, "row column"],
) -> Float[np.ndarray, " step"]:
    """Measure the main directional difference at every step; NaN at the ends and in gaps.

    Args:
        pictures: aligned face of a step, as large as the flow is measured; None without one.
        count: steps.
        reach: k in steps.
        nose: pixels of the field whose motion, which is the head's, is subtracted.
    """
    found = np.full(count, np.nan)
    for step in range(reach, count - reach):
        before, now, after = (pictures(step + away) for away in (-reach, 0, reach))
        if before is None or now is None or after is None:
            continue
        fields = []
        for picture in (now, after):
            dense = dense_flow(before, picture)
            field = cv2.resize(dense, (FIELD_PX, FIELD_PX), interpolation=cv2.INTER_AREA)
            fields.append(field - field[nose].mean(axis=0))
        found[step] = main_direction_difference(*fields)
    return found


def _make(video: Video) -> Float[np.ndarray, "kind step"]:
    rest_px, size = rest_landmarks(video), video.faces.shape[1]
    stride, seen = flow_stride(video), seen_frames(video)
    held: dict[int, np.ndarray] = {}
    chosen = range(0, len(seen), stride)
    longest = max(_reach(video, kind) for kind in EXPRESSIONS)

    def picture(step: int) -> UInt8[np.ndarray, "s s"] | None:
        frame = chosen[step]
        if not seen[frame]:
            return None
        if step not in held:
            whole = np.asarray(video.faces[frame])
            held[step] = cv2.resize(whole, (FLOW_PX, FLOW_PX), interpolation=cv2.INTER_CUBIC)
            held.pop(step - 2 * longest - 1, None)
        return held[step]

    nose = square(rest_px[list(NOSE)], FIELD_PX, size_px=size)
    # Pixels of the aligned face, whatever the side that flow is measured at.
    scale = size / FLOW_PX
    curves = []
    for kind in EXPRESSIONS:
        held.clear()
        curves.append(differences(picture, len(chosen), _reach(video, kind), nose) * scale)
    return np.stack(curves)


difference_curves = KeptArrays(_make)
"""Main directional difference of a video for micro- and macro-expressions, shape (2, step) with
``flow_stride`` frames a step, in pixels of the aligned face; NaN at the ends and where no face is
seen. Raises InputError for a video that shows no face."""


def _reach(video: Video, kind: EventKind) -> int:
    return max(1, round(REACH_S[kind] * video.rate / flow_stride(video)))


def relative_differences(
    curve: Float[np.ndarray, " step"], reach: int
) -> Float[np.ndarray, " step"]:
    """Subtract the mean of the values ``reach`` steps before and after.

    Where one of them is not known, at the ends and beside gaps, the mean of the curve stands for
    it, so that the mean of what is left stays about 0, which the threshold builds on.

    >>> relative_differences(np.array([1.0, 1.0, 5.0, 1.0, 2.0]), 2).tolist()
    [-2.5, -0.5, 3.5, -0.5, -1.5]
    """
    known = np.isfinite(curve)
    if not known.any():
        return np.full(len(curve), np.nan)
    usual = float(curve[known].mean())
    around = np.full((2, len(curve)), usual)
    filled = np.where(known, curve, usual)
    around[0, reach:], around[1, :-reach] = filled[:-reach], filled[reach:]
    relative: Float[np.ndarray, " step"] = curve - around.mean(axis=0)
    return relative


def runs_above(relative: Float[np.ndarray, " step"]) -> list[tuple[int, int]]:
    """First and last step (inclusive) of the runs above the threshold of a video.

    The threshold is the mean plus .01 of the way to the largest value. A curve without variation
    has no run.

    >>> runs_above(np.array([0.0, 2.0, 3.0, 0.0, np.nan, 2.0, 0.0]))
    [(1, 2), (5, 5)]
    """
    known = relative[np.isfinite(relative)]
    if not len(known):
        return []
    mean, largest = float(known.mean()), float(known.max())
    above = np.nan_to_num(relative, nan=-np.inf) > mean + THRESHOLD * (largest - mean)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], above, [False]]).astype(int)))
    return [(first, after - 1) for first, after in edges.reshape(-1, 2).tolist()]


class MdmdSystem:
    """Spots by main directional differences; it needs no training."""

    def __init__(self, budget: Budget) -> None:
        del budget  # there is nothing to train

    def fit(self, videos: Sequence[LabelledVideo], *, seed: int, progress: Progress) -> None:
        """Learn nothing: its numbers are the published ones."""

    def spot(self, video: Video) -> tuple[Event, ...]:
        """Find events, a micro- and a macro-expression at the same time where both are seen.

        The first and last .4 s cannot be judged, nor 1.3 s for macro-expressions; in a video of
        less than 2.6 s only micro-expressions are looked for.

        Raises:
            InputError: the video is too short for micro-expressions, or shows no face.
        """
        needed_s = 2 * REACH_S[EventKind.MICRO] + SHORTEST_S
        length_s = len(video.faces) / video.rate
        if length_s < needed_s:
            msg = (
                f"Expected {video.name} to last at least {needed_s:.2f} s for MDMD, but it has "
                f"{length_s:.2f} s. Give a longer video."
            )
            raise InputError(msg)
        step_s = flow_stride(video) / video.rate
        events: list[Event] = []
        for kind, curve in zip(EXPRESSIONS, difference_curves(video), strict=True):
            reach = _reach(video, kind)
            if len(curve) > reach:
                relative = relative_differences(curve, reach)
                events += _events(video, kind, relative, step_s)
        return tuple(sorted(events, key=lambda event: event.onset_s))


def _events(
    video: Video, kind: EventKind, relative: Float[np.ndarray, " step"], step_s: float
) -> tuple[Event, ...]:
    spans, scores, apexes = [], [], []
    mean = float(np.nanmean(relative)) if np.isfinite(relative).any() else np.nan
    for first, last in runs_above(relative):
        brief = (last - first) * step_s <= MICRO_S + step_s / 100
        # Frames are counted, the first and the last one too.
        lasts = (last - first + 1) * step_s >= SHORTEST_S - step_s / 100
        if lasts and brief == (kind is EventKind.MICRO):
            apex = first + int(relative[first : last + 1].argmax())
            spans.append((first * step_s, last * step_s))
            scores.append((relative[apex] - mean) / (np.nanmax(relative) - mean))
            apexes.append(apex * step_s)
    found = ScoredIntervals(np.asarray(spans, np.float64).reshape(-1, 2), np.asarray(scores))
    return as_events(found, video, np.asarray(apexes, np.float64))


SPEC = SystemSpec(
    name="MDMD",
    task=SystemTask.SPOTTING,
    category="hand-crafted",
    summary=(
        "Difference of the motion until a moment and until as long again after it, along the main "
        "direction of 6 x 6 blocks; runs above the mean are events, with k = .4 s for micro- and "
        "1.3 s for macro-expressions and p = .01 as published. Here the flow is dense inverse "
        "search at up to about 50 moments a second in place of robust local flow, the motion of "
        "the nose is subtracted, and a macro-expression lasts more than .5 s. The threshold is "
        "relative, so that noise is spotted where nothing else moves."
    ),
    source=(
        "Wang, Wu, Qian, Li, Fu: A main directional maximal difference analysis for spotting "
        "facial movements from long-term videos. Neurocomputing 2017. Intervals: He, Wang, Li, "
        "Yap: Spotting macro- and micro-expression intervals in long video sequences. FG 2020."
    ),
    inputs=("faces", "landmarks_px"),
    build=MdmdSystem,
    paper={"accuracy": 57.07, "f1": 23.50},
)
