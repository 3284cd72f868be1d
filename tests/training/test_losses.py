"""The losses: worked out by hand, and blind to what is not known."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

from mien.core.errors import UsageError
from mien.networks.output import NetworkOutput
from mien.training.losses import (
    LossSettings,
    Targets,
    TrainingLoss,
    class_weights,
    emotion_loss,
    intensity_loss,
    order_loss,
    positive_weights,
    step_targets,
    time_loss,
    unit_loss,
)

NAN = math.nan


def test_emotion_loss_is_minus_the_logarithm_of_the_share_of_the_class() -> None:
    logits = torch.tensor([[math.log(3.0), 0.0], [0.0, math.log(4.0)]])
    found = emotion_loss(logits, torch.tensor([0, 0]))
    assert float(found) == pytest.approx((-math.log(3 / 4) - math.log(1 / 5)) / 2)


def test_a_clip_without_a_class_adds_nothing() -> None:
    logits = torch.tensor([[math.log(3.0), 0.0], [9.0, -9.0]])
    found = emotion_loss(logits, torch.tensor([0, -1]))
    assert float(found) == pytest.approx(-math.log(3 / 4) / 2)


def test_class_weights_scale_each_clip() -> None:
    logits = torch.zeros(2, 2)
    found = emotion_loss(logits, torch.tensor([0, 1]), torch.tensor([0.5, 3.0]))
    assert float(found) == pytest.approx(math.log(2) * (0.5 + 3.0) / 2)


def test_time_loss_sums_the_squares_of_what_is_coded() -> None:
    times = torch.tensor([[0.1, 0.5, 0.9], [0.3, 0.3, 0.3]])
    coded = torch.tensor([[0.2, 0.5, 0.6], [0.0, NAN, NAN]])
    assert float(time_loss(times, coded)) == pytest.approx((0.01 + 0.0 + 0.09 + 0.09) / 2)


def test_order_loss_is_the_square_of_each_overlap() -> None:
    times = torch.tensor([[0.1, 0.5, 0.9], [0.6, 0.4, 0.1]])
    assert float(order_loss(times)) == pytest.approx((0.2**2 + 0.3**2) / 2)


def test_unit_loss_is_binary_cross_entropy_over_what_is_known() -> None:
    logits = torch.tensor([[math.log(3.0), 0.0, 5.0], [0.0, 0.0, 0.0]])
    units = torch.tensor([[1.0, 0.0, NAN], [NAN, NAN, NAN]])
    expected = (-math.log(3 / 4) + math.log(2)) / 2 / 2
    assert float(unit_loss(logits, units)) == pytest.approx(expected)


def test_positive_weights_scale_the_clips_that_show_a_unit() -> None:
    found = unit_loss(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]), torch.tensor([4.0, 4.0]))
    assert float(found) == pytest.approx(math.log(2) * (4 + 1) / 2)


def test_intensity_loss_is_the_mean_square_over_what_is_known() -> None:
    found = intensity_loss(torch.tensor([[0.5, 0.2]]), torch.tensor([[0.9, NAN]]))
    assert float(found) == pytest.approx(0.16)


def test_steps_rise_from_onset_to_apex_and_fall_to_the_offset() -> None:
    times = torch.tensor([[0.25, 0.5, 1.0]])
    found = step_targets(torch.tensor([[0.8, 0.0]]), times, 9)[0]
    half = 0.5 - 0.5 * math.cos(math.pi / 4)
    rest = 0.5 - 0.5 * math.cos(3 * math.pi / 4)
    course = [0, 0, 0, 0.5, 1, rest, 0.5, half, 0]
    assert found[:, 0].tolist() == pytest.approx([0.8 * one for one in course], abs=1e-6)
    assert found[:, 1].tolist() == [0] * 9


def test_steps_of_a_clip_without_times_are_known_only_of_units_that_are_not_there() -> None:
    found = step_targets(torch.tensor([[1.0, 0.0, NAN]]), torch.tensor([[0.1, NAN, 0.9]]), 4)[0]
    assert torch.isnan(found[:, 0]).all()
    assert found[:, 1].tolist() == [0] * 4
    assert torch.isnan(found[:, 2]).all()


def test_an_apex_at_the_onset_or_the_offset_is_still_one_at_the_apex() -> None:
    times = torch.tensor([[0.5, 0.5, 1.0], [0.0, 0.5, 0.5]])
    found = step_targets(torch.ones(2, 1), times, 5)[:, :, 0]
    assert found[0].tolist() == pytest.approx([0, 0, 1, 0.5, 0], abs=1e-6)
    assert found[1].tolist() == pytest.approx([0, 0.5, 1, 0, 0], abs=1e-6)


def said(**changes: Any) -> NetworkOutput:
    values: dict[str, Any] = {
        "features": torch.zeros(1, 4),
        "emotion": torch.zeros(1, 2),
        "units": torch.zeros(1, 3),
        "unit_intensity": torch.full((1, 3), 0.5),
        "times": torch.tensor([[0.5, 0.4, 0.9]]),
        "graph_emotion": torch.zeros(1, 2),
        "step_units": torch.zeros(1, 3, 3),
    }
    return NetworkOutput(**{**values, **changes})


AIMS = Targets(
    emotion=torch.tensor([1]),
    units=torch.tensor([[1.0, 0.0, NAN]]),
    times=torch.tensor([[0.0, 0.5, 1.0]]),
    intensity=torch.tensor([[1.0, 0.0, NAN]]),
)
LOG2 = math.log(2)
TIMES = 0.25 + 0.01 + 0.01


def test_the_paper_s_sum_is_l_seg_and_l_graph_with_its_weights() -> None:
    total, parts = TrainingLoss(LossSettings())(said(), AIMS)
    segmentation = LOG2 + 0.5 * TIMES + 1.0 * 0.1**2
    assert float(total) == pytest.approx(segmentation + 0.7 * LOG2 + 0.3 * LOG2)
    assert {name: float(value) for name, value in parts.items()} == pytest.approx(
        {"emotion": LOG2, "times": TIMES, "order": 0.01, "units": LOG2, "graph emotion": LOG2}
    )


def test_without_an_emotion_layer_the_units_are_all_of_l_graph() -> None:
    total, _ = TrainingLoss(LossSettings(segmentation=False))(said(graph_emotion=None), AIMS)
    assert float(total) == pytest.approx(LOG2)


def test_l_seg_alone_leaves_the_graph_without_gradient() -> None:
    units, emotion = torch.zeros(1, 3, requires_grad=True), torch.zeros(1, 2, requires_grad=True)
    loss = TrainingLoss(LossSettings(graph=False), ordered=False)
    total, _ = loss(said(units=units, emotion=emotion), AIMS)
    torch.autograd.backward(total)
    assert float(total.detach()) == pytest.approx(LOG2 + 0.5 * TIMES)
    assert units.grad is None
    assert emotion.grad is not None
    assert emotion.grad.tolist() == [[0.5, -0.5]]


def test_intensity_and_steps_are_added_with_their_weights() -> None:
    settings = LossSettings(segmentation=False, intensity_weight=2.0, step_weight=3.0)
    total, parts = TrainingLoss(settings)(said(graph_emotion=None), AIMS)
    assert float(parts["intensity"]) == pytest.approx(0.25)
    assert float(parts["steps"]) == pytest.approx(LOG2)
    assert float(total) == pytest.approx(LOG2 + 2 * 0.25 + 3 * LOG2)


def test_what_is_not_known_has_no_gradient_and_no_nan() -> None:
    logits = torch.zeros(2, 3, requires_grad=True)
    times = torch.full((2, 3), 0.5, requires_grad=True)
    value = unit_loss(logits, torch.full((2, 3), NAN)) + time_loss(times, torch.full((2, 3), NAN))
    torch.autograd.backward(value)
    assert float(value.detach()) == 0
    assert logits.grad is not None
    assert times.grad is not None
    assert not logits.grad.any()
    assert not times.grad.any()


def test_class_weights_are_those_of_scikit_learn() -> None:
    emotion = np.array([0, 0, 0, 1, 2, 2, -1, 0])
    known = emotion[emotion >= 0]
    theirs = compute_class_weight("balanced", classes=np.array([0, 1, 2]), y=known)
    ours = class_weights(emotion, 4)
    assert ours[:3] == pytest.approx(theirs)
    assert ours[3] == 0
    assert ours[known].mean() == pytest.approx(1.0)


def test_positive_weights_are_held_between_one_and_ten() -> None:
    units = np.zeros((40, 4))
    units[0, 0] = 1
    units[:30, 1] = 1
    units[:10, 2] = 1
    assert positive_weights(units).tolist() == [10, 1, 3, 1]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"time_weight": -1.0}, "time_weight of at least 0, but got -1"),
        ({"step_weight": math.inf}, "step_weight of at least 0, but got inf"),
        ({"unit_share": 1.5}, "unit_share in 0..1, but got 1.5"),
        ({"segmentation": False, "graph": False}, "a loss to train with"),
    ],
)
def test_weights_that_mean_nothing_are_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        LossSettings(**change)
