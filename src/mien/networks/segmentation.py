"""Onset, apex and offset from the features of a clip."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional

Order = Literal["penalty", "construction"]


class SegmentationHead(nn.Module):
    """Two regression branches of the paper (section 3.2) and one for the apex.

    ``penalty`` gives each moment by itself and leaves the order to the loss. ``construction``
    divides the window into four shares, before onset, rise, fall and rest, so that the order
    always holds. Both stay in 0..1, which a plain linear layer (as printed) would not.
    """

    def __init__(self, features: int, *, order: Order = "penalty") -> None:
        super().__init__()
        self.order = order
        self.linear = nn.Linear(features, 4 if order == "construction" else 3)

    def forward(
        self, features: Float[torch.Tensor, "clip feature"]
    ) -> Float[torch.Tensor, "clip 3"]:
        """Give onset, apex and offset in 0..1 of the window."""
        raw = self.linear(features).float()
        if self.order == "penalty":
            return torch.sigmoid(raw)
        return functional.softmax(raw, dim=1).cumsum(dim=1)[:, :3].clamp(max=1.0)
