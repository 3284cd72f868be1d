"""What a rate is made of."""

from fractions import Fraction

import numpy as np
import pytest

from mien.video.source import ForwardClock
from mien.video.stamps import measure_rate


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(30), Fraction(30000, 1001)])
def test_a_wrong_nominal_rate_gives_way_to_the_stamps(rate: Fraction) -> None:
    times_s = np.arange(300) / float(rate)
    assert measure_rate(times_s, 1 / 90_000, Fraction(50)) == (rate, False)


def test_one_gap_makes_the_rate_variable_but_does_not_change_it() -> None:
    times_s = np.delete(np.arange(100) / 200, [40, 41, 42])
    assert measure_rate(times_s, 1 / 90_000, Fraction(190)) == (Fraction(200), True)


def test_jitter_below_a_tenth_is_an_even_rate() -> None:
    rng = np.random.default_rng(0)
    times_s = np.arange(200) / 30 + rng.uniform(-0.001, 0.001, 200)
    assert measure_rate(times_s, 1 / 90_000, None) == (Fraction(30), False)


def test_a_single_frame_has_the_nominal_rate() -> None:
    assert measure_rate(np.zeros(1), 1 / 90_000, Fraction(50)) == (Fraction(50), False)


def test_the_clock_lets_only_later_times_through() -> None:
    clock = ForwardClock()
    times_s = (0.0, 0.1, 0.1, 0.05, 0.2)
    assert [clock.accepts(t) for t in times_s] == [True, True, False, False, True]
    assert clock.warnings() == ("2 frames were left out: the time stamp repeats or goes back.",)
