"""Intervals with scores: overlaps, thresholds, events."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.baselines.scored_intervals import (
    ScoredIntervals,
    as_events,
    best_threshold,
    coded_spans,
    held_out,
    overlaps,
    threshold_for_strangers,
)
from mien.core.track import Event, EventKind
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.spotting import overlap, score_spotting


def _video(name: str = "v", subject: str = "s", *, start_s: float = 0.0) -> Video:
    faces, landmarks = np.zeros((1000, 2, 2), np.uint8), np.zeros((1000, 1, 2))
    return Video(name, subject, 100.0, start_s, faces, landmarks)


def _labelled(name: str, *spans: tuple[float, float]) -> LabelledVideo:
    events = tuple(Event(EventKind.MACRO, a, (a + b) / 2, b) for a, b in spans)
    return LabelledVideo(_video(name, name), events)


_SPANS = st.lists(
    st.tuples(st.floats(0, 9), st.floats(0.05, 1)).map(lambda one: (one[0], one[0] + one[1])),
    min_size=1,
    max_size=6,
)


@given(_SPANS, _SPANS)
def test_overlaps_agree_with_those_of_the_evaluation(
    one: list[tuple[float, float]], other: list[tuple[float, float]]
) -> None:
    table = overlaps(np.array(one), np.array(other))
    for row, (a, b) in enumerate(one):
        for column, (c, d) in enumerate(other):
            expected = overlap(Event(EventKind.MICRO, a, a, b), Event(EventKind.MICRO, c, c, d))
            assert table[row, column] == pytest.approx(expected)


def test_coded_spans_count_from_the_first_frame_and_leave_blinks_out() -> None:
    events = (
        Event(EventKind.MICRO, 12.0, 12.1, 12.3),
        Event(EventKind.BLINK, 13.0, 13.1, 13.2),
        Event(EventKind.MACRO, 14.0, 14.5, 15.0),
    )
    labelled = LabelledVideo(_video(start_s=10.0), events)
    np.testing.assert_allclose(coded_spans(labelled), [[2.0, 2.3], [4.0, 5.0]])
    np.testing.assert_allclose(coded_spans(labelled, (EventKind.MACRO,)), [[4.0, 5.0]])


def test_the_best_threshold_lies_below_the_last_interval_that_raises_f1() -> None:
    coded = np.array([[1.0, 2.0], [4.0, 5.0]])
    proposed = ScoredIntervals(
        np.array([[1.0, 2.0], [7.0, 8.0], [4.1, 5.0], [8.0, 9.0]]), np.array([0.9, 0.7, 0.6, 0.2])
    )
    # F1 of the best 1, 2, 3, 4: 2/3, 2/4, 4/5, 4/6.
    assert best_threshold([(proposed, coded)]) == pytest.approx(0.4)


def test_two_intervals_on_one_event_count_once() -> None:
    coded = np.array([[1.0, 2.0]])
    proposed = ScoredIntervals(np.array([[1.0, 2.0], [1.0, 1.9]]), np.array([0.9, 0.8]))
    assert best_threshold([(proposed, coded)]) == pytest.approx(0.85)


def test_equal_scores_are_kept_together() -> None:
    coded = np.array([[1.0, 2.0]])
    proposed = ScoredIntervals(
        np.array([[1.0, 2.0], [5.0, 6.0], [7.0, 8.0]]), np.array([0.5, 0.5, 0.1])
    )
    assert best_threshold([(proposed, coded)]) == pytest.approx(0.3)


def test_without_any_hit_nothing_shall_be_found() -> None:
    proposed = ScoredIntervals(np.array([[7.0, 8.0]]), np.array([0.9]))
    assert best_threshold([(proposed, np.array([[1.0, 2.0]]))]) == float("inf")
    assert best_threshold([]) == float("inf")


@given(st.integers(0, 10_000))
def test_no_other_threshold_has_a_larger_f1(seed: int) -> None:
    rng = np.random.default_rng(seed)
    coded = np.sort(rng.uniform(0, 10, (3, 2)), axis=1)
    spans = np.concatenate([coded + rng.normal(0, 0.1, coded.shape), rng.uniform(0, 10, (4, 2))])
    spans = np.sort(spans, axis=1)
    proposed = ScoredIntervals(spans, rng.random(len(spans)))
    truth = [Event(EventKind.MICRO, a, a, b) for a, b in coded]

    def f1(threshold: float) -> float:
        kept = proposed.take(proposed.scores >= threshold)
        found = [Event(EventKind.MICRO, a, a, b) for a, b in kept.spans_s]
        return score_spotting([(truth, found)]).f1

    if len(overlaps(coded, coded)[overlaps(coded, coded) > 0]) > len(coded):
        return  # overlapping events can be paired in more than one way
    assert f1(best_threshold([(proposed, coded)])) >= max(map(f1, proposed.scores)) - 1e-9


def test_events_are_cut_to_the_video_and_named_by_their_length() -> None:
    spans = np.array([[5.0, 5.6], [-0.2, 0.3], [9.0, 9.5]])
    events = as_events(ScoredIntervals(spans, np.array([0.4, 1.7, -0.1])), _video(start_s=2.0))
    assert [event.kind for event in events] == [EventKind.MICRO, EventKind.MACRO, EventKind.MICRO]
    assert [event.onset_s for event in events] == pytest.approx([2.0, 7.0, 11.0])
    assert [event.offset_s for event in events] == pytest.approx([2.3, 7.6, 11.5])
    assert [event.apex_s for event in events] == pytest.approx([2.15, 7.3, 11.25])
    assert [event.confidence for event in events] == [1.0, 0.4, 0.0]


def test_every_third_person_is_set_apart_with_all_videos() -> None:
    videos = [_labelled(name) for name in "dacb"] + [
        LabelledVideo(_video("second of a", "a"), ()),
    ]
    rest, apart = held_out(videos)
    assert {one.video.name for one in apart} == {"a", "d", "second of a"}
    assert {one.video.name for one in rest} == {"b", "c"}


def test_a_single_person_is_learned_from_and_judged() -> None:
    videos = [_labelled("a", (1.0, 2.0))]
    assert held_out(videos) == (videos, videos)


def test_the_threshold_is_chosen_on_people_that_the_model_has_not_seen() -> None:
    videos = [_labelled(name, (1.0, 2.0)) for name in "abc"]

    def train(some: object) -> set[str]:
        assert isinstance(some, list)
        return {one.video.name for one in some}

    def propose(model: set[str], video: Video) -> ScoredIntervals:
        score = 0.9 if video.name in model else 0.5
        return ScoredIntervals(np.array([[1.0, 2.0], [7.0, 8.0]]), np.array([score, 0.1]))

    assert threshold_for_strangers(videos, train, propose) == pytest.approx(0.3)


def test_where_strangers_have_no_hit_the_learned_videos_decide() -> None:
    videos = [_labelled("a"), _labelled("b", (1.0, 2.0)), _labelled("c", (1.0, 2.0))]

    def propose(_: object, video: Video) -> ScoredIntervals:
        del video
        return ScoredIntervals(np.array([[1.0, 2.0], [7.0, 8.0]]), np.array([0.8, 0.6]))

    assert threshold_for_strangers(videos, list, propose) == pytest.approx(0.7)
