"""A network that is told where in the face each number of a picture is."""

import torch
from jaxtyping import Float
from torch import nn

from mien.networks.output import NetworkOutput


class Placed(nn.Module):
    """Lays two planes beside the channels of a clip: the place to the right and down, -1..1.

    A network that takes the mean over a face in the end forgets where something moved, and where
    is what tells action units apart. Source: Liu et al., *An intriguing failing of convolutional
    neural networks and the CoordConv solution*, NeurIPS 2018.

    Args:
        network: takes two channels more than the clips have.
        side_px: side of the pictures.
    """

    EXTRA_CHANNELS = 2
    planes: torch.Tensor

    def __init__(self, network: nn.Module, side_px: int) -> None:
        super().__init__()
        self.network = network
        at = torch.linspace(-1, 1, side_px)
        down, right = torch.meshgrid(at, at, indexing="ij")
        self.register_buffer("planes", torch.stack([right, down])[:, None], persistent=False)

    def forward(self, clip: Float[torch.Tensor, "batch channel time side side"]) -> NetworkOutput:
        """Say everything of a batch of clips."""
        steps = clip.shape[2]
        places = self.planes.to(clip.dtype).expand(len(clip), -1, steps, -1, -1)
        said: NetworkOutput = self.network(torch.cat([clip, places], dim=1))
        return said
