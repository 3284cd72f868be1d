"""A small network on one picture of the flow from onset to apex."""

import torch
from jaxtyping import Float
from torch import nn

from mien.networks.output import NetworkOutput
from mien.networks.segmentation import SegmentationHead

FEATURES = 128


class FlowNet(nn.Module):
    """Reads the form in which real data circulate: u, v and strain of 28 x 28 cells.

    Three convolutions and two poolings, 0.1 million parameters. A single picture tells nothing of
    times; they come from the segmentation of the whole clip, and here the head only learns their
    mean.
    """

    def __init__(self, *, classes: int, units: int, in_channels: int = 3) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(in_channels, 32, 5, padding=2),
            nn.GroupNorm(8, 32),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 48, 3, padding=1),
            nn.GroupNorm(8, 48),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(48, 16, 3, padding=1),
            nn.GroupNorm(8, 16),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(16 * 7 * 7, FEATURES),
            nn.ReLU(),
            nn.Dropout(0.3),
        )
        self.emotion = nn.Linear(FEATURES, classes)
        self.units = nn.Linear(FEATURES, units)
        self.intensity = nn.Linear(FEATURES, units)
        self.segmentation = SegmentationHead(FEATURES, order="construction")

    def forward(self, flow: Float[torch.Tensor, "clip channel 28 28"]) -> NetworkOutput:
        """Say everything of a batch of flow pictures."""
        features = self.trunk(flow)
        return NetworkOutput(
            features=features,
            emotion=self.emotion(features),
            units=self.units(features),
            unit_intensity=torch.sigmoid(self.intensity(features).float()),
            times=self.segmentation(features),
        )
