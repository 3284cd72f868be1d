"""Shapes that differ from the basis by a known amount."""

import numpy as np

from mien.head import load_head
from mien.synth.disturbance import disturbed_deltas

HEAD = load_head()
POINTS = HEAD.mean_m.astype(np.float64)
SMILE = HEAD.unit_deltas_m[[HEAD.unit_index("mouthSmileLeft")]].astype(np.float64)


def lengths(deltas: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.norm(deltas[0], axis=1))


def test_gain_and_turn_have_the_spread_that_was_asked() -> None:
    moving = lengths(SMILE) > 1e-3
    gains, turns = [], []
    for seed in range(60):
        changed = disturbed_deltas(POINTS, SMILE, rng=np.random.default_rng(seed))
        plane = np.linalg.norm(SMILE[0, moving, :2], axis=1)
        gain = np.linalg.norm(changed[0, moving, :2], axis=1) / plane
        cross = (
            SMILE[0, moving, 0] * changed[0, moving, 1]
            - SMILE[0, moving, 1] * changed[0, moving, 0]
        )
        gains.append(np.log(gain))
        turns.append(np.degrees(np.arcsin(np.clip(cross / plane**2 / gain, -1, 1))))
    assert 0.2 < np.std(gains) < 0.3
    assert 9.5 < np.std(turns) < 14.5


def test_nothing_to_change_changes_nothing() -> None:
    same = disturbed_deltas(POINTS, SMILE, rng=np.random.default_rng(0), gain_sd=0.0, turn_deg=0.0)
    np.testing.assert_allclose(same, SMILE, atol=1e-12)


def test_neighbours_are_changed_alike() -> None:
    moving = np.flatnonzero(lengths(SMILE) > 2e-3)
    changed = disturbed_deltas(POINTS, SMILE, rng=np.random.default_rng(3))
    gain = lengths(changed)[moving] / lengths(SMILE)[moving]
    apart = np.linalg.norm(POINTS[moving][:, None] - POINTS[moving], axis=-1)
    near = (apart > 0) & (apart < 0.004)
    difference = np.abs(gain[:, None] - gain)
    assert difference[near].mean() < 0.3 * difference[apart > 0.03].mean() + 0.02
