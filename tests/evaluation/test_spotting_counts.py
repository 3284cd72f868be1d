"""Counts of spotting against brute force, the challenge's rules, and hand-made cases."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from mien.core.errors import UsageError
from mien.core.track import Event, EventKind
from mien.evaluation.spotting import match_as_challenge, match_events, overlap, overlap_in_frames
from mien.evaluation.spotting_counts import (
    Counts,
    Matching,
    SpottedVideo,
    count_events,
    figures_of_counts,
    spot_then_recognise,
)

MICRO, MACRO, BLINK = EventKind.MICRO, EventKind.MACRO, EventKind.BLINK


def event(onset_s: float, offset_s: float, kind: EventKind = MICRO) -> Event:
    return Event(kind, onset_s, (onset_s + offset_s) / 2, offset_s)


def video(truth: list[Event], found: list[Event], rate: float = 100.0) -> SpottedVideo:
    return SpottedVideo(tuple(truth), tuple(found), rate, 60.0)


Spans = list[tuple[int, int]]
few = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=4)


def events(spans: Spans) -> list[Event]:
    """Events from their beginnings and lengths in tenths of a second."""
    return [event(begin / 10, (begin + length) / 10) for begin, length in spans]


@settings(max_examples=60)
@given(few, few)
def test_one_to_one_pairs_have_the_largest_summed_overlap_of_all(
    true_spans: Spans, found_spans: Spans
) -> None:
    truth, found = events(true_spans), events(found_spans)
    matches, left = match_events(truth, found)
    kept = sum(overlap(one.truth, one.found) for one in matches if one.found is not None)
    padded = [*found, *[None] * len(truth)]
    best = 0.0
    for order in set(permutations(range(len(padded)), len(truth))):
        values = [
            overlap(a, b)
            for a, b in zip(truth, (padded[i] for i in order), strict=True)
            if b is not None
        ]
        best = max(best, sum(one for one in values if one >= 0.5))
    assert kept == pytest.approx(best)
    assert len(left) == len(found) - sum(one.found is not None for one in matches)


@given(few, few)
def test_the_challenge_counts_what_two_loops_over_frames_count(
    true_spans: Spans, found_spans: Spans
) -> None:
    truth, found = events(true_spans), events(found_spans)

    def frames(one: Event) -> set[int]:
        return set(range(round(one.onset_s * 10), round(one.offset_s * 10) + 1))

    hits, false = 0, 0
    seen: set[int] = set()
    for one in found:
        mine = frames(one)
        matched = [
            i
            for i, other in enumerate(truth)
            if len(mine & frames(other)) / len(mine | frames(other)) >= 0.5
        ]
        hits, seen, false = hits + len(matched), seen | set(matched), false + (not matched)
    counts = count_events(video(truth, found, rate=10.0), Matching.CHALLENGE)[MICRO]
    assert (counts.true_positives, counts.false_positives) == (hits, false)
    assert counts.false_negatives == len(truth) - len(seen)


@given(few, few)
def test_exchanging_what_is_true_and_what_is_found_exchanges_the_errors(
    true_spans: Spans, found_spans: Spans
) -> None:
    truth, found = events(true_spans), events(found_spans)
    one = count_events(video(truth, found), Matching.ONE_TO_ONE)[MICRO]
    other = count_events(video(found, truth), Matching.ONE_TO_ONE)[MICRO]
    assert one.f1 == pytest.approx(other.f1, nan_ok=True)
    assert one.precision == pytest.approx(other.recall, nan_ok=True)


def test_several_found_events_on_one_true_event_count_once_or_each() -> None:
    case = video([event(1.0, 2.0)], [event(1.0, 1.9), event(1.1, 2.0)])
    assert count_events(case, Matching.ONE_TO_ONE)[MICRO] == Counts(1, 1, 0)
    assert count_events(case, Matching.CHALLENGE)[MICRO] == Counts(2, 0, 0)


def test_counting_frames_makes_brief_overlaps_larger() -> None:
    # Frames 0 to 3 and 2 to 5: two of six; in seconds 1 of 5.
    one, other = event(0.0, 0.3), event(0.2, 0.5)
    assert overlap_in_frames(one, other, rate=10.0) == pytest.approx(2 / 6)
    assert overlap(one, other) == pytest.approx(1 / 5)
    assert overlap_in_frames(event(0.0, 0.1), event(0.5, 0.6), rate=10.0) == 0.0


def test_equal_events_are_told_apart() -> None:
    same = event(1.0, 2.0)
    pairs, missed, false = match_as_challenge([event(5.0, 6.0), same], [same], rate=10.0)
    assert (len(pairs), len(missed), len(false)) == (1, 1, 0)


def test_a_micro_expression_never_stands_for_a_macro_expression() -> None:
    case = video([event(1.0, 1.4, MACRO)], [event(1.0, 1.4, MICRO)])
    for matching in Matching:
        counts = count_events(case, matching)
        assert counts[MICRO] == Counts(0, 1, 0)
        assert counts[MACRO] == Counts(0, 0, 1)


def test_blinks_are_not_scored() -> None:
    case = video([event(1.0, 1.2, BLINK)], [event(1.0, 1.2, BLINK), event(3.0, 3.1, BLINK)])
    assert set(count_events(case, Matching.ONE_TO_ONE).values()) == {Counts(0, 0, 0)}


def test_figures_of_counts_are_those_of_theory() -> None:
    counts = Counts(3, 1, 2) + Counts(0, 1, 0)
    assert (counts.precision, counts.recall, counts.f1) == pytest.approx((3 / 5, 3 / 5, 3 / 5))
    assert figures_of_counts(np.array([[3.0, 1.0, 2.0]]))[0] == pytest.approx((3 / 4, 3 / 5, 6 / 9))
    nothing = Counts(0, 0, 0)
    assert all(map(math.isnan, (nothing.precision, nothing.recall, nothing.f1)))
    assert np.isnan(figures_of_counts(np.zeros((1, 3)))).all()


def test_finding_and_naming_are_multiplied() -> None:
    # Three negative and one positive; one negative was called positive.
    score = spot_then_recognise(
        Counts(4, 2, 2), ["n", "n", "n", "p"], ["n", "n", "p", "p"], ["n", "p"]
    )
    precision, recall = (1 + 1 / 2) / 2, (2 / 3 + 1) / 2
    assert score.f1_analysis == pytest.approx(2 * precision * recall / (precision + recall))
    assert score.strs == pytest.approx(score.f1_analysis * 8 / 12)
    assert score.uf1_analysis == pytest.approx(
        metrics.f1_score([0, 0, 0, 1], [0, 0, 1, 1], average="macro")
    )
    assert score.matched == 4


def test_a_class_that_was_never_found_lowers_the_analysis() -> None:
    two = spot_then_recognise(Counts(2, 0, 0), ["n", "p"], ["n", "p"], ["n", "p"])
    three = spot_then_recognise(Counts(2, 0, 0), ["n", "p"], ["n", "p"], ["n", "p", "s"])
    assert two.strs == 1.0
    assert three.strs == pytest.approx(2 / 3)


def test_another_class_counts_against_what_it_was_called() -> None:
    score = spot_then_recognise(Counts(2, 0, 0), ["n", "others"], ["n", "n"], ["n"])
    assert score.f1_analysis == pytest.approx(2 * 0.5 * 1 / 1.5)


def test_finding_nothing_scores_nothing_and_names_nothing() -> None:
    score = spot_then_recognise(Counts(0, 2, 3), [], [], ["n"])
    assert score.strs == 0.0
    assert math.isnan(score.f1_analysis)
    assert math.isnan(spot_then_recognise(Counts(0, 0, 0), [], [], ["n"]).strs)
    wrong = spot_then_recognise(Counts(1, 0, 0), ["n"], ["p"], ["n", "p"])
    assert wrong.strs == 0.0


def test_a_matched_event_needs_both_classes() -> None:
    with pytest.raises(UsageError, match="got 1 and 0"):
        spot_then_recognise(Counts(1, 0, 0), ["n"], [], ["n"])
