"""Features enriched in time, a module of ELRCN; the other stacks channels (``grey+flow``)."""

import torch
from jaxtyping import Float
from torch import nn


class TemporalEnrichment(nn.Module):
    """An LSTM over the time steps of the backbone in place of their mean.

    Source: Khor et al., *Enriched long-term recurrent convolutional network for facial
    micro-expression recognition*, FG 2018, temporal enrichment.
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
