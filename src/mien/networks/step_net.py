"""A small network on the motion at each step of a clip."""

import torch
from jaxtyping import Float
from torch import nn

from mien.core.errors import UsageError
from mien.networks.resnet3d import Norm, normalisation

GRID = 7
"""Places a side that are told apart in the end: a brow and the eye below it, but not two lids."""

SIDE_PX = 4 * GRID
"""Two poolings halve the side."""


class StepNet(nn.Module):
    """The features of a clip, step by step, of which each knows where in the face it moved.

    Three convolutions over the picture of each step, as in :class:`mien.networks.flow_net.FlowNet`,
    and one linear layer over 7 x 7 places, where the ResNet takes the mean over all of them: an
    aligned face has its brows in the same place in every clip, and a mean forgets it. Statistics of
    the normalisation run over the steps too, so that large motion stays larger than small. What the
    order of the steps tells is left to the temporal enrichment. Source: mien.

    Args:
        in_channels: channels of the clip.
        width: a half of the channels of the first layer, an eighth of the features.
        norm: see :func:`mien.networks.resnet3d.normalisation`.
    """

    def __init__(self, *, in_channels: int = 3, width: int = 16, norm: Norm = "group") -> None:
        super().__init__()
        first, second = 2 * width, 3 * width
        self.trunk = nn.Sequential(
            nn.Conv3d(in_channels, first, (1, 5, 5), padding=(0, 2, 2)),
            normalisation(norm, first),
            nn.ReLU(),
            nn.MaxPool3d((1, 2, 2)),
            nn.Conv3d(first, second, (1, 3, 3), padding=(0, 1, 1)),
            normalisation(norm, second),
            nn.ReLU(),
            nn.MaxPool3d((1, 2, 2)),
            nn.Conv3d(second, width, (1, 3, 3), padding=(0, 1, 1)),
            normalisation(norm, width),
            nn.ReLU(),
        )
        self.features = 8 * width
        """Length of the feature vector of a step."""

        self.places = nn.Linear(width * GRID * GRID, self.features)

    def forward(
        self, clip: Float[torch.Tensor, "batch channel time height width"]
    ) -> Float[torch.Tensor, "batch feature step"]:
        """Give the features at each time step.

        Raises:
            UsageError: pictures that are not square, or whose side is no multiple of 28.
        """
        height, width = clip.shape[3:]
        if height != width or height % SIDE_PX:
            msg = (
                f"Expected square pictures with a side of {SIDE_PX} px or a multiple of it, but "
                f"got {height} x {width}. Faces of 112 px have one with shrink 1, 2 and 4."
            )
            raise UsageError(msg)
        block = height // SIDE_PX
        seen = nn.functional.avg_pool3d(self.trunk(clip), (1, block, block))
        steps = torch.relu(self.places(seen.transpose(1, 2).flatten(2)))
        return steps.transpose(1, 2)
