"""Self-attention pooling: a graph keeps the nodes that matter."""

import math

import torch
from jaxtyping import Float, Int
from torch import nn

from mien.core.errors import UsageError
from mien.networks.graph import GraphConvolution


class SelfAttentionPool(nn.Module):
    """Keep the highest-scored share of the nodes (Lee, Lee & Kang 2019; the paper, section 3.3).

    The scores Z come from a graph layer of one output, the kept nodes are weighted by tanh(Z), and
    the adjacency loses the rows and columns of the others.
    """

    def __init__(self, features: int, *, ratio: float = 0.5) -> None:
        super().__init__()
        if not 0 < ratio <= 1:
            msg = f"Expected to keep a share in 0..1 of the nodes, but got {ratio}."
            raise UsageError(msg)
        self.ratio = ratio
        self.score = GraphConvolution(features, 1)

    def forward(
        self,
        matrix: Float[torch.Tensor, "unit unit"],
        nodes: Float[torch.Tensor, "clip unit feature"],
    ) -> tuple[
        Float[torch.Tensor, "clip kept feature"],
        Float[torch.Tensor, "clip kept kept"],
        Int[torch.Tensor, "clip kept"],
    ]:
        """Give the kept nodes, the adjacency among them, and which they are, best first.

        Args:
            matrix: from :func:`mien.networks.graph.normalised`.
            nodes: features of each node, for each clip.
        """
        score = torch.tanh(self.score(matrix, nodes).squeeze(-1))
        kept = math.ceil(self.ratio * nodes.shape[1])
        best, where = score.topk(kept, dim=1)
        chosen = nodes.gather(1, where[..., None].expand(-1, -1, nodes.shape[2]))
        among = matrix[where[:, :, None], where[:, None, :]]
        return chosen * best[..., None], among, where
