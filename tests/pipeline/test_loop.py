"""What was read there and back, compared."""

from fractions import Fraction

import numpy as np
import pytest

from mien.core.facs import channels_of
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, Event, EventKind, UnitPeak
from mien.pipeline.loop import compare_tracks


def track(rate: int, shift_s: float, gain: float = 1.0) -> ActionUnitTrack:
    time = TimeBase(Fraction(rate), 2 * rate)
    course = gain * 0.4 * np.exp(-0.5 * ((time.times_s - 1.0 - shift_s) / 0.06) ** 2)
    activation = np.stack([course, 0.02 * course], axis=1)
    peak = UnitPeak(channels_of(12)[0], 0.4, 1.0)
    return ActionUnitTrack(
        time=time,
        channels=channels_of(12),
        activation=activation,
        confidence=np.ones_like(activation),
        head_rotation_rad=np.zeros((time.count, 3)),
        gaze_rad=np.zeros((time.count, 2, 2)),
        events=(Event(EventKind.MICRO, 0.85, 1.0, 1.15, (peak,)),),
    )


def test_the_same_movement_correlates_fully_and_does_not_shift() -> None:
    (entry,) = compare_tracks(track(100, 0.0), track(60, 0.0, gain=0.7))
    assert entry.correlation == pytest.approx(1.0, abs=1e-3)
    assert entry.apex_shift_s == pytest.approx(0.0, abs=1 / 60)
    assert entry.read_back_peak == pytest.approx(0.28, abs=0.01)


def test_a_late_apex_is_told_with_its_sign() -> None:
    (entry,) = compare_tracks(track(100, 0.0), track(60, 0.05))
    assert entry.apex_shift_s == pytest.approx(0.05, abs=1 / 60)


def test_channels_that_hardly_move_are_left_out() -> None:
    entries = compare_tracks(track(100, 0.0), track(60, 0.0))
    assert [str(entry.channel) for entry in entries] == ["AU12L"]
