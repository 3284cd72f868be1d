"""A network that is told where in the picture it looks."""

import torch
from torch import nn

from mien.networks.graph_recogniser import GraphRecogniser
from mien.networks.output import NetworkOutput
from mien.networks.placed import Placed


class _Told(nn.Module):
    """Gives back what it is told as its features."""

    def forward(self, clip: torch.Tensor) -> NetworkOutput:
        nothing = clip.new_zeros(len(clip), 1)
        return NetworkOutput(clip, nothing, nothing, nothing, nothing)


def test_the_places_run_from_left_to_right_and_from_top_to_bottom() -> None:
    told = Placed(_Told(), 4)(torch.zeros(2, 3, 5, 4, 4)).features
    assert told.shape == (2, 5, 5, 4, 4)
    right, down = told[0, 3, 0], told[1, 4, 4]
    assert right[0].tolist() == right[3].tolist() == torch.linspace(-1, 1, 4).tolist()
    assert down[:, 0].tolist() == torch.linspace(-1, 1, 4).tolist()


def test_a_network_that_takes_the_mean_over_the_face_can_tell_places_apart() -> None:
    torch.manual_seed(0)
    network = Placed(
        GraphRecogniser(classes=2, units=2, adjacency=None, in_channels=5, width=4, graph=False), 28
    ).eval()
    clip = torch.zeros(2, 3, 4, 28, 28)
    clip[0, :, :, 4:8, 4:8] = 1
    clip[1, :, :, 20:24, 20:24] = 1
    apart = (network(clip).features[0] - network(clip).features[1]).abs().max()
    assert apart > 0.01
