"""Long videos of people who talk keep to their plan."""

from fractions import Fraction

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.track import EventKind
from mien.synth.conversation import plan_conversation, touches, under_speech
from mien.synth.footage_plan import FootagePlan
from mien.synth.head_turns import HeadTurn

PEOPLE = ("Nina", "Paul")
PLANS = [
    plan_conversation(PEOPLE, number, rate=Fraction(30), length_s=60.0, seed=4)
    for number in range(6)
]


def spans(plan: FootagePlan, kind: EventKind) -> list[tuple[float, float]]:
    return [(one.onset_s, one.offset_s) for one in plan.movements if one.kind is kind]


def test_the_same_arguments_give_the_same_plan_and_another_seed_another() -> None:
    again = plan_conversation(PEOPLE, 3, rate=Fraction(30), length_s=60.0, seed=4)
    other = plan_conversation(PEOPLE, 3, rate=Fraction(30), length_s=60.0, seed=5)
    assert again == PLANS[3]
    assert other.movements != again.movements


def test_every_kind_is_there_and_a_part_of_the_brief_ones_falls_into_speech() -> None:
    micros = [(plan, span) for plan in PLANS for span in spans(plan, EventKind.MICRO)]
    assert len(micros) / len(PLANS) > 8
    assert all(0.04 < end - start <= 0.51 for _, (start, end) in micros)
    spoken = np.mean([under_speech(plan, *span) for plan, span in micros])
    assert 0.1 < spoken < 0.4
    macros = [span for plan in PLANS for span in spans(plan, EventKind.MACRO)]
    assert all(0.69 < end - start < 3.1 for start, end in macros)
    assert all(plan.speech and plan.turns for plan in PLANS)


def test_brief_movements_keep_away_from_each_other_and_from_longer_ones() -> None:
    for plan in PLANS:
        every = sorted(spans(plan, EventKind.MICRO) + spans(plan, EventKind.MACRO))
        for one, (start_s, end_s) in enumerate(every):
            assert 0 < start_s < end_s < plan.time.duration_s
            others = every[:one] + every[one + 1 :]
            if (start_s, end_s) in spans(plan, EventKind.MICRO):
                assert not touches((start_s, end_s), others, apart_s=0.29)


def test_the_head_turns_as_planned_beside_its_sway() -> None:
    plan = PLANS[0]
    rotation = plan.directed().track.head_rotation_rad
    assert np.degrees(np.ptp(rotation[:, 1])) > 5


def test_a_turn_goes_there_stays_and_comes_back() -> None:
    turn = HeadTurn(1.0, 0.5, 1.0, (0.0, 10.0, -2.0))
    yaw = np.degrees(turn.rotation_rad(np.array([0.9, 1.25, 1.5, 2.0, 2.5, 3.1]))[:, 1])
    assert yaw == pytest.approx([0, 5, 10, 10, 10, 0], abs=1e-9)


@pytest.mark.parametrize(
    ("way_s", "stay_s", "yaw_deg"), [(0.0, 1.0, 5.0), (0.5, -1.0, 5.0), (0.5, 1.0, 90.0)]
)
def test_a_turn_that_no_neck_makes_is_refused(way_s: float, stay_s: float, yaw_deg: float) -> None:
    with pytest.raises(UsageError, match="turns up to 45"):
        HeadTurn(0.0, way_s, stay_s, (0.0, yaw_deg, 0.0))
