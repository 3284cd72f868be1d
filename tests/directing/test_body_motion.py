"""Head drift, breathing and the noise beneath them."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.directing import Breathing, HeadDrift
from mien.directing.breathing import breath_course
from mien.directing.head_drift import head_drift
from mien.directing.pink_noise import pink_noise

TIMES = np.arange(0, 600, 0.05)


def test_drift_has_the_spread_that_was_asked() -> None:
    spreads = []
    for seed in range(8):
        rotation, shift = head_drift(TIMES, HeadDrift(), rng=np.random.default_rng(seed))
        spreads.append([np.degrees(rotation.std(axis=0)), 1000 * shift.std(axis=0)])
    turn_deg, shift_mm = np.mean(spreads, axis=0)
    np.testing.assert_allclose(turn_deg[:2], 0.4, rtol=0.1)
    np.testing.assert_allclose(shift_mm, [1.5, 0.75, 1.5], rtol=0.1)


def test_the_power_falls_as_one_over_frequency_and_ends_at_the_fastest() -> None:
    octaves = np.zeros(4)
    above = total = 0.0
    for seed in range(30):
        noise = pink_noise(TIMES, fastest_hz=1.0, rng=np.random.default_rng(seed))
        power = np.abs(np.fft.rfft(noise * np.hanning(len(noise)))) ** 2
        hz = np.fft.rfftfreq(len(noise), 0.05)
        octaves += [power[(hz >= f) & (hz < 2 * f)].sum() for f in (0.06, 0.12, 0.24, 0.48)]
        above += power[hz > 1.02].sum()
        total += power.sum()
    # Equal power in every octave is 1/f.
    np.testing.assert_allclose(octaves / octaves.mean(), 1.0, atol=0.25)
    assert above < 1e-3 * total


def test_noise_does_not_depend_on_the_frame_rate() -> None:
    slow, fast = np.arange(0, 2, 1 / 30), np.arange(0, 2, 1 / 60)
    one, other = (pink_noise(t, fastest_hz=1.0, rng=np.random.default_rng(4)) for t in (slow, fast))
    np.testing.assert_allclose(one, other[::2], atol=1e-12)


def test_breaths_come_at_the_rate_asked_and_go_in_faster_than_out() -> None:
    course = breath_course(TIMES, Breathing(), rng=np.random.default_rng(2))
    breaths = np.sum((course[:-1] < 0.5) & (course[1:] >= 0.5))
    assert breaths / 10 == pytest.approx(16.6, rel=0.08)
    assert np.mean(np.diff(course) > 0) == pytest.approx(0.42, abs=0.02)
    assert course.min() >= 0
    assert course.max() <= 1


def test_motion_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="degrees"):
        HeadDrift(turn_deg=90.0)
    with pytest.raises(UsageError, match="breaths"):
        Breathing(rate_per_minute=float("nan"))
    with pytest.raises(UsageError, match="above"):
        pink_noise(TIMES, fastest_hz=0.01, rng=np.random.default_rng(0))
