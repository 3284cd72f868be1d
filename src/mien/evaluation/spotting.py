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
