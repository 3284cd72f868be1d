"""A small network on one picture of the flow from onset to apex."""

import torch
from jaxtyping import Float
from torch import nn

from mien.networks.output import NetworkOutput
from mien.networks.segmentation import SegmentationHead
from mien.networks.step_net import StepNet

DROPOUT = 0.3


class FlowNet(nn.Module):
    """Reads the form in which real data circulate: u, v and strain of 28 x 28 cells.

    Three convolutions and two poolings, 0.1 million parameters. A single picture tells nothing of
    times; they come from the segmentation of the whole clip, and here the head only learns their
    mean.
    """

    def __init__(self, *, classes: int, units: int, in_channels: int = 3) -> None:
        super().__init__()
        self.picture = StepNet(in_channels=in_channels)
        self.dropout = nn.Dropout(DROPOUT)
        size = self.picture.features
        self.emotion = nn.Linear(size, classes)
        self.units = nn.Linear(size, units)
        self.intensity = nn.Linear(size, units)
        self.segmentation = SegmentationHead(size, order="construction")

    def forward(self, flow: Float[torch.Tensor, "clip channel 28 28"]) -> NetworkOutput:
        """Say everything of a batch of flow pictures."""
        features = self.dropout(self.picture(flow[:, :, None])[:, :, 0])
        return NetworkOutput(
            features=features,
            emotion=self.emotion(features),
            units=self.units(features),
            unit_intensity=torch.sigmoid(self.intensity(features).float()),
            times=self.segmentation(features),
        )
