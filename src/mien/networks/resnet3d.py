"""3D-ResNet-18, the backbone of the paper (Table 1)."""

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import nn

from mien.networks.convolution3d import Convolution3d

FULL_WIDTH = 64
GROUPS = 8

Norm = Literal["batch", "group", "frozen"]
TemporalStride = Literal["table1", "keep"]


def normalisation(norm: Norm, channels: int) -> nn.Module:
    """Give the layer after a convolution.

    ``batch`` is the published one; it needs more than one clip at a time. ``group`` (Wu & He 2018)
    and ``frozen`` (batch statistics as they were loaded) do not, so that updates on single clips,
    as the paper has them, work.
    """
    if norm == "group":
        return nn.GroupNorm(math.gcd(GROUPS, channels), channels)
    return nn.BatchNorm3d(channels) if norm == "batch" else FrozenBatchNorm(channels)


class FrozenBatchNorm(nn.BatchNorm3d):
    """Batch normalisation whose statistics never change; scale and shift are still learnt."""

    def train(self, mode: bool = True) -> "FrozenBatchNorm":  # noqa: ARG002, FBT001, FBT002 - as torch has it
        """Stay with the stored statistics."""
        super().train(mode=False)
        return self


class BasicBlock3d(nn.Module):
    """Two 3 x 3 x 3 convolutions and a shortcut (He et al. 2016, in three dimensions)."""

    def __init__(self, before: int, after: int, stride: tuple[int, int, int], norm: Norm) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            Convolution3d(before, after, 3, stride, padding=1, bias=False),
            normalisation(norm, after),
            nn.ReLU(),
        )
        self.conv2 = nn.Sequential(
            Convolution3d(after, after, 3, padding=1, bias=False), normalisation(norm, after)
        )
        self.relu = nn.ReLU()
        self.downsample = (
            nn.Sequential(
                nn.Conv3d(before, after, 1, stride, bias=False), normalisation(norm, after)
            )
            if before != after or max(stride) > 1
            else None
        )

    def forward(
        self, clip: Float[torch.Tensor, "batch before time height width"]
    ) -> Float[torch.Tensor, "batch after time2 height2 width2"]:
        """Add what the convolutions give to the shortcut."""
        straight = clip if self.downsample is None else self.downsample(clip)
        summed: torch.Tensor = self.relu(self.conv2(self.conv1(clip)) + straight)
        return summed


class ResNet3d(nn.Module):
    """The features of a clip, step by step.

    With width 64 and batch normalisation, names and shapes of the tensors are those of
    torchvision's ``r3d_18`` without its last layer. Source: the paper, Table 1; Hara et al. 2018.
    """

    def __init__(
        self,
        *,
        in_channels: int = 3,
        width: int = FULL_WIDTH,
        temporal_stride: TemporalStride = "table1",
        norm: Norm = "group",
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv3d(in_channels, width, (3, 7, 7), (1, 2, 2), padding=(1, 3, 3), bias=False),
            normalisation(norm, width),
            nn.ReLU(),
        )
        time = 2 if temporal_stride == "table1" else 1
        stages = []
        before = width
        for number in range(4):
            after = width * 2**number
            stride = (1, 1, 1) if number == 0 else (time, 2, 2)
            stages.append(
                nn.Sequential(
                    BasicBlock3d(before, after, stride, norm),
                    BasicBlock3d(after, after, (1, 1, 1), norm),
                )
            )
            before = after
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.features = before
        """Length of the feature vector: 512 at full width."""

        for module in self.modules():
            if isinstance(module, nn.Conv3d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def stages(
        self, clip: Float[torch.Tensor, "batch channel time height width"]
    ) -> tuple[torch.Tensor, ...]:
        """Give what the stem and each of the four stages make of a clip, as in Table 1."""
        found = [self.stem(clip)]
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            found.append(stage(found[-1]))
        return tuple(found)

    def forward(
        self, clip: Float[torch.Tensor, "batch channel time height width"]
    ) -> Float[torch.Tensor, "batch feature step"]:
        """Give the features at each time step that is left, pooled over the picture.

        Their mean over the steps is the global average pooling of the paper.
        """
        return self.stages(clip)[-1].mean(dim=(3, 4))
