"""The network on each step knows where a face moved, and when."""

import pytest
import torch

from mien.core.errors import UsageError
from mien.networks.graph_recogniser import GraphRecogniser
from mien.networks.step_net import StepNet


def spot(row: int, column: int, step: int = 4, size: float = 3.0) -> torch.Tensor:
    """A clip of 8 steps in which one small place moves once."""
    clip = torch.zeros(1, 3, 8, 28, 28)
    clip[0, 1, step, row : row + 4, column : column + 4] = size
    return clip


def network(width: int = 8) -> StepNet:
    torch.manual_seed(7)
    return StepNet(width=width).eval()


@pytest.mark.parametrize("side", [28, 56, 112])
def test_it_gives_features_at_every_step_of_faces_of_any_size(side: int) -> None:
    net = network()
    with torch.no_grad():
        steps = net(torch.randn(2, 3, 8, side, side))
    assert tuple(steps.shape) == (2, net.features, 8)
    assert net.features == 64


def test_it_tells_brow_from_chin_as_clearly_as_either_from_rest() -> None:
    net = network()
    with torch.no_grad():
        brow, chin, rest = (
            net(spot(row, 8, size=size))[0, :, 4] for row, size in ((8, 3.0), (16, 3.0), (8, 0.0))
        )
    assert (brow - chin).norm() > 0.3 * (brow - rest).norm()


def test_the_step_that_moves_is_the_one_that_differs() -> None:
    net = network()
    with torch.no_grad():
        steps = net(spot(10, 10, step=5))[0]
    still = steps[:, [0, 1, 2]].mean(dim=1, keepdim=True)
    assert int((steps - still).norm(dim=0).argmax()) == 5


def test_no_step_sees_another() -> None:
    net = network()
    clip = torch.randn(1, 3, 8, 28, 28, generator=torch.Generator().manual_seed(3))
    other = clip.clone()
    other[:, :, 5] += 1
    with torch.no_grad():
        changed = (net(clip) - net(other))[0].abs().amax(dim=0)
    assert (changed > 0).nonzero().flatten().tolist() == [5]


@pytest.mark.parametrize("size", [(14, 14), (32, 32), (28, 56)])
def test_pictures_that_do_not_fall_into_places_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="side of 28 px or a multiple"):
        network()(torch.zeros(1, 3, 8, *size))


def test_a_clip_gives_the_same_alone_and_among_others() -> None:
    net = network()
    batch = torch.randn(3, 3, 8, 28, 28, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(net(batch)[1:2], net(batch[1:2]), atol=1e-5, rtol=1e-4)


def test_the_recogniser_says_all_it_says_with_the_papers_backbone() -> None:
    net = GraphRecogniser(
        classes=5,
        units=3,
        adjacency=torch.eye(3),
        backbone="steps",
        width=8,
        hidden=(8, 4),
        emotion_layer="head",
        temporal_enrichment=True,
        step_units=True,
    )
    output = net(torch.randn(2, 3, 8, 28, 28))
    assert output.step_units is not None
    assert output.step_units.shape == (2, 8, 3)
    assert output.final_emotion.shape == (2, 5)
    assert output.times.shape == (2, 3)


@pytest.mark.parametrize("side", [28, 56])
def test_half_precision_learns_in_the_direction_of_full_precision(side: int) -> None:
    net = network().train()
    clips = torch.randn(2, 3, 16, side, side, generator=torch.Generator().manual_seed(2))
    directions = []
    for half in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss = (net(clips).float() ** 2).mean()
        found = torch.autograd.grad(loss, list(net.parameters()))
        directions.append(torch.cat([one.float().flatten() for one in found]))
    full, halved = directions
    assert torch.cosine_similarity(full, halved, dim=0) > 0.99


def test_the_motion_at_the_apex_stands_for_the_clip_and_says_nothing_of_the_times() -> None:
    torch.manual_seed(0)
    net = GraphRecogniser(
        classes=5,
        units=3,
        adjacency=torch.eye(3),
        backbone="steps",
        apex_last=True,
        width=8,
        hidden=(8, 4),
        emotion_layer="head",
        unit_skip=True,
        temporal_enrichment=True,
        step_units=True,
    ).eval()
    clip = torch.randn(2, 3, 9, 28, 28, generator=torch.Generator().manual_seed(4))
    other_apex, other_course = clip.clone(), clip.clone()
    other_apex[:, :, -1] += torch.randn(2, 3, 28, 28)
    other_course[:, :, :-1] += torch.randn(2, 3, 8, 28, 28)
    with torch.no_grad():
        said, at_apex, in_course = net(clip), net(other_apex), net(other_course)
    assert said.step_units is not None
    assert said.step_units.shape == (2, 8, 3)
    for name in ("units", "emotion", "graph_emotion", "unit_intensity"):
        assert (getattr(said, name) - getattr(at_apex, name)).abs().max() > 1e-4
        torch.testing.assert_close(getattr(said, name), getattr(in_course, name))
    torch.testing.assert_close(said.times, at_apex.times)
    torch.testing.assert_close(said.step_units, at_apex.step_units)
    assert (said.times - in_course.times).abs().max() > 1e-5


def test_a_unit_beside_the_graph_is_linear_in_the_clip() -> None:
    torch.manual_seed(0)
    net = GraphRecogniser(
        classes=5, units=3, adjacency=torch.eye(3), width=8, hidden=(8, 4), unit_skip=True
    ).eval()
    clip = torch.randn(2, 3, 8, 32, 32, generator=torch.Generator().manual_seed(5))
    assert net.direct is not None
    with torch.no_grad():
        with_skip = net(clip)
        weight = net.direct.weight.clone()
        net.direct.weight.zero_()
        without = net(clip)
    torch.testing.assert_close(with_skip.units - without.units, with_skip.features @ weight.T)
