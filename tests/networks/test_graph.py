"""Graph layers against hand-computed graphs and torch_geometric."""

import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.networks.attention_pool import SelfAttentionPool
from mien.networks.graph import AuGraph, GraphConvolution, normalised

THREE = torch.tensor([[1.0, 0.5, 0.0], [1.0, 1.0, 0.25], [0.0, 0.5, 1.0]])
"""P(i | j) of three units by hand: rows take from columns."""


def test_each_normalisation_of_a_graph_of_three_is_as_computed_by_hand() -> None:
    degree = torch.tensor([1.5, 2.25, 1.5])
    torch.testing.assert_close(normalised(THREE, "none"), THREE)
    torch.testing.assert_close(normalised(THREE, "random_walk"), THREE / degree[:, None])
    by_hand = torch.tensor(
        [
            [1 / 1.5, 0.5 / (1.5 * 2.25) ** 0.5, 0],
            [1 / (2.25 * 1.5) ** 0.5, 1 / 2.25, 0.25 / (2.25 * 1.5) ** 0.5],
            [0, 0.5 / (1.5 * 2.25) ** 0.5, 1 / 1.5],
        ]
    )
    torch.testing.assert_close(normalised(THREE, "symmetric"), by_hand)
    added = normalised(THREE, "random_walk", "add")
    torch.testing.assert_close(added[0], torch.tensor([2.0, 0.5, 0.0]) / 2.5)


def test_the_matrix_stays_directed() -> None:
    matrix = normalised(THREE, "random_walk")
    assert matrix[0, 1] != matrix[1, 0]


@pytest.mark.parametrize("normalisation", ["symmetric", "random_walk"])
def test_normalised_weights_do_not_grow_over_layers_as_raw_ones_do(normalisation: str) -> None:
    dense = torch.rand(12, 12, generator=torch.Generator().manual_seed(0)).fill_diagonal_(1)

    def radius(matrix: torch.Tensor) -> float:
        return float(torch.linalg.eigvals(matrix).abs().max())

    assert radius(normalised(dense, normalisation)) == pytest.approx(1, abs=1e-5)  # type: ignore[arg-type]
    assert radius(normalised(dense, "none")) > 3


@pytest.mark.parametrize("bad", [torch.ones(2, 3), -torch.eye(3), torch.full((2, 2), float("nan"))])
def test_what_is_no_adjacency_is_refused(bad: torch.Tensor) -> None:
    with pytest.raises(UsageError, match="Expected"):
        normalised(bad)


def test_a_layer_is_that_of_torch_geometric() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own imports
        from torch_geometric.nn import DenseGCNConv

    torch.manual_seed(0)
    adjacency = (torch.rand(5, 5) > 0.5).float().fill_diagonal_(0)
    adjacency = torch.maximum(adjacency, adjacency.T)  # its degrees are those of the columns
    theirs = DenseGCNConv(4, 6)
    ours = GraphConvolution(4, 6)
    with torch.no_grad():
        ours.weight.copy_(theirs.lin.weight.T)
        ours.bias.copy_(theirs.bias)
        nodes = torch.randn(2, 5, 4)
        wanted = theirs(nodes, adjacency, add_loop=True)
        got = ours(normalised(adjacency, "symmetric"), nodes)
    torch.testing.assert_close(got, wanted, atol=1e-5, rtol=1e-5)


def test_pooling_keeps_the_nodes_that_torch_geometric_keeps() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch_geometric.nn import SAGPooling
        from torch_geometric.utils import dense_to_sparse

    torch.manual_seed(1)
    adjacency = (torch.rand(8, 8) > 0.6).float().fill_diagonal_(0)
    adjacency = torch.maximum(adjacency, adjacency.T)
    nodes = torch.randn(8, 5)
    theirs = SAGPooling(5, ratio=0.5)  # scores by GraphConv: own weights for the node itself
    ours = SelfAttentionPool(5, ratio=0.5)
    edges, _ = dense_to_sparse(adjacency)
    scorer = theirs.gnn

    class Score(torch.nn.Module):
        def forward(self, _: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
            return torch.stack([scorer(one, edges) for one in seen])

    ours.score = Score()  # type: ignore[assignment]
    with torch.no_grad():
        theirs.select.weight.fill_(1.0)  # of one score there is nothing to weigh but its sign
        wanted, _, _, _, kept, _ = theirs(nodes, edges)
        got, among, where = ours(adjacency, nodes[None])
    assert sorted(where[0].tolist()) == sorted(kept.tolist())
    order = [where[0].tolist().index(one) for one in kept.tolist()]
    torch.testing.assert_close(got[0][order], wanted, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(among[0], adjacency[where[0]][:, where[0]])


@settings(max_examples=20, deadline=None)
@given(st.permutations(list(range(6))), st.integers(0, 1000))
def test_the_order_of_the_units_does_not_matter(order: list[int], seed: int) -> None:
    torch.manual_seed(seed)
    graph = AuGraph(5, hidden=(7, 4))
    adjacency = torch.rand(6, 6).fill_diagonal_(1)
    nodes = torch.randn(6, 5)
    with torch.no_grad():
        straight = graph(normalised(adjacency), nodes)
        turned = graph(normalised(adjacency[order][:, order]), nodes[order])
    torch.testing.assert_close(turned, straight[order], atol=1e-5, rtol=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.permutations(list(range(7))), st.integers(0, 1000))
def test_pooling_keeps_the_same_nodes_in_whatever_order_they_come(
    order: list[int], seed: int
) -> None:
    torch.manual_seed(seed)
    pool = SelfAttentionPool(5)
    matrix = normalised(torch.rand(7, 7).fill_diagonal_(1))
    nodes = torch.randn(2, 7, 5)
    with torch.no_grad():
        straight, among, where = pool(matrix, nodes)
        turned, among_turned, where_turned = pool(matrix[order][:, order], nodes[:, order])
    assert torch.tensor(order)[where_turned].tolist() == where.tolist()
    torch.testing.assert_close(turned, straight, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(among_turned, among, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("ratio", "kept"), [(0.5, 6), (0.3, 4), (1.0, 12)])
def test_pooling_keeps_the_asked_for_share(ratio: float, kept: int) -> None:
    nodes, _, where = SelfAttentionPool(4, ratio=ratio)(torch.eye(12), torch.randn(2, 12, 4))
    assert nodes.shape == (2, kept, 4)
    assert all(len(set(row.tolist())) == kept for row in where)
    with pytest.raises(UsageError, match="share"):
        SelfAttentionPool(4, ratio=0.0)
