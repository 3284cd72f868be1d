"""The whole recogniser, in each of the readings of the paper."""

import itertools
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.networks.flow_net import FlowNet
from mien.networks.graph_recogniser import GraphRecogniser
from mien.networks.segmentation import SegmentationHead
from mien.networks.temporal_enrichment import TemporalEnrichment
from mien.training.clip_tensors import CHANNELS

ADJACENCY = torch.rand(12, 12, generator=torch.Generator().manual_seed(3)).fill_diagonal_(1)
FIRST_LAYER = "graph.layers.0.weight"
PRIOR = torch.softmax(torch.randn(12, 7, generator=torch.Generator().manual_seed(4)), dim=1)


def small(**changes: Any) -> GraphRecogniser:
    settings: dict[str, Any] = {
        "classes": 7,
        "units": 12,
        "adjacency": ADJACENCY,
        "emotion_prior": PRIOR,
        "width": 8,
        "hidden": (16, 8),
        "emotion_layer": "head",
        **changes,
    }
    torch.manual_seed(0)
    return GraphRecogniser(**settings)


def clips(count: int = 2, channels: int = 3) -> torch.Tensor:
    return torch.randn(count, channels, 8, 32, 32, generator=torch.Generator().manual_seed(count))


READINGS = [
    {"node_init": node, "pool": pool, "emotion_layer": layer}
    for node, pool, layer in itertools.product(
        ("onehot", "visual", "onehot+visual"), ("none", "attention"), ("none", "head", "node")
    )
    if layer != "none" or pool == "none"
]


@pytest.mark.parametrize("reading", READINGS, ids=lambda one: "-".join(one.values()))
def test_every_reading_gives_all_outputs_and_learns_everywhere(reading: dict[str, str]) -> None:
    net = small(**reading, temporal_enrichment=True, step_units=True, temporal_stride="keep")
    output = net(clips())
    assert output.units.shape == output.unit_intensity.shape == (2, 12)
    assert output.emotion.shape == (2, 7)
    assert output.times.shape == (2, 3)
    assert output.step_units is not None
    assert output.step_units.shape == (2, 8, 12)
    assert (output.graph_emotion is None) == (reading["emotion_layer"] == "none")
    total = (
        output.units.square().mean()
        + output.emotion.square().mean()
        + output.times.square().mean()
        + output.unit_intensity.square().mean()
        + output.step_units.square().mean()
        + output.final_emotion.square().mean()
    )
    total.backward()
    dead = [name for name, one in net.named_parameters() if one.grad is None or not one.grad.any()]
    assert not dead


@pytest.mark.parametrize("node", ["onehot", "visual", "onehot+visual"])
def test_units_and_emotion_depend_on_the_clip_whatever_the_nodes_start_from(node: str) -> None:
    net = small(node_init=node, pool="attention").eval()
    with torch.no_grad():
        output = net(clips(3))
    assert output.units.std(dim=0).min() > 1e-4
    assert output.final_emotion.std(dim=0).min() > 1e-5


@pytest.mark.parametrize("normalisation", ["symmetric", "random_walk", "none"])
def test_nodes_that_see_the_clip_tell_units_apart(normalisation: str) -> None:
    net = small(node_init="visual", normalisation=normalisation, adjacency=torch.eye(12)).eval()
    with torch.no_grad():
        units = net(clips(3)).units
    assert units.std(dim=1).min() > 1e-3


def test_a_clip_gives_the_same_alone_and_among_others() -> None:
    net = small(pool="attention", emotion_layer="node", temporal_enrichment=True).eval()
    batch = clips(4)
    with torch.no_grad():
        together, alone = net(batch), net(batch[2:3])
    for name in ("emotion", "units", "times", "graph_emotion", "unit_intensity"):
        torch.testing.assert_close(
            getattr(together, name)[2:3], getattr(alone, name), atol=1e-5, rtol=1e-4
        )


@settings(max_examples=10, deadline=None)
@given(st.permutations(list(range(12))), st.sampled_from(["onehot", "visual", "onehot+visual"]))
def test_units_in_another_order_are_the_same_units(order: list[int], node: str) -> None:
    """A one-hot node has its row of the first layer for its name; the row moves with it."""
    options = {"node_init": node, "pool": "attention", "emotion_layer": "node"}
    turned_graph = {"adjacency": ADJACENCY[order][:, order], "emotion_prior": PRIOR[order]}
    net, turned = small(**options).eval(), small(**options, **turned_graph).eval()
    with torch.no_grad():
        for one in (net, turned):
            one.unit_bias.copy_(torch.linspace(-1, 1, 12))
        turned.unit_bias.copy_(turned.unit_bias[order])
        if turned.views is not None:
            turned.views.copy_(turned.views[order])
        if "onehot" in node:
            (rows,) = (value for name, value in turned.named_parameters() if name == FIRST_LAYER)
            rows[:12] = rows[:12][order]
        straight, other = net(clips()), turned(clips())
    torch.testing.assert_close(other.units, straight.units[:, order], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(other.graph_emotion, straight.graph_emotion, atol=1e-4, rtol=1e-4)


def test_an_edge_carries_one_unit_into_another_and_not_back() -> None:
    """With one-hot nodes a unit's classifier is made of its own row of the adjacency."""
    directed = torch.eye(12)
    directed[1, 0] = 0.9  # unit 1 takes from unit 0
    plain, linked = small(adjacency=torch.eye(12)).eval(), small(adjacency=directed).eval()
    with torch.no_grad():
        changed = (plain(clips()).units - linked(clips()).units).abs().amax(dim=0)
    assert changed[1] > 1e-5
    assert changed[0] == 0
    assert changed[2:].max() == 0


def test_without_a_graph_units_are_linear_in_the_features() -> None:
    net = small(graph=False, adjacency=None, emotion_layer="none").eval()
    with torch.no_grad():
        output = net(clips())
    assert isinstance(net.units, torch.nn.Linear)
    torch.testing.assert_close(output.units, net.units(output.features))
    torch.testing.assert_close(output.final_emotion, output.emotion)


@pytest.mark.parametrize(
    "changes",
    [
        {"adjacency": None},
        {"adjacency": torch.eye(5)},
        {"emotion_layer": "node", "emotion_prior": None},
        {"graph": False, "emotion_layer": "head"},
        {"emotion_layer": "none", "pool": "attention"},
    ],
)
def test_parts_that_do_not_go_together_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="Expected"):
        small(**changes)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50))
def test_times_are_in_order_by_construction_whatever_the_weights(seed: int, size: float) -> None:
    torch.manual_seed(seed)
    times = SegmentationHead(6, order="construction")(size * torch.randn(20, 6))
    assert (times[:, 0] <= times[:, 1]).all()
    assert (times[:, 1] <= times[:, 2]).all()
    assert times.min() >= 0
    assert times.max() <= 1


def test_times_by_penalty_stay_in_the_window_but_may_be_out_of_order() -> None:
    torch.manual_seed(0)
    times = SegmentationHead(6, order="penalty")(10 * torch.randn(50, 6))
    assert times.min() >= 0
    assert times.max() <= 1
    assert (times[:, 0] > times[:, 2]).any()


def test_temporal_enrichment_tells_the_order_of_the_steps_and_pooling_does_not() -> None:
    torch.manual_seed(0)
    steps = torch.randn(1, 8, 6)
    module = TemporalEnrichment(8).eval()
    with torch.no_grad():
        assert (module(steps) - module(steps.flip(2))).abs().max() > 1e-3
    torch.testing.assert_close(steps.mean(dim=2), steps.flip(2).mean(dim=2))


def test_four_channels_are_read_as_spatial_enrichment_stacks_them() -> None:
    with torch.no_grad():
        assert small(in_channels=CHANNELS["grey+flow"])(clips(1, 4)).units.shape == (1, 12)


def test_it_runs_in_half_precision_and_keeps_times_in_full() -> None:
    net = small(pool="attention", emotion_layer="node", temporal_enrichment=True, step_units=True)
    with torch.autocast("cpu", torch.bfloat16):
        output = net(clips())
    assert output.times.dtype == torch.float32
    assert all(torch.isfinite(one.float()).all() for one in (output.units, output.final_emotion))


def gradients(loss: torch.Tensor, net: torch.nn.Module) -> tuple[torch.Tensor, ...]:
    return torch.autograd.grad(loss, list(net.parameters()))


def test_half_precision_learns_in_the_direction_of_full_precision() -> None:
    """Sixteen pictures are two steps in the last stage, the shape of the paper."""
    batch = torch.randn(1, 3, 16, 32, 32, generator=torch.Generator().manual_seed(5))
    ways = []
    for half in (False, True):
        net = small(width=16, emotion_layer="node")
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            output = net(batch)
        loss = output.units.float().square().sum() + output.emotion.float().square().sum()
        ways.append(torch.cat([one.flatten() for one in gradients(loss, net.backbone)]))
    assert torch.nn.functional.cosine_similarity(ways[0], ways[1], dim=0) > 0.95


def test_the_small_network_learns_everywhere_and_reads_each_picture_alone() -> None:
    torch.manual_seed(0)
    net = FlowNet(classes=7, units=12)
    output = net(torch.randn(3, 3, 28, 28))
    (
        output.units.square().mean()
        + output.emotion.square().mean()
        + output.unit_intensity.square().mean()
        + output.times.square().mean()
    ).backward()
    assert all(one.grad is not None and one.grad.any() for one in net.parameters())
    pictures = torch.randn(4, 3, 28, 28)
    with torch.no_grad():
        together, alone = net.eval()(pictures), net(pictures[1:2])
    torch.testing.assert_close(together.emotion[1:2], alone.emotion, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(together.times[1:2], alone.times, atol=1e-5, rtol=1e-4)


def test_the_small_network_reads_a_flow_picture() -> None:
    torch.manual_seed(0)
    net = FlowNet(classes=7, units=12)
    assert 90_000 < sum(one.numel() for one in net.parameters()) < 200_000
    output = net(torch.randn(3, 3, 28, 28))
    assert output.units.shape == (3, 12)
    assert output.emotion.shape == (3, 7)
    assert output.step_units is None
