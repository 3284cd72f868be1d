"""Intervals of a video with a score each: how they overlap, from which score on they are events."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float, Int

from mien.core.track import Event, EventKind
from mien.datasets.clips import LabelledVideo, Video

MICRO_S = 0.5
"""A movement up to this long is a micro-expression."""

MIN_OVERLAP = 0.5
"""Intersection over union from which an interval stands for a coded event, as everywhere."""

_ROUNDING_S = 1e-6
_HELD_OUT = 3

_Model = TypeVar("_Model")

EXPRESSIONS = (EventKind.MICRO, EventKind.MACRO)


@dataclass(frozen=True)
class ScoredIntervals:
    """What a spotter proposes for one video, in any order."""

    spans_s: Float[np.ndarray, "interval 2"]
    """Onset and offset in seconds after the first frame."""

    scores: Float[np.ndarray, " interval"]

    def take(
        self, chosen: Int[np.ndarray, " some"] | Bool[np.ndarray, " interval"]
    ) -> "ScoredIntervals":
        """Give some of the intervals."""
        return ScoredIntervals(self.spans_s[chosen], self.scores[chosen])


def overlaps(
    spans_s: Float[np.ndarray, "one 2"], others_s: Float[np.ndarray, "other 2"]
) -> Float[np.ndarray, "one other"]:
    """Intersection over union of every interval with every other, 0..1.

    >>> overlaps(np.array([[0.0, 2.0]]), np.array([[1.0, 3.0], [5.0, 6.0]])).round(3).tolist()
    [[0.333, 0.0]]
    """
    first, second = spans_s[:, None], others_s[None]
    shared = np.minimum(first[..., 1], second[..., 1]) - np.maximum(first[..., 0], second[..., 0])
    shared = np.maximum(shared, 0.0)
    whole = first[..., 1] - first[..., 0] + second[..., 1] - second[..., 0] - shared
    share: Float[np.ndarray, "one other"] = np.where(
        whole > 0, shared / np.maximum(whole, 1e-12), 0
    )
    return share


def coded_spans(
    labelled: LabelledVideo, kinds: Sequence[EventKind] = EXPRESSIONS
) -> Float[np.ndarray, "event 2"]:
    """Onset and offset of the coded expressions, in seconds after the first frame."""
    start_s = labelled.video.start_s
    spans = [
        (event.onset_s - start_s, event.offset_s - start_s)
        for event in labelled.events
        if event.kind in kinds
    ]
    return np.array(spans, np.float64).reshape(-1, 2)


def best_threshold(
    videos: Sequence[tuple[ScoredIntervals, Float[np.ndarray, "_ 2"]]],
) -> float:
    """Score from which on the intervals have the largest F1 against what is coded.

    Intervals are judged by falling score, one to one, and pooled over the videos. The threshold
    lies in the middle between the last score that is kept and the next one; it is half of the
    last one where there is no next one, and infinite where no interval stands for any event.

    Args:
        videos: proposals and coded intervals of each video; those of the training only.
    """
    scores, hits = [], []
    for proposed, coded_s in videos:
        scores.append(proposed.scores)
        hits.append(_hits(proposed, coded_s))
    if not scores:
        return float("inf")
    order = np.argsort(-np.concatenate(scores), kind="stable")
    score, hit = np.concatenate(scores)[order], np.concatenate(hits)[order]
    events = sum(len(coded_s) for _, coded_s in videos)
    if not hit.any():
        return float("inf")
    f1 = 2 * np.cumsum(hit) / (np.arange(1, len(hit) + 1) + events)
    # Equal scores are kept or left together.
    last = np.append(score[1:] < score[:-1], True)
    best = int(np.argmax(np.where(last, f1, -1.0)))
    if best + 1 == len(score):
        return float(score[best] / 2)
    return float((score[best] + score[best + 1]) / 2)


def held_out(videos: Sequence[LabelledVideo]) -> tuple[list[LabelledVideo], list[LabelledVideo]]:
    """Set the videos of every third person apart: (the rest, those); all twice if there is one."""
    people = sorted({labelled.video.subject for labelled in videos})
    apart = set(people[::_HELD_OUT])
    if len(people) == 1:
        return list(videos), list(videos)
    rest = [labelled for labelled in videos if labelled.video.subject not in apart]
    return rest, [labelled for labelled in videos if labelled.video.subject in apart]


def threshold_for_strangers(
    videos: Sequence[LabelledVideo],
    train: Callable[[Sequence[LabelledVideo]], _Model],
    propose: Callable[[_Model, Video], ScoredIntervals],
) -> float:
    """Choose the score from which on a proposal counts, on people that the model has not seen.

    A network is surer of the videos that it learned from than of others, so a threshold chosen on
    those would be too high. A model is trained without a third of the people, for this only. Where
    nothing of them is found, the threshold is that of the videos it learned from.
    """
    rest, apart = held_out(videos)
    if not any(len(coded_spans(labelled)) for labelled in rest):
        rest, apart = list(videos), list(videos)
    model = train(rest)

    def threshold(judged: Sequence[LabelledVideo]) -> float:
        return best_threshold([(propose(model, one.video), coded_spans(one)) for one in judged])

    chosen = threshold(apart)
    return chosen if np.isfinite(chosen) else threshold(rest)


def _hits(
    proposed: ScoredIntervals, coded_s: Float[np.ndarray, "event 2"]
) -> Bool[np.ndarray, " interval"]:
    """Whether each interval is the best-scored one that stands for some event."""
    table = overlaps(proposed.spans_s, coded_s)
    hit = np.zeros(len(proposed.scores), dtype=bool)
    free = np.ones(len(coded_s), dtype=bool)
    for row in np.argsort(-proposed.scores, kind="stable"):
        fitting = np.where(free & (table[row] >= MIN_OVERLAP), table[row], -1.0)
        if len(fitting) and fitting.max() >= 0:
            hit[row] = True
            free[int(np.argmax(fitting))] = False
    return hit


def as_events(
    intervals: ScoredIntervals,
    video: Video,
    apexes_s: Float[np.ndarray, " interval"] | None = None,
) -> tuple[Event, ...]:
    """Make intervals events on the clock of the video, in time order.

    Each is cut to the video; it is a micro-expression up to half a second, else a
    macro-expression. Its confidence is its score, cut to 0..1.

    Args:
        intervals: seconds after the first frame.
        video: the video that they were found in.
        apexes_s: when each is largest; its middle when not said.
    """
    last_s = (len(video.faces) - 1) / video.rate
    events = []
    for row in np.argsort(intervals.spans_s[:, 0], kind="stable"):
        onset_s, offset_s = np.clip(intervals.spans_s[row], 0.0, last_s).tolist()
        apex_s = (onset_s + offset_s) / 2 if apexes_s is None else float(apexes_s[row])
        micro = offset_s - onset_s <= MICRO_S + _ROUNDING_S
        events.append(
            Event(
                EventKind.MICRO if micro else EventKind.MACRO,
                video.start_s + onset_s,
                video.start_s + float(np.clip(apex_s, onset_s, offset_s)),
                video.start_s + offset_s,
                confidence=float(np.clip(intervals.scores[row], 0.0, 1.0)),
            )
        )
    return tuple(events)
