"""A small network on each picture of motion."""

import math

import torch
from jaxtyping import Float
from torch import nn

from mien.core.errors import UsageError
from mien.networks.resnet3d import GROUPS

GRID = 7
"""Places a side that are told apart in the end: a brow and the eye below it, but not two lids."""

SIDE_PX = 4 * GRID
"""Two poolings halve the side."""


class StepNet(nn.Module):
    """The features of a clip, step by step, of which each knows where in the face it moved.

    Three convolutions over the picture of each step and one linear layer over 7 x 7 places, where
    the ResNet takes the mean over all of them: an aligned face has its brows in the same place in
    every clip, and a mean forgets it. No step sees another; what their order tells is left to the
    temporal enrichment. Each picture is normalised by itself, so that single clips can be learned
    from. Source: mien.

    Args:
        in_channels: channels of the clip.
        width: a half of the channels of the first layer, an eighth of the features.
    """

    def __init__(self, *, in_channels: int = 3, width: int = 16) -> None:
        super().__init__()
        first, second = 2 * width, 3 * width
        self.trunk = nn.Sequential(
            *_layer(in_channels, first, 5),
            nn.MaxPool2d(2),
            *_layer(first, second, 3),
            nn.MaxPool2d(2),
            *_layer(second, width, 3),
        )
        self.features = 8 * width
        """Length of the feature vector of a step."""

        self.places = nn.Linear(width * GRID * GRID, self.features)

    def forward(
        self, clip: Float[torch.Tensor, "batch channel time height width"]
    ) -> Float[torch.Tensor, "batch feature step"]:
        """Give the features at each time step, none of them below 0.

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
        pictures = clip.transpose(1, 2)
        seen = nn.functional.avg_pool2d(self.trunk(pictures.flatten(0, 1)), height // SIDE_PX)
        features = torch.relu(self.places(seen.flatten(1)))
        steps: torch.Tensor = features.reshape(*pictures.shape[:2], self.features).transpose(1, 2)
        return steps


def _layer(before: int, after: int, side: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    return (
        nn.Conv2d(before, after, side, padding=side // 2),
        nn.GroupNorm(math.gcd(GROUPS, after), after),
        nn.ReLU(),
    )
