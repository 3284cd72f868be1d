"""The uniform time base."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.core.time import TimeBase

RATES = st.fractions(min_value=Fraction(1, 10), max_value=1000, max_denominator=1001)


@given(RATES, st.integers(1, 5000), st.floats(-100, 100), st.data())
def test_the_nearest_sample_to_a_samples_time_is_itself(
    rate: Fraction, count: int, start_s: float, data: st.DataObject
) -> None:
    base = TimeBase(rate, count, start_s)
    index = data.draw(st.integers(0, count - 1))
    assert base.nearest(float(base.times_s[index])) == index


def test_times_at_30000_over_1001_do_not_drift_in_an_hour() -> None:
    base = TimeBase(Fraction(30000, 1001), 107893)
    exact = Fraction(107892 * 1001, 30000)
    assert base.times_s[-1] == float(exact)
    assert base.end_inclusive_s == pytest.approx(float(exact), abs=1e-9)


def test_the_duration_counts_the_last_sample_and_the_end_does_not() -> None:
    base = TimeBase(Fraction(25), 50, 2.0)
    assert base.duration_s == pytest.approx(2.0)
    assert base.end_inclusive_s == pytest.approx(3.96)
    assert base.step_s == pytest.approx(0.04)


@pytest.mark.parametrize(("time_s", "index"), [(-5.0, 0), (99.0, 2), (0.149, 1), (0.151, 2)])
def test_times_outside_give_the_first_or_last_sample(time_s: float, index: int) -> None:
    assert TimeBase(Fraction(10), 3).nearest(time_s) == index


@pytest.mark.parametrize("rate", [Fraction(0), Fraction(-25)])
def test_a_rate_that_is_not_positive_is_refused(rate: Fraction) -> None:
    with pytest.raises(UsageError, match=f"above 0 samples per second, but got {rate}"):
        TimeBase(rate, 3)


def test_a_time_base_without_samples_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 1 sample, but got 0"):
        TimeBase(Fraction(25), 0)
