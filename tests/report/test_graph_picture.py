"""The picture of a graph shows which unit brings which."""

import cv2
import numpy as np
import pytest
from jaxtyping import Float, UInt8

from mien.core.errors import UsageError
from mien.report.graph_picture import graph_picture, unit_edges

TOP, BOTTOM = 1, 4
COUNTS = np.array([20.0, 20.0])
MIDDLE_PX = 471
"""Row of the centre of the circle."""

HEAD_PX = 25
"""Less than what a head adds to its end of an arrow."""


def picture(
    adjacency: list[list[float]], counts: Float[np.ndarray, " unit"] = COUNTS
) -> UInt8[np.ndarray, "height width 3"]:
    data = graph_picture((TOP, BOTTOM), np.array(adjacency, float), counts, title="two units")
    assert data.startswith(b"\x89PNG")
    drawn = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert drawn is not None
    return np.asarray(drawn, np.uint8)


def arrow_px(drawn: UInt8[np.ndarray, "height width 3"]) -> tuple[int, int]:
    """Pixels of the colour of arrows above and below the middle between the two nodes."""
    coloured = drawn[..., 0].astype(int) - drawn[..., 2] > 30  # bluer than ink, nodes and paper
    return int(coloured[:MIDDLE_PX].sum()), int(coloured[MIDDLE_PX:].sum())


def test_an_arrow_ends_at_the_unit_that_the_other_brings() -> None:
    upper, lower = arrow_px(picture([[1, 0.9], [0, 1]]))  # P(top | bottom)
    assert upper > lower + HEAD_PX
    upper, lower = arrow_px(picture([[1, 0], [0.9, 1]]))
    assert lower > upper + HEAD_PX


def test_a_pair_with_two_probabilities_is_two_arrows() -> None:
    one = sum(arrow_px(picture([[1, 0.9], [0, 1]])))
    two = sum(arrow_px(picture([[1, 0.9], [0.85, 1]])))
    assert 1.6 * one < two < 2.2 * one


def test_a_symmetric_pair_is_one_line_without_a_head() -> None:
    upper, lower = arrow_px(picture([[1, 0.9], [0.9, 1]]))
    assert upper > 0
    assert abs(upper - lower) < HEAD_PX


def test_what_was_seen_in_a_single_clip_does_not_stand_out() -> None:
    often = sum(arrow_px(picture([[1, 1], [0, 1]])))
    once = sum(arrow_px(picture([[1, 1], [0, 1]], np.array([20.0, 1.0]))))
    assert 0 < once < 0.5 * often


def test_weak_edges_are_not_drawn_and_not_listed() -> None:
    assert arrow_px(picture([[1, 0.05], [0, 1]])) == (0, 0)
    assert unit_edges((TOP, BOTTOM), np.array([[1, 0.05], [0, 1]])) == ()


def test_edges_are_listed_by_strength_with_their_direction_and_without_loops() -> None:
    edges = unit_edges((1, 2, 4), np.array([[1, 0.67, 0.2], [0.54, 1, 0], [0, 0, 1]]))
    listed = [(edge.given, edge.unit, edge.probability) for edge in edges]
    assert listed == [(2, 1, 0.67), (1, 2, 0.54), (4, 1, 0.2)]


def test_the_picture_is_the_same_each_time() -> None:
    adjacency = np.array([[1, 0.9], [0.3, 1]])
    first, second = (
        graph_picture((TOP, BOTTOM), adjacency, COUNTS, title="same") for _ in range(2)
    )
    assert first == second


def test_what_is_no_graph_of_units_is_refused() -> None:
    with pytest.raises(UsageError, match="of 3 units"):
        graph_picture((1, 2, 4), np.eye(2), COUNTS, title="sizes")
    with pytest.raises(UsageError, match="among"):
        graph_picture((1, 399), np.eye(2), COUNTS, title="no unit")
