"""Smoothing over the face and not beyond it."""

import numpy as np

from mien.motion import smooth_cells

RNG = np.random.default_rng(0)
SEEN = np.zeros((12, 12), dtype=bool)
SEEN[2:10, 2:10] = True


def test_a_constant_field_stays_constant_up_to_the_edge_of_the_face() -> None:
    field = np.where(SEEN[None, :, :, None], 2.0, 50.0) * np.ones((1, 12, 12, 2))
    smoothed = smooth_cells(field, SEEN)
    np.testing.assert_allclose(smoothed[0][SEEN], 2.0, atol=1e-6)
    np.testing.assert_allclose(smoothed[0][~SEEN], 50.0)


def test_noise_becomes_less() -> None:
    noise = RNG.normal(size=(50, 12, 12, 2))
    assert smooth_cells(noise, SEEN)[:, 4:8, 4:8].std() < 0.5


def test_a_field_that_is_not_known_stays_unknown() -> None:
    fields = np.zeros((2, 12, 12, 2))
    fields[1] = np.nan
    smoothed = smooth_cells(fields, SEEN)
    assert np.isnan(smoothed[1]).all()
    assert np.isfinite(smoothed[0]).all()
