"""Blinks keep their rate, their shape and away from what they would hide."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.directing import Blink, Blinks, plan_blinks

MINUTES = 30


def blinks(settings: Blinks, seed: int = 0) -> tuple[Blink, ...]:
    return plan_blinks(0.0, 60.0 * MINUTES, settings, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("rate", [4.0, 10.0, 16.0])
def test_people_blink_as_often_as_asked(rate: float) -> None:
    assert len(blinks(Blinks(rate_per_minute=rate))) / MINUTES == pytest.approx(rate, rel=0.15)


def test_gaps_between_blinks_are_skewed_to_the_long_side_as_was_measured() -> None:
    gaps_s = np.diff([one.start_s for one in blinks(Blinks())])
    assert np.median(gaps_s) < 0.93 * gaps_s.mean()


def test_half_of_all_blinks_are_partial_as_was_measured() -> None:
    closing = np.array([one.closing for one in blinks(Blinks())])
    assert np.mean(closing < 1) == pytest.approx(0.53, abs=0.1)
    assert closing.min() >= 0.55


def test_lids_close_faster_than_they_open() -> None:
    times = np.arange(0, 0.4, 0.001)
    for blink in blinks(Blinks())[:50]:
        course = blink.course(times + blink.start_s)
        speed = np.diff(course)
        assert -speed.min() < 0.8 * speed.max()
        assert course.max() == pytest.approx(blink.closing, abs=1e-3)
        assert course[-1] == 0


def test_nine_tenths_of_the_opening_take_124_ms_and_the_rest_is_a_tail() -> None:
    blink = Blink(0.0, 0.066, 0.008, Blinks().open_s, 1.0)
    opened_s = blink.apex_s + blink.shut_s
    assert blink.course(np.array([opened_s + 0.124]))[0] == pytest.approx(0.1, abs=0.005)


def test_spontaneous_closing_takes_66_ms_and_the_whole_blink_less_than_half_a_second() -> None:
    found = blinks(Blinks())
    assert np.mean([one.close_s for one in found]) == pytest.approx(0.066, rel=0.05)
    assert max(one.end_s - one.start_s for one in found) < 0.5


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 500), st.floats(0.0, 8.0), st.floats(0.02, 1.0))
def test_no_blink_hides_a_movement_of_the_lids(seed: int, onset: float, rise: float) -> None:
    often = Blinks(rate_per_minute=30.0)
    keep_out = ((onset, onset + rise), (4.0, 4.2))
    found = plan_blinks(0.0, 10.0, often, rng=np.random.default_rng(seed), keep_out=keep_out)
    for blink in found:
        for first, last in keep_out:
            assert blink.end_s < first or blink.start_s > last


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 500))
def test_blinks_end_within_the_time_and_do_not_overlap(seed: int) -> None:
    found = plan_blinks(2.0, 22.0, Blinks(rate_per_minute=40.0), rng=np.random.default_rng(seed))
    assert all(one.start_s >= 2.0 and one.end_s < 22.0 for one in found)
    assert all(a.end_s < b.start_s for a, b in itertools.pairwise(found))


def test_no_blinks_where_none_are_wanted() -> None:
    assert blinks(Blinks(rate_per_minute=0.0)) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_per_minute": -1.0},
        {"rate_per_minute": float("nan")},
        {"partial_share": 1.5},
        {"partial_closing": (0.9, 0.5)},
        {"close_s": 0.3},
        {"open_s": float("inf")},
    ],
    ids=str,
)
def test_blinks_that_no_eye_makes_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="blinks a minute"):
        Blinks(**wrong)  # type: ignore[arg-type]
