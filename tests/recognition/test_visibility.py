"""What is lost of a face, what is still read of it, and what would have been too small."""

from dataclasses import replace

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.facs import Channel, channels_of
from mien.recognition.basis import Basis, whiten
from mien.recognition.covering import covered_quarters
from mien.recognition.detection_limit import hidden_units, smallest_movements, too_noisy
from mien.recognition.gain import flow_gain
from mien.recognition.gates import SpottingThresholds
from mien.recognition.held import held_units, with_held
from mien.recognition.posture import Posture
from mien.recognition.scan import Scan
from mien.recognition.visibility import Veil, turned_away, views_of, visibility_of

QUARTER = 2 * (np.arange(32)[:, None] >= 16) + (np.arange(32)[None] >= 16)
STEP_S = 0.02


def basis() -> Basis:
    """Two units: one lifts the upper rows, one the lower ones; 2 px at full strength."""
    channels = (*channels_of(1), *channels_of(12))
    fields = np.zeros((4, 32, 32, 2))
    for place, (rows, columns) in enumerate(
        ((slice(4, 8), slice(18, 28)), (slice(4, 8), slice(4, 14)),
         (slice(22, 26), slice(18, 28)), (slice(22, 26), slice(4, 14)))
    ):  # fmt: skip
        fields[place, rows, columns, 1] = -2.0
    seen = np.ones((32, 32), dtype=bool)
    return Basis(channels, fields, np.ones((1, 32, 32, 2)), seen)


def lost(frames: slice, quarters: list[int], count: int = 200) -> np.ndarray:
    hidden = np.zeros((count, 4), dtype=bool)
    hidden[frames, quarters] = True
    return hidden


def test_a_lost_stretch_is_widened_and_named_with_its_reason() -> None:
    veil = Veil("covered", lost(slice(60, 120), [2, 3]))
    seen = visibility_of([veil], QUARTER, step_s=STEP_S)
    assert set(seen.reasons) == set(range(55, 125))
    assert set(seen.reasons.values()) == {"the mouth and chin: covered"}
    assert not seen.blind.any()


def test_stretches_less_than_half_a_second_apart_are_one() -> None:
    hidden = lost(slice(40, 70), [0, 2]) | lost(slice(90, 130), [0, 2])
    seen = visibility_of([Veil("outside", hidden)], QUARTER, step_s=STEP_S)
    assert sorted(seen.reasons) == list(range(35, 135))
    assert set(seen.reasons.values()) == {"the right half of the face: outside"}


def test_a_view_too_short_to_be_read_by_itself_is_lost_whole() -> None:
    seen = visibility_of([Veil("covered", lost(slice(60, 70), [3]))], QUARTER, step_s=STEP_S)
    assert seen.blind[60:70].all()
    assert seen.reasons[65] == "the face: covered"


def test_what_hides_the_whole_face_is_said_alone() -> None:
    turned = turned_away(np.where(np.arange(200) < 100, 0.2, 0.6))
    seen = visibility_of(
        [turned, Veil("covered", lost(slice(90, 200), [2]))], QUARTER, step_s=STEP_S
    )
    assert seen.reasons[150] == "the head is turned by more than 30 degrees"
    assert seen.blind[100:].all()


def test_turns_that_are_not_known_hide_nothing() -> None:
    assert not turned_away(np.full(10, np.nan)).lost.any()


def test_no_veil_at_all_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one veil"):
        visibility_of([], QUARTER, step_s=STEP_S)


def test_a_half_hidden_face_is_read_by_the_units_that_are_seen() -> None:
    whole = basis()
    seen = visibility_of([Veil("covered", lost(slice(100, 200), [2, 3]))], QUARTER, step_s=STEP_S)
    flow = np.zeros((200, 32, 32, 2), np.float32)
    first, second = views_of(flow, whole, seen)
    assert first.basis is whole
    assert first.judged[:95].all()
    assert np.isnan(first.flow_px[100:]).all()
    assert {channel.au for channel in second.basis.channels} == {1}
    assert not second.basis.seen[16:].any()
    assert second.judged[95:].all()
    assert np.isfinite(second.flow_px).all()
    hidden = seen.hidden_channels(whole)
    assert hidden[150].tolist() == [False, False, True, True]
    assert not hidden[:95].any()


def test_without_anything_hidden_there_is_one_view_of_all() -> None:
    flow = np.zeros((200, 32, 32, 2), np.float32)
    (view,) = views_of(flow, basis(), None)
    assert view.judged.all()
    assert not view.hidden.any()


def test_a_quarter_counts_as_covered_between_two_looks_that_say_so() -> None:
    strangeness = np.zeros((5, 32, 32), np.float32)
    strangeness[2, 16:22, 16:] = 1.0
    times_s = np.arange(41) / 100
    seen = np.ones((32, 32), dtype=bool)
    covered = covered_quarters(times_s, 0.1 * np.arange(5.0), strangeness, QUARTER, seen)
    assert covered[12:30, 3].all()
    assert not covered[:10].any()
    assert not covered[:, :3].any()
    nothing = covered_quarters(times_s, np.zeros(0), strangeness[:0], QUARTER, seen)
    assert not nothing.any()


def scan_of(energy: float) -> Scan:
    return Scan(np.arange(4.0), np.zeros((4, 3)), np.full((4, 3), energy))


def test_the_smallest_movement_reaches_the_score_and_grows_with_the_noise() -> None:
    limits = replace(SpottingThresholds(), reach_px=0.0, reach_video_px=0.0)
    for noise_px, energy in ((0.1, 300.0), (0.4, 900.0)):
        whitened = whiten(basis(), np.full((32, 32), noise_px))
        found = smallest_movements(whitened, scan_of(energy), limits, magnification=1.0)
        both = whitened.design[:, :2].sum(axis=1)
        own = (found[1] * flow_gain(1)) ** 2 * float(both @ both)
        assert np.sqrt(own) * own / (own + energy) == pytest.approx(limits.score, rel=0.03)
    quiet, loud = (
        smallest_movements(
            whiten(basis(), np.full((32, 32), noise_px)), scan_of(500.0), limits, magnification=1.0
        )
        for noise_px in (0.1, 0.4)
    )
    assert loud[1] == pytest.approx(4 * quiet[1], rel=0.05)
    pressed = smallest_movements(
        whiten(basis(), np.full((32, 32), 0.1)),
        scan_of(500.0),
        limits,
        magnification=1.0,
        held_back=0.05,
    )
    assert pressed == {1: pytest.approx(0.35), 12: pytest.approx(0.35)}


def test_in_still_footage_the_reach_that_the_gates_ask_for_is_the_limit() -> None:
    whitened = whiten(basis(), np.full((32, 32), 0.001))
    limits = SpottingThresholds()
    found = smallest_movements(whitened, scan_of(1e-6), limits, magnification=3.0)
    assert found[12] == pytest.approx(0.36 / (2.0 * flow_gain(12)), rel=0.01)


def test_units_beyond_what_micro_expressions_reach_are_hidden() -> None:
    assert hidden_units({1: 0.1, 7: 0.5}) == (7,)
    assert not too_noisy({1: 0.1, 7: 0.5})
    assert too_noisy({1: 0.4, 7: 0.5, 12: 0.2})
    assert not too_noisy({})
    nothing = smallest_movements(
        whiten(basis(), np.ones((32, 32))), scan_of(0.0), SpottingThresholds(), magnification=1.0
    )
    assert nothing == {}


def test_a_held_unit_is_read_from_the_motion_and_lifts_its_course() -> None:
    whole = basis()
    field = 0.5 * flow_gain(1) * whole.fields_px[:2].sum(axis=0)
    held = held_units(field, whole)
    assert set(held) == set(channels_of(1))
    assert list(held.values()) == pytest.approx([0.5, 0.5], abs=0.02)
    noise = np.random.default_rng(2).normal(0, 0.5, (32, 32, 2))
    assert held_units(noise, whole) == {}

    left = Channel.parse("AU01L")
    course = np.array([[0.1], [0.1], [0.3], [np.nan]])
    posture = Posture((left,), course, np.zeros(4))
    lifted = with_held(posture, held).activation[:, 0]
    np.testing.assert_allclose(lifted[:3], [0.5, 0.5, 0.7], atol=0.02)
    assert np.isnan(lifted[3])
