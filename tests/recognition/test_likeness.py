"""How alike units look: every pair that FACS tells apart must be told apart in motion too."""

from itertools import combinations

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.facs import ACTION_UNITS, channels_of
from mien.head import action_channels, au_delta, load_head
from mien.recognition.likeness import SAME_MOTION, crop_fields, motion_likeness

HEAD = load_head()
BASIS = HEAD.people_of("basis")
MOST = 0.75


def test_no_two_units_look_the_same_from_the_front() -> None:
    units = [unit.number for unit in ACTION_UNITS]
    whole = np.stack([sum(au_delta(HEAD, c) for c in channels_of(au)) for au in units])
    likeness = motion_likeness(HEAD, BASIS, whole)
    alike = {
        (one, other): round(float(likeness[i, j]), 2)
        for (i, one), (j, other) in combinations(enumerate(units), 2)
        if likeness[i, j] > MOST and {one, other} not in SAME_MOTION
    }
    assert alike == {}


def test_no_two_channels_of_different_units_look_the_same() -> None:
    channels = action_channels()
    likeness = motion_likeness(HEAD, BASIS[:3], np.stack([au_delta(HEAD, c) for c in channels]))
    alike = {
        (str(one), str(other)): round(float(likeness[i, j]), 2)
        for (i, one), (j, other) in combinations(enumerate(channels), 2)
        if likeness[i, j] > MOST and one.au != other.au and {one.au, other.au} not in SAME_MOTION
    }
    assert alike == {}


def test_sides_of_a_unit_do_not_look_the_same() -> None:
    for au in (1, 12, 17, 18):
        likeness = motion_likeness(
            HEAD, BASIS[:2], np.stack([au_delta(HEAD, c) for c in channels_of(au)])
        )
        assert likeness[0, 1] < MOST, au


def test_a_shift_of_the_whole_head_is_the_same_motion_everywhere() -> None:
    shift = np.zeros((1, *HEAD.mean_m.shape))
    shift[..., 1] = 0.001
    fields = crop_fields(HEAD, BASIS[0], shift)[0]
    moving = np.linalg.norm(fields, axis=-1) > 0
    assert 200 < moving.sum() < 28 * 28
    np.testing.assert_allclose(fields[moving][:, 0], 0, atol=1e-12)
    assert np.ptp(fields[moving][:, 1]) < 1e-9
    apart = abs(BASIS[0].eye_centre_m[0, 0] - BASIS[0].eye_centre_m[1, 0])
    assert fields[moving][0, 1] == pytest.approx(-0.001 / apart * 0.34 * 28)


def test_a_shape_that_does_not_move_is_refused() -> None:
    with pytest.raises(UsageError, match=r"number \[0\] cannot be seen"):
        motion_likeness(HEAD, BASIS[:1], np.zeros((1, *HEAD.mean_m.shape)))
    with pytest.raises(UsageError, match="at least one person"):
        motion_likeness(HEAD, [], np.zeros((1, *HEAD.mean_m.shape)))
