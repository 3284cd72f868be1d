"""Action units, sides and channels."""

import pytest

from mien.core.errors import UsageError
from mien.core.facs import (
    ACTION_UNITS,
    EMOTIONS,
    Channel,
    Side,
    action_unit,
    channels_of,
)

ALL_CHANNELS = [channel for unit in ACTION_UNITS for channel in channels_of(unit.number)]


def test_units_stand_once_in_the_order_of_their_numbers() -> None:
    numbers = [unit.number for unit in ACTION_UNITS]
    assert numbers == sorted(set(numbers))


def test_the_units_that_casme2_and_openface_use_are_known() -> None:
    needed = {1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 23, 24, 25, 26, 28, 45}
    assert needed <= {unit.number for unit in ACTION_UNITS}


@pytest.mark.parametrize("channel", ALL_CHANNELS, ids=str)
def test_every_channel_is_read_back_from_its_name(channel: Channel) -> None:
    assert Channel.parse(str(channel)) == channel


def test_midline_units_have_one_channel_and_the_others_two() -> None:
    assert channels_of(23) == (Channel(23, Side.BOTH),)
    assert channels_of(4) == (Channel(4, Side.LEFT), Channel(4, Side.RIGHT))


@pytest.mark.parametrize(
    ("au", "side", "expected"),
    [(23, Side.LEFT, "side both for AU23"), (12, Side.BOTH, "side left or right for AU12")],
)
def test_a_side_that_facs_does_not_score_is_refused(au: int, side: Side, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        Channel(au, side)


@pytest.mark.parametrize("text", ["", "AU", "AUL", "12L", "au12L", "AU12X", "AU1.5L", "AU٣L"])
def test_names_that_are_none_are_refused_with_the_name(text: str) -> None:
    with pytest.raises(UsageError, match="Expected a channel such as AU12L or AU24") as error:
        Channel.parse(text)
    assert repr(text) in str(error.value)


def test_an_unknown_unit_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(UsageError, match=r"among 1, 2, 4.*but got 3\."):
        action_unit(3)


def test_the_emotions_are_ten_different_labels() -> None:
    assert len(set(EMOTIONS)) == 10
