"""The graph of action units is counted as the paper defines it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from mien.core.errors import UsageError
from mien.recognition.cooccurrence import cooccurrence, published_cooccurrence
from mien.recognition.unit_sets import UNIT_SETS

FOUR = np.array([[1.0, 1, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0]])
EMOTION = np.array([0, 1, 0, -1])


def same(found: np.ndarray, by_hand: list[list[float]]) -> None:
    np.testing.assert_allclose(found, np.array(by_hand))


def at(prior_units: tuple[int, ...], first: int, given_: int) -> float:
    graph = published_cooccurrence("casme2", prior_units)
    return float(graph.adjacency[prior_units.index(first), prior_units.index(given_)])


@pytest.mark.parametrize(
    ("unit", "given_unit", "wanted"),
    [
        *((2, 1, 0.54), (1, 2, 0.67), (4, 7, 0.87), (4, 9, 1.00), (4, 10, 0.82), (7, 9, 0.38)),
        *((7, 4, 0.26), (10, 4, 0.11), (9, 4, 0.10), (12, 6, 0.69), (7, 6, 0.46), (4, 6, 0.23)),
        *((6, 12, 0.26), (17, 15, 0.31), (15, 17, 0.20)),
    ],
)
def test_the_graph_of_casme2_is_that_of_the_published_counts(
    unit: int, given_unit: int, wanted: float
) -> None:
    assert at(UNIT_SETS["casme2_19"], unit, given_unit) == pytest.approx(wanted, abs=0.0051)


def test_a_graph_of_three_units_is_as_computed_by_hand() -> None:
    graph = cooccurrence(FOUR, (1, 2, 4), EMOTION, ("surprise", "fear"))
    same(graph.adjacency, [[1, 1, 0], [2 / 3, 1, 0], [0, 0, 1]])
    same(graph.emotion_given_unit, [[2 / 3, 1 / 3], [1, 0], [2 / 3, 1 / 3]])
    assert graph.counts.tolist() == [3, 2, 0]
    jaccard = cooccurrence(FOUR, (1, 2, 4), EMOTION, ("surprise", "fear"), direction="jaccard")
    same(jaccard.adjacency, [[1, 2 / 3, 0], [2 / 3, 1, 0], [0, 0, 1]])
    mean = cooccurrence(FOUR, (1, 2, 4), EMOTION, ("surprise", "fear"), direction="mean")
    same(mean.adjacency, [[1, 5 / 6, 0], [5 / 6, 1, 0], [0, 0, 1]])


def test_an_unknown_coding_is_left_out_and_not_taken_for_no_units() -> None:
    unknown = np.vstack([FOUR, np.full((1, 3), np.nan)])
    graph = cooccurrence(unknown, (1, 2, 4), np.append(EMOTION, 0), ("surprise", "fear"))
    plain = cooccurrence(FOUR, (1, 2, 4), EMOTION, ("surprise", "fear"))
    np.testing.assert_array_equal(graph.adjacency, plain.adjacency)
    assert graph.clips == 4


@given(
    stn.arrays(
        np.float64, st.tuples(st.integers(1, 30), st.just(5)), elements=st.sampled_from([0.0, 1.0])
    ),
    st.floats(0, 3),
)
def test_weights_are_probabilities_and_the_counts_come_back(
    units: np.ndarray, smooth: float
) -> None:
    emotion = np.zeros(len(units), int)
    for direction in ("asymmetric", "jaccard", "mean"):
        graph = cooccurrence(
            units, (1, 2, 4, 5, 6), emotion, ("a",), direction=direction, smoothing=smooth
        )
        assert graph.adjacency.min() >= 0
        assert graph.adjacency.max() <= 1 + 1e-12
        if direction != "asymmetric":
            np.testing.assert_allclose(graph.adjacency, graph.adjacency.T)
    graph = cooccurrence(units, (1, 2, 4, 5, 6), emotion, ("a",))
    np.testing.assert_allclose(
        (graph.adjacency * graph.counts)[:, graph.counts > 0],
        graph.pair_counts[:, graph.counts > 0],
    )


def test_weak_edges_can_be_cut() -> None:
    graph = cooccurrence(FOUR, (1, 2, 4), EMOTION, ("surprise", "fear"), threshold=0.7)
    same(graph.adjacency, [[1, 1, 0], [0, 1, 0], [0, 0, 1]])


def test_an_emotion_has_its_own_graph() -> None:
    surprise = published_cooccurrence("casme2", (1, 2, 4), emotion="surprise")
    assert surprise.adjacency[1, 0] == pytest.approx(14 / 18)
    assert surprise.clips == 25


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(UsageError, match="columns"):
        cooccurrence(FOUR, (1, 2), EMOTION, ("a", "b"))
    with pytest.raises(UsageError, match="0 or 1"):
        cooccurrence(FOUR * 0.5, (1, 2, 4), EMOTION, ("a", "b"))
    with pytest.raises(UsageError, match="0 or 1"):
        cooccurrence(np.where(FOUR > 0, np.inf, 0.0), (1, 2, 4), EMOTION, ("a", "b"))
    with pytest.raises(UsageError, match="position among"):
        cooccurrence(FOUR, (1, 2, 4), EMOTION, ("a",))
    with pytest.raises(UsageError, match="threshold"):
        cooccurrence(FOUR, (1, 2, 4), EMOTION, ("a", "b"), threshold=2.0)
    with pytest.raises(UsageError, match="smoothing"):
        cooccurrence(FOUR, (1, 2, 4), EMOTION, ("a", "b"), smoothing=float("nan"))
    with pytest.raises(UsageError, match="counts clips"):
        published_cooccurrence("emfacs", (1, 2))
    with pytest.raises(UsageError, match="among"):
        published_cooccurrence("casme2", (1, 2), emotion="anger")


def test_the_named_sets_are_what_their_names_say() -> None:
    assert len(UNIT_SETS["cd6me12"]) == 12
    assert len(UNIT_SETS["casme2_19"]) == 19
    counts = published_cooccurrence("casme2", UNIT_SETS["casme2_19"]).counts
    commonest = sorted(
        sorted(
            UNIT_SETS["casme2_19"], key=lambda unit: -counts[UNIT_SETS["casme2_19"].index(unit)]
        )[:8]
    )
    assert list(UNIT_SETS["casme2_8"]) == commonest
