"""Eyes jump as fast and as far as measured eyes do, and the lids follow."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.directing import Saccades, gaze_course, plan_fixations
from mien.directing.lid_coupling import lids_closing, lids_raising
from mien.directing.saccades import saccade_duration_s


def test_ten_degrees_take_about_43_ms_and_reach_about_400_degrees_a_second() -> None:
    assert saccade_duration_s(10.0) == pytest.approx(0.043)
    free = Saccades(limit_deg=30.0, return_share=0.0)
    for seed in range(20):
        fixations = plan_fixations(0.0, 5.0, free, rng=np.random.default_rng(seed))
        times = np.arange(0, 5, 0.0005)
        yaw = np.degrees(gaze_course(times, fixations)[:, 0, 1])
        size = abs(fixations[0].yaw_deg) if fixations else 0.0
        if 8 < size < 12:
            until = times < fixations[0].start_s + 0.1
            peak = np.abs(np.diff(yaw[until])).max() / 0.0005
            assert 300 < peak < 520
            return
    pytest.fail("no jump of about ten degrees was drawn")


def test_sizes_follow_the_measured_distribution() -> None:
    wide = Saccades(limit_deg=30.0, return_share=0.0, mean_fixation_s=0.3)
    sizes = []
    for seed in range(300):
        first = plan_fixations(0.0, 3.0, wide, rng=np.random.default_rng(seed))[:1]
        # From straight ahead; up and down count less, so the sideways part is undone.
        sizes += [np.hypot(one.yaw_deg, one.pitch_deg / 0.55) for one in first]
    assert np.mean(np.array(sizes) < 5) == pytest.approx(0.53, abs=0.08)
    assert np.mean(np.array(sizes) < 15) == pytest.approx(0.83, abs=0.08)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 300), st.floats(0, 25))
def test_the_eyes_keep_within_their_limit_and_fixate_at_least_200_ms(
    seed: int, limit_deg: float
) -> None:
    limited = Saccades(limit_deg=limit_deg)
    fixations = plan_fixations(0.0, 10.0, limited, rng=np.random.default_rng(seed))
    gaze = gaze_course(np.arange(0, 10, 0.02), fixations)
    assert np.degrees(np.hypot(gaze[..., 0], gaze[..., 1])).max() <= limit_deg + 1e-6
    assert (gaze[:, 0] == gaze[:, 1]).all()
    for one, after in itertools.pairwise(fixations):
        assert after.start_s - (one.start_s + one.jump_s) >= 0.2 - 1e-9


def test_lids_fall_with_a_lowered_gaze_and_rise_with_a_raised_one() -> None:
    pitch = np.radians(np.linspace(-25, 25, 11))
    gaze = np.zeros((11, 2, 2))
    gaze[..., 0] = pitch[:, None]
    closing, raising = lids_closing(gaze), lids_raising(gaze)
    assert (np.diff(closing, axis=0) >= 0).all()
    assert (np.diff(raising, axis=0) <= 0).all()
    assert (closing[:6] == 0).all()
    assert (raising[5:] == 0).all()
    # Where the iris goes down by 12 sin 25 = 5 mm, the lid covers near that of 10.5 mm.
    assert closing[-1, 0] * 10.5 == pytest.approx(0.9 * 12 * np.sin(np.radians(25)), rel=1e-6)


def test_a_gaze_that_no_eye_has_is_refused() -> None:
    for wrong in (
        {"limit_deg": 90.0},
        {"shortest_fixation_s": 0.0},
        {"return_share": float("nan")},
    ):
        with pytest.raises(UsageError, match="degrees"):
            Saccades(**wrong)
