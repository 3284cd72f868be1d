"""Matching of events, by hand."""

import math

import pytest

from mien.core.track import Event, EventKind
from mien.evaluation import match_events, score_spotting


def event(onset_s: float, offset_s: float) -> Event:
    return Event(EventKind.MICRO, onset_s, (onset_s + offset_s) / 2, offset_s)


def test_two_found_events_on_one_true_event_are_one_hit_and_one_false() -> None:
    score = score_spotting([([event(1.0, 1.3)], [event(1.0, 1.28), event(1.02, 1.3)])])
    assert (score.hits, score.misses, score.false_events) == (1, 0, 1)


def test_half_overlap_counts_and_less_does_not() -> None:
    truth = [event(1.0, 1.4)]
    assert match_events(truth, [event(1.0, 1.2)])[0][0].found is not None
    assert match_events(truth, [event(1.0, 1.19)])[0][0].found is None


def test_pairs_are_chosen_for_the_whole_not_greedily() -> None:
    truth = [event(0.0, 1.0), event(0.4, 1.4)]
    found = [event(0.3, 1.3), event(0.45, 1.45)]
    matches, left = match_events(truth, found, min_overlap=0.3)
    assert [m.found for m in matches] == found
    assert left == ()


def test_errors_are_means_over_the_hits_of_all_videos() -> None:
    score = score_spotting(
        [
            ([event(1.0, 1.4)], [event(1.02, 1.4)]),
            ([event(2.0, 2.4), event(5.0, 5.2)], [event(1.96, 2.4)]),
        ]
    )
    assert score.onset_error_s == pytest.approx(0.03)
    assert score.f1 == pytest.approx(2 * 2 / (2 * 2 + 1))


def test_nothing_to_find_and_nothing_found_has_no_score() -> None:
    score = score_spotting([([], [])])
    assert math.isnan(score.f1)
    assert math.isnan(score.onset_error_s)
