"""Graph convolution over action units with an asymmetric adjacency."""

from itertools import pairwise
from typing import Literal

import torch
from jaxtyping import Float
from torch import nn

from mien.core.errors import UsageError

Normalisation = Literal["symmetric", "random_walk", "none"]
SelfLoop = Literal["replace", "add"]


def normalised(
    adjacency: torch.Tensor,
    normalisation: Normalisation = "symmetric",
    self_loop: SelfLoop = "replace",
) -> Float[torch.Tensor, "unit unit"]:
    """Give the matrix that a graph layer multiplies with.

    The paper prints two forms: A itself (section 3.2) and D^-1/2 (A + I) D^-1/2 (section 3.3). A
    conditional probability already has P(i | i) = 1 on its diagonal, so adding I counts a unit
    twice; ``replace`` sets the diagonal to 1 instead. D is the degree by rows, as A is not
    symmetric. Raw A has a spectral radius well above 1 and grows over layers.

    Args:
        adjacency: (unit, unit), non-negative weights; row i says what node i takes from the others.
        normalisation: ``symmetric`` D^-1/2 A D^-1/2, ``random_walk`` D^-1 A, or ``none``.
        self_loop: ``replace`` the diagonal by 1, or ``add`` 1 to it.

    Raises:
        UsageError: not square, negative or not finite.
    """
    if adjacency.ndim != 2 or adjacency.shape[0] != adjacency.shape[1]:  # noqa: PLR2004 - a matrix
        msg = f"Expected a square adjacency, but got {tuple(adjacency.shape)}."
        raise UsageError(msg)
    if not bool(torch.isfinite(adjacency).all()) or bool((adjacency < 0).any()):
        msg = "Expected an adjacency of finite weights of at least 0, but some are not."
        raise UsageError(msg)
    eye = torch.eye(len(adjacency), dtype=adjacency.dtype, device=adjacency.device)
    looped = adjacency + eye if self_loop == "add" else adjacency * (1 - eye) + eye
    degree = looped.sum(dim=1)  # at least 1: every node has its loop
    if normalisation == "symmetric":
        root = degree.rsqrt()
        return root[:, None] * looped * root
    if normalisation == "random_walk":
        return looped / degree[:, None]
    return looped


class GraphConvolution(nn.Module):
    """One layer: A H W + b (Kipf & Welling 2017; the paper, section 3.3)."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        nn.init.xavier_uniform_(self.weight)

    def forward(
        self, matrix: Float[torch.Tensor, "*batch unit unit"], nodes: torch.Tensor
    ) -> torch.Tensor:
        """Pass the nodes' features along the edges.

        Args:
            matrix: from :func:`normalised`.
            nodes: (unit, feature), or (batch, unit, feature).
        """
        # The product with the narrower side first is the cheaper order.
        if self.weight.shape[0] > self.weight.shape[1]:
            return matrix @ (nodes @ self.weight) + self.bias
        return (matrix @ nodes) @ self.weight + self.bias


class AuGraph(nn.Module):
    """The stacked layers of the paper: 1,024 and 512 features with ReLU between."""

    def __init__(self, node_features: int, *, hidden: tuple[int, ...] = (1024, 512)) -> None:
        super().__init__()
        sizes = (node_features, *hidden)
        self.layers = nn.ModuleList(
            GraphConvolution(before, after) for before, after in pairwise(sizes)
        )
        self.out_features = sizes[-1]

    def forward(
        self, matrix: Float[torch.Tensor, "unit unit"], nodes: torch.Tensor
    ) -> torch.Tensor:
        """Give the refined features of every node; the last layer stays linear.

        The output weighs the clip's features, so it must be able to say no.
        """
        for number, layer in enumerate(self.layers):
            nodes = layer(matrix, nodes)
            if number + 1 < len(self.layers):
                nodes = torch.relu(nodes)
        return nodes
