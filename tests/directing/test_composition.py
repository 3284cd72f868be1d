"""Movements and life on one track: nothing brief is lost, and one switch turns life off."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.core.facs import Channel, channels_of
from mien.core.time import TimeBase
from mien.core.track import EventKind
from mien.directing import LAYERS, Asymmetry, Blinks, Life, PlannedMovement, direct

TIME = TimeBase(Fraction(100), 500)
SMILE = PlannedMovement(channels_of(12), 0.6, 0.5, 1.5, 4.0, EventKind.MACRO, hold_s=1.0)
MICRO = PlannedMovement(channels_of(12), 0.3, 2.0, 2.15, 2.35)
LEFT = Channel.parse("AU12L")


def test_a_micro_expression_shows_in_full_on_a_macro_expression() -> None:
    alone = direct(TIME, [SMILE], None, seed=1).track.column(LEFT)
    both = direct(TIME, [SMILE, MICRO], None, seed=1).track.column(LEFT)
    added = both - alone
    assert added.max() == pytest.approx(0.3)
    assert TIME.times_s[np.argmax(added)] == pytest.approx(2.15)


def test_the_sum_is_capped_at_the_full_shape() -> None:
    strong = PlannedMovement(channels_of(12), 0.9, 2.0, 2.15, 2.35)
    assert direct(TIME, [SMILE, strong], None, seed=1).track.column(LEFT).max() == 1.0


def test_with_life_off_nothing_moves_but_the_movements() -> None:
    directed = direct(TIME, [MICRO], Life.off(), seed=9)
    track = directed.track
    assert not directed.head_translation_m.any()
    assert not track.head_rotation_rad.any()
    assert not track.gaze_rad.any()
    moving = {str(channel) for channel in track.channels if track.column(channel).any()}
    assert moving == {"AU12L", "AU12R"}
    assert (track.column(LEFT) == track.column(Channel.parse("AU12R"))).all()
    assert len(track.events) == 1


def test_leaving_one_layer_out_changes_no_other() -> None:
    whole = direct(TIME, [MICRO], Life(), seed=3).track
    less = direct(TIME, [MICRO], Life().without("saccades"), seed=3).track
    assert (whole.head_rotation_rad == less.head_rotation_rad).all()
    assert whole.of_kind(EventKind.BLINK) == less.of_kind(EventKind.BLINK)
    assert not less.gaze_rad.any()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**31), st.integers(0, 2**31))
def test_every_life_stays_in_range_and_repeats(seed: int, person_seed: int) -> None:
    life = Life(blinks=Blinks(rate_per_minute=40.0))
    one, other = (
        direct(TIME, [SMILE, MICRO], life, seed=seed, person_seed=person_seed) for _ in range(2)
    )
    assert one.track.activation.min() >= 0
    assert one.track.activation.max() <= 1
    assert (one.track.activation == other.track.activation).all()
    assert (one.head_translation_m == other.head_translation_m).all()
    assert one.track.events == other.track.events


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_no_blink_hides_a_brief_movement_of_the_lids(seed: int) -> None:
    lids = PlannedMovement(channels_of(7), 0.4, 1.0, 1.2, 1.5)
    life = Life(blinks=Blinks(rate_per_minute=60.0))
    for blink in direct(TIME, [lids], life, seed=seed).track.of_kind(EventKind.BLINK):
        assert blink.offset_s < 1.0 or blink.onset_s > 1.5


def test_a_lowered_gaze_does_not_close_a_closed_eye_twice() -> None:
    life = Life(blinks=Blinks(rate_per_minute=60.0, partial_share=0.0)).without("asymmetry")
    track = direct(TIME, [], life, seed=5).track
    closed = track.column(Channel.parse("AU43L")) + track.column(Channel.parse("AU45L"))
    assert closed.max() <= 1.0 + 1e-12


def test_sides_differ_by_person_and_not_by_clip() -> None:
    life = Life(blinks=None, saccades=None, head=None, breathing=None, asymmetry=Asymmetry())
    fine = TimeBase(Fraction(1000), 450, start_s=1.95)
    ratios = []
    for person in range(80):
        track = direct(fine, [MICRO], life, seed=1, person_seed=person).track
        left, right = (track.column(channel) for channel in channels_of(12))
        ratios.append(left.max() / right.max())
        again = direct(fine, [MICRO], life, seed=2, person_seed=person).track
        assert (again.column(LEFT) == left).all()
        assert max(left.max(), right.max()) == pytest.approx(0.3, rel=1e-3)
    assert min(ratios) >= 0.8 - 1e-6
    assert max(ratios) <= 1 / 0.8 + 1e-6
    assert np.std(ratios) == pytest.approx(0.08, abs=0.03)


def test_the_event_says_what_each_side_reaches() -> None:
    track = direct(TIME, [MICRO], Life().without("blinks"), seed=1, person_seed=4).track
    (event,) = track.of_kind(EventKind.MICRO)
    for unit in event.units:
        assert track.column(unit.channel).max() == pytest.approx(unit.activation, rel=0.02)


def test_an_unknown_layer_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean blinks"):
        Life().without("blink")
    assert Life().without(*LAYERS) == Life.off()


@pytest.mark.parametrize("peak", [-0.1, 1.2, float("nan"), float("inf")])
def test_a_peak_out_of_range_is_refused(peak: float) -> None:
    with pytest.raises(UsageError, match=r"0\.\.1"):
        PlannedMovement(channels_of(12), peak, 0.0, 0.1, 0.2)


def test_times_out_of_order_are_refused() -> None:
    with pytest.raises(UsageError, match="onset < apex"):
        PlannedMovement(channels_of(12), 0.3, 0.2, 0.1, 0.4)
    with pytest.raises(UsageError, match="onset < apex"):
        PlannedMovement(channels_of(12), 0.3, 0.0, 0.1, 0.2, hold_s=0.2)
