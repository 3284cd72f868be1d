"""Times told for clips, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.core.track import Event, EventKind
from mien.evaluation.spotting import overlap
from mien.evaluation.timing import interval_overlaps, timing_figures, timing_scores

spans = st.tuples(*[st.integers(0, 20).map(float)] * 2).map(sorted)


def test_errors_are_milliseconds_of_each_clips_own_window() -> None:
    truth = np.array([[0.2, 0.5, 0.8], [0.0, 0.5, 1.0]])
    told = np.array([[0.3, 0.5, 0.8], [0.0, 0.25, 1.0]])
    scores = timing_scores(truth, told, np.array([1.0, 0.4]))
    assert scores.onset_ms == pytest.approx((100 + 0) / 2)
    assert scores.apex_ms == pytest.approx((0 + 100) / 2)
    assert scores.offset_ms == 0.0
    assert scores.iou == pytest.approx((5 / 6 + 1) / 2)
    assert scores.found == 1.0
    assert scores.middle_apex_ms == 0.0


def test_what_is_not_coded_is_left_out() -> None:
    truth = np.array([[0.2, np.nan, 0.8], [0.0, 0.5, np.nan]])
    scores = timing_scores(truth, np.array([[0.2, 0.1, 0.4], [0.5, 0.5, 1.0]]), np.ones(2))
    assert scores.clips == (2, 1, 1)
    assert scores.onset_ms == pytest.approx(250)
    assert scores.apex_ms == 0.0
    assert scores.iou == pytest.approx(1 / 3)
    assert scores.found == 0.0


def test_nothing_coded_has_no_figure() -> None:
    figures = timing_figures(np.full((2, 3), np.nan), np.zeros((2, 3)), np.ones(2))
    assert np.isnan(figures).all()


@given(spans, spans)
def test_spans_overlap_as_events_do(one: list[float], other: list[float]) -> None:
    pair = [Event(EventKind.MICRO, a, a, b) for a, b in (one, other)]
    told = interval_overlaps(np.array([one]), np.array([other]))[0]
    assert told == pytest.approx(overlap(*pair))


def test_a_span_that_ends_before_it_begins_has_nothing_in_common() -> None:
    truth = np.array([[0.0, 1.0]])
    assert interval_overlaps(truth, np.array([[0.9, 0.1]]))[0] == 0.0


def test_the_middle_of_the_window_is_the_apex_to_beat() -> None:
    truth = np.array([[0.0, 0.4, 1.0], [0.0, 0.7, 1.0]])
    scores = timing_scores(truth, truth, np.full(2, 0.5))
    assert scores.apex_ms == 0.0
    assert scores.middle_apex_ms == pytest.approx((50 + 100) / 2)


def test_how_often_a_clip_counts_is_as_if_it_stood_there_so_often() -> None:
    rng = np.random.default_rng(1)
    truth, told = rng.random((6, 3)), rng.random((6, 3))
    truth[0] = np.nan
    window, times = rng.random(6) + 0.1, np.array([1, 0, 2, 3, 0, 1])
    weighted = timing_figures(truth, told, window, times[None].astype(np.float64))
    repeated = timing_figures(*(np.repeat(one, times, axis=0) for one in (truth, told, window)))
    assert weighted == pytest.approx(repeated)


@pytest.mark.parametrize(("told", "window_s"), [(np.nan, 1.0), (0.5, 0.0)])
def test_times_or_windows_that_cannot_be_are_refused(told: float, window_s: float) -> None:
    with pytest.raises(UsageError, match="windows longer than 0 s"):
        timing_figures(np.zeros((1, 3)), np.full((1, 3), told), np.array([window_s]))
