"""The two modules of ELRCN: channels enriched in space, features enriched in time."""

import torch
from jaxtyping import Float
from torch import nn

STACKED_CHANNELS = 4
"""Grey, u, v and strain."""


def stack_spatially(
    grey: Float[torch.Tensor, "clip 1 step height width"],
    flow: Float[torch.Tensor, "clip 3 step height width"],
) -> Float[torch.Tensor, "clip 4 step height width"]:
    """Put pictures and their motion beside each other as channels of one clip.

    Source: Khor et al., *Enriched long-term recurrent convolutional network for facial
    micro-expression recognition*, FG 2018, spatial enrichment.
    """
    return torch.cat([grey, flow], dim=1)


class TemporalEnrichment(nn.Module):
    """An LSTM over the time steps of the backbone in place of their mean.

    Source: Khor et al. 2018, temporal enrichment.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.recurrent = nn.LSTM(features, features, batch_first=True)

    def forward(
        self, steps: Float[torch.Tensor, "clip feature step"]
    ) -> Float[torch.Tensor, "clip feature"]:
        """Give the state after the last step, added to the mean over the steps.

        The mean is the pooling of the paper; what the order of the steps tells comes on top.
        """
        order, _ = self.recurrent(steps.transpose(1, 2).float())
        enriched: torch.Tensor = steps.mean(dim=2) + order[:, -1]
        return enriched
