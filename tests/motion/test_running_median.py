"""The running median keeps steps and loses brief bumps."""

import numpy as np
import scipy.ndimage

from mien.motion import running_median

TIMES = np.arange(400) / 100


def test_a_brief_bump_vanishes_in_the_median() -> None:
    bump = np.exp(-0.5 * ((TIMES - 2.0) / 0.06) ** 2)
    usual = running_median(TIMES, bump + 0.2 * TIMES, half_window_s=0.6)
    np.testing.assert_allclose(usual[180:220], 0.2 * TIMES[180:220], atol=0.1)


def test_a_lasting_step_stays_in_the_median() -> None:
    step = np.where(TIMES > 2.0, 3.0, 0.0)
    usual = running_median(TIMES, step, half_window_s=0.6)
    assert np.abs(usual - step)[:190].max() < 1e-6
    assert np.abs(usual - step)[215:].max() < 1e-6


def test_it_agrees_with_a_plain_median_filter_inside() -> None:
    rng = np.random.default_rng(0)
    values = np.cumsum(rng.normal(0, 0.05, 400))
    ours = running_median(TIMES, values, half_window_s=0.2)
    plain = scipy.ndimage.median_filter(values, size=41, mode="nearest")
    np.testing.assert_allclose(ours[40:-40], plain[40:-40], atol=0.12)


def test_unseen_samples_have_no_say() -> None:
    values = np.ones(400)
    values[100:150] = np.nan
    assert np.nanmax(np.abs(running_median(TIMES, values, half_window_s=0.6) - values)) == 0.0
