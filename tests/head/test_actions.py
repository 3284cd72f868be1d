"""Action units as shapes."""

import numpy as np

from mien.core.facs import ACTION_UNITS, Channel, channels_of
from mien.head import au_delta, au_weights, load_head, shown_channels
from mien.head.actions import action_shapes, left_share


def test_every_unit_has_shapes_or_says_why_not() -> None:
    assert set(action_shapes()) == {unit.number for unit in ACTION_UNITS}
    for number, shape in action_shapes().items():
        assert bool(shape.shapes) != bool(shape.absent), number


def test_every_named_shape_is_one_of_the_head() -> None:
    names = set(load_head().unit_names)
    for unit in ACTION_UNITS:
        for channel in channels_of(unit.number):
            assert set(au_weights(channel)) <= names, str(channel)


def test_weights_lie_between_zero_and_one() -> None:
    for channel in shown_channels():
        assert all(0 < weight <= 1 for weight in au_weights(channel).values())


def test_an_absent_unit_has_no_weights_and_does_not_move() -> None:
    channel = Channel.parse("AU38L")
    assert channel not in shown_channels()
    assert not au_weights(channel)
    assert not au_delta(load_head(), channel).any()


def test_a_side_is_a_side_of_the_subject() -> None:
    head = load_head()
    for channel in shown_channels():
        moved = np.linalg.norm(au_delta(head, channel), axis=1)
        left, right = moved[head.mean_m[:, 0] > 0].sum(), moved[head.mean_m[:, 0] < 0].sum()
        if channel.side == "left":
            assert left > 2 * right, str(channel)
        elif channel.side == "right":
            assert right > 2 * left, str(channel)
        else:
            assert 0.7 < left / right < 1.4, str(channel)


def test_the_halves_of_the_inner_brow_raiser_sum_to_the_whole() -> None:
    head = load_head()
    halves = au_delta(head, Channel.parse("AU01L")) + au_delta(head, Channel.parse("AU01R"))
    whole = head.unit_deltas_m[head.unit_index("browInnerUp")]
    np.testing.assert_allclose(halves, whole, atol=1e-8)


def test_the_halves_pass_into_each_other_over_two_centimetres() -> None:
    share = left_share(np.array([-0.02, -0.01, 0.0, 0.01, 0.02]))
    np.testing.assert_allclose(share, [0, 0, 0.5, 1, 1])


def test_brow_raisers_raise_and_lowerers_lower_the_brow() -> None:
    head = load_head()
    brow = head.masks["brow"] > 0.5
    left = brow & (head.mean_m[:, 0] > 0)
    for name, sign in (("AU01L", 1), ("AU02L", 1), ("AU04L", -1)):
        vertical = au_delta(head, Channel.parse(name))[left, 1]
        assert sign * vertical.mean() > 0.0005, name


def test_the_chin_raiser_lifts_the_boss_of_the_chin() -> None:
    head = load_head()
    x, y, z = head.mean_m.T
    boss = (np.abs(x) < 0.01) & (np.abs(y + 0.099) < 0.004) & (z > 0.01)
    assert boss.any()
    assert au_delta(head, Channel.parse("AU17"))[boss, 1].mean() > 0.002
