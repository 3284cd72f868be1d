"""Found events against true ones: one to one, by overlap in time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from mien.core.track import Event


@dataclass(frozen=True)
class Match:
    """One true event and the found event that stands for it, if any."""

    truth: Event
    found: Event | None


@dataclass(frozen=True)
class SpottingScore:
    """Counts over any number of videos, and mean absolute errors of the hits in seconds."""

    hits: int
    misses: int
    false_events: int
    onset_error_s: float
    apex_error_s: float
    offset_error_s: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; NaN where there is nothing to find or found."""
        total = 2 * self.hits + self.misses + self.false_events
        return 2 * self.hits / total if total else float("nan")


def overlap(one: Event, other: Event) -> float:
    """Intersection over union of two events in time, 0..1."""
    shared = min(one.offset_s, other.offset_s) - max(one.onset_s, other.onset_s)
    whole = max(one.offset_s, other.offset_s) - min(one.onset_s, other.onset_s)
    return max(shared, 0.0) / whole if whole > 0 else float(shared >= 0)


def match_events(
    truth: Sequence[Event], found: Sequence[Event], *, min_overlap: float = 0.5
) -> tuple[tuple[Match, ...], tuple[Event, ...]]:
    """Pair events one to one so that the summed overlap is largest.

    Many found events on one true event count once; the rest are false.

    Args:
        truth: true events.
        found: found events.
        min_overlap: a pair needs this intersection over union (.5 is the field's custom).

    Returns:
        a match for every true event, and the found events that stand for none.
    """
    if not truth or not found:
        return tuple(Match(event, None) for event in truth), tuple(found)
    table = np.array([[overlap(a, b) for b in found] for a in truth])
    table[table < min_overlap] = 0.0
    rows, columns = linear_sum_assignment(-table)
    pairs = {
        int(row): int(column)
        for row, column in zip(rows, columns, strict=True)
        if table[row, column] > 0
    }
    matches = tuple(
        Match(event, found[pairs[i]] if i in pairs else None) for i, event in enumerate(truth)
    )
    left = tuple(event for i, event in enumerate(found) if i not in pairs.values())
    return matches, left


def score_spotting(
    videos: Sequence[tuple[Sequence[Event], Sequence[Event]]], *, min_overlap: float = 0.5
) -> SpottingScore:
    """Pool (truth, found) over videos, then score: means of per-video scores would mislead."""
    matches: list[Match] = []
    false_events = 0
    for truth, found in videos:
        own, left = match_events(truth, found, min_overlap=min_overlap)
        matches += own
        false_events += len(left)
    hits = [(m.truth, m.found) for m in matches if m.found is not None]

    def error(moment: str) -> float:
        gaps = [abs(getattr(a, moment) - getattr(b, moment)) for a, b in hits]
        return float(np.mean(gaps)) if gaps else float("nan")

    return SpottingScore(
        hits=len(hits),
        misses=len(matches) - len(hits),
        false_events=false_events,
        onset_error_s=error("onset_s"),
        apex_error_s=error("apex_s"),
        offset_error_s=error("offset_s"),
    )


def overlap_in_frames(one: Event, other: Event, *, rate: float) -> float:
    """Intersection over union in whole frames, the first and the last counted, as challenges do.

    A span from frame 3 to frame 5 has three frames, so brief spans overlap more than their times
    in seconds say.

    >>> from mien.core.track import Event, EventKind
    >>> spans = [Event(EventKind.MICRO, a, a, b) for a, b in [(0.0, 0.1), (0.1, 0.2)]]
    >>> overlap(*spans), round(overlap_in_frames(*spans, rate=30.0), 3)
    (0.0, 0.143)
    """
    (first, last), (begin, end) = (
        (round(event.onset_s * rate), round(event.offset_s * rate)) for event in (one, other)
    )
    shared = min(last, end) - max(first, begin) + 1
    return max(shared, 0) / (last - first + 1 + end - begin + 1 - max(shared, 0))


def match_as_challenge(
    truth: Sequence[Event], found: Sequence[Event], *, rate: float, min_overlap: float = 0.5
) -> tuple[tuple[tuple[Event, Event], ...], tuple[Event, ...], tuple[Event, ...]]:
    """Pair events as the script of the micro-expression challenges does.

    Every found event is held against every true one, and each pair that overlaps by at least half
    is a true positive: several found events on one true event count several times. A found event in
    no pair is false, a true event in no pair is missed. Found events that do not overlap each other
    give the same counts as :func:`match_events`, but for the counting of frames.

    Args:
        truth: true events.
        found: found events.
        rate: frames a second, to count frames by.
        min_overlap: a pair needs this intersection over union.

    Returns:
        pairs of true and found events, missed events, false events.

    Source: Liong, See & Chan, Spot-then-recognize, Signal Processing: Image Communication 2023, and
    the script that its authors publish for the challenges.
    """
    pairs = tuple(
        (a, b) for b in found for a in truth if overlap_in_frames(a, b, rate=rate) >= min_overlap
    )
    missed = tuple(a for a in truth if not any(a is one for one, _ in pairs))
    false = tuple(b for b in found if not any(b is one for _, one in pairs))
    return pairs, missed, false
