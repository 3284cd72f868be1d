"""What a planned clip says of itself."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.core.facs import Channel, channels_of
from mien.core.track import EventKind
from mien.directing import PlannedMovement
from mien.synth.clip_plan import ClipPlan, HeadMotion
from mien.synth.measuring_sets import PLANTED, SETS, plan_clip, without_events

PEOPLE = ("Nina", "Tariq", "Yuna")


def plan(*movements: PlannedMovement) -> ClipPlan:
    return ClipPlan("Nina", Fraction(100), 2.0, movements, blinks_s=(1.5,))


def test_the_course_peaks_at_the_apex_and_rests_outside() -> None:
    move = PlannedMovement(channels_of(4), 0.3, 0.5, 0.61, 0.8)
    truth = plan(move).truth()
    course = truth.column(Channel.parse("AU04L"))
    assert course.max() == pytest.approx(0.3)
    assert truth.time.times_s[np.argmax(course)] == pytest.approx(0.61)
    outside = (truth.time.times_s <= 0.5) | (truth.time.times_s >= 0.8)
    assert (course[outside] == 0).all()


def test_the_truth_carries_the_events_that_were_planned() -> None:
    truth = plan(PlannedMovement(channels_of(12), 0.3, 0.5, 0.6, 0.8)).truth()
    (micro,) = truth.of_kind(EventKind.MICRO)
    (blink,) = truth.of_kind(EventKind.BLINK)
    assert (micro.onset_s, micro.apex_s, micro.offset_s) == (0.5, 0.6, 0.8)
    assert blink.apex_s == 1.5


def test_a_movement_beyond_the_clip_is_refused() -> None:
    with pytest.raises(UsageError, match="onset < apex < offset"):
        plan(PlannedMovement(channels_of(4), 0.3, 1.8, 1.9, 2.2))


@given(st.sampled_from(sorted(SETS)), st.integers(0, 40), st.integers(0, 5))
def test_every_clip_of_the_sets_keeps_to_its_set(name: str, number: int, seed: int) -> None:
    clip = plan_clip(name, number, PEOPLE, seed=seed)
    low, high = (0.03, 0.12) if name == "W" else (0.2, 0.4)
    assert len(clip.movements) == 2
    for move in clip.movements:
        assert low <= move.peak <= high
        assert 0.2 <= move.offset_s - move.onset_s <= 0.3
        assert tuple(sorted({c.au for c in move.channels})) in PLANTED
    assert clip == plan_clip(name, number, PEOPLE, seed=seed)


def test_an_unknown_set_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="A, D, W"):
        plan_clip("B", 0, PEOPLE)


def test_an_emptied_clip_keeps_its_blink_and_sway() -> None:
    clip = plan_clip("A", 3, PEOPLE)
    empty = without_events(clip)
    assert empty.truth().of_kind(EventKind.MICRO) == ()
    assert len(empty.truth().of_kind(EventKind.BLINK)) == 1
    assert empty.head == clip.head


def test_head_motion_stays_within_what_was_asked() -> None:
    times = np.arange(0, 3, 0.01)
    shift, rotation = HeadMotion(sway_px=2.0, turn_deg=3.0, seed=1).at(times)
    assert np.abs(shift[:, 0]).max() <= 2.0
    assert np.degrees(np.abs(rotation[:, 1])).max() <= 3.0 + 1e-9
    assert replace(HeadMotion(), seed=2) != HeadMotion()
