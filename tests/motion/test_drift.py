"""The running median keeps steps and takes brief bumps."""

import numpy as np
import scipy.ndimage

from mien.motion import remove_drift, running_median

TIMES = np.arange(400) / 100


def test_a_brief_bump_survives_the_removal_of_drift() -> None:
    bump = np.exp(-0.5 * ((TIMES - 2.0) / 0.06) ** 2)
    brief = remove_drift(TIMES, bump + 0.2 * TIMES)
    np.testing.assert_allclose(brief[180:220], bump[180:220], atol=0.1)


def test_a_lasting_step_is_drift() -> None:
    step = np.where(TIMES > 2.0, 3.0, 0.0)
    brief = remove_drift(TIMES, step)
    assert np.abs(brief[:190]).max() < 1e-6
    assert np.abs(brief[215:]).max() < 1e-6


def test_it_agrees_with_a_plain_median_filter_inside() -> None:
    rng = np.random.default_rng(0)
    values = np.cumsum(rng.normal(0, 0.05, 400))
    ours = running_median(TIMES, values, half_window_s=0.2)
    plain = scipy.ndimage.median_filter(values, size=41, mode="nearest")
    np.testing.assert_allclose(ours[40:-40], plain[40:-40], atol=0.12)


def test_unseen_samples_have_no_say() -> None:
    values = np.ones(400)
    values[100:150] = np.nan
    assert np.nanmax(np.abs(remove_drift(TIMES, values))) == 0.0
