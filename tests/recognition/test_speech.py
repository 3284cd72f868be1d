"""Speech is told from other movements of the mouth, on courses that are made here."""

import numpy as np
import pytest

from mien.core.facs import channels_of
from mien.motion import GRID
from mien.recognition.basis import Basis
from mien.recognition.speech import (
    Stretch,
    find_speech,
    inside,
    mouth_opening,
    opening_noise,
    without_speech,
)

RATES = (25, 30, 100, 200)


def times(rate: int) -> np.ndarray:
    return np.arange(0, 6, 1 / rate)


def bump(times_s: np.ndarray, apex_s: float, duration_s: float, height: float) -> np.ndarray:
    near = np.abs(times_s - apex_s) < duration_s / 2
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * (times_s - apex_s) / duration_s)
    return np.asarray(np.where(near, height * wave, 0.0))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("syllables_per_s", [2.5, 4.0, 6.0])
def test_syllables_are_one_stretch_of_speech(rate: int, syllables_per_s: float) -> None:
    t = times(rate)
    talking = (t >= 2) & (t <= 4)
    opening = np.where(talking, 0.1 - 0.1 * np.cos(2 * np.pi * syllables_per_s * (t - 2)), 0.0)
    (stretch,) = find_speech(t, opening)
    assert stretch.start_s == pytest.approx(2, abs=0.25)
    assert stretch.end_s == pytest.approx(4, abs=0.25)


@pytest.mark.parametrize(
    "move",
    [
        lambda t: bump(t, 3.0, 0.3, 0.4),  # a micro-expression of the mouth
        lambda t: bump(t, 2.0, 0.4, 0.4) + bump(t, 4.0, 0.4, 0.4),  # two, far from each other
        lambda t: bump(t, 3.0, 2.5, 0.8),  # a slow opening, as in surprise
        lambda t: 0.02 * np.sin(2 * np.pi * 5 * t),  # tremor
        lambda t: 0.3 * np.sin(2 * np.pi * 0.3 * t),  # drift
    ],
    ids=["brief", "two", "slow", "tremor", "drift"],
)
def test_other_movements_of_the_mouth_are_no_speech(move: object) -> None:
    t = times(100)
    assert callable(move)
    assert find_speech(t, move(t)) == ()


def test_what_is_not_seen_is_no_speech() -> None:
    t = times(30)
    assert find_speech(t, np.full(len(t), np.nan)) == ()


def test_times_inside_stretches_are_inclusive() -> None:
    within = inside(np.array([0.9, 1.0, 1.5, 2.0, 2.1]), [Stretch(1.0, 2.0)])
    assert within.tolist() == [False, True, True, True, False]


def face() -> Basis:
    rows, columns = np.mgrid[:GRID, :GRID] / GRID - 0.5
    near_mouth = np.exp(-((rows - 0.3) ** 2 + columns**2) / 0.02)
    brow = np.exp(-((rows + 0.3) ** 2 + columns**2) / 0.02)
    nothing, one = np.zeros_like(rows), np.ones_like(rows)
    fields = np.stack([np.stack([nothing, -6 * near_mouth], -1), np.stack([nothing, 5 * brow], -1)])
    rigid = np.stack([np.stack([one, nothing], -1), np.stack([nothing, one], -1)])
    channels = (channels_of(26)[0], channels_of(4)[0])
    return Basis(channels, fields, rigid, np.ones((GRID, GRID), bool))


def test_the_opening_is_read_off_its_field_and_not_off_a_head_that_shifts() -> None:
    t = times(100)
    course = bump(t, 2.0, 0.5, 0.3)
    basis = face()
    flow = course[:, None, None, None] * basis.fields_px[0] + np.sin(t)[:, None, None, None] * (
        3 * basis.rigid_px[1]
    )
    assert mouth_opening(t, flow, basis) == pytest.approx(course, abs=0.02)


def test_a_basis_without_a_mouth_knows_no_opening() -> None:
    basis = face()
    brows = Basis(basis.channels[1:], basis.fields_px[1:], basis.rigid_px, basis.seen)
    t = times(30)
    assert np.isnan(mouth_opening(t, np.zeros((len(t), GRID, GRID, 2)), brows)).all()
    assert without_speech(brows) is None


def test_beside_speech_the_mouth_is_a_nuisance_and_the_brow_stays() -> None:
    beside = without_speech(face())
    assert beside is not None
    assert [channel.au for channel in beside.channels] == [4]
    assert len(beside.rigid_px) == len(face().rigid_px) + 1


def test_noise_of_the_flow_is_no_speech_and_speech_in_it_still_is() -> None:
    rng = np.random.default_rng(0)
    t = times(100)
    field = np.zeros((GRID, GRID, 2))
    field[20:26, 12:20, 1] = 4.0
    rigid = np.stack([np.ones((GRID, GRID, 2)), rng.normal(size=(GRID, GRID, 2))])
    face = Basis(channels_of(26), field[None], rigid, np.ones((GRID, GRID), dtype=bool))
    noisy = rng.normal(0, 4.0, (len(t), GRID, GRID, 2))
    level = opening_noise(noisy, face)
    assert level > 0.1
    assert find_speech(t, mouth_opening(t, noisy, face), noise=level) == ()
    talking = np.where((t > 2) & (t < 4), 2 - 2 * np.cos(2 * np.pi * 4 * (t - 2)), 0.0)
    spoken = noisy + talking[:, None, None, None] * field
    assert len(find_speech(t, mouth_opening(t, spoken, face), noise=level)) == 1
