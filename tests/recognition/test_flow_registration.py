"""The face is found in flow pictures without a label."""

from functools import cache

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.pipeline.flow_picture_drawing import draw_flow, seen_in, stretched8
from mien.recognition.canonical import Placement
from mien.recognition.flow_registration import find_order, fit_flow_placement
from mien.recognition.flow_scale import free_stretched

_FACE = np.array([(-0.25, -0.25), (0.25, 0.25), (0.0, 0.0), (0.25, -0.25), (-0.25, 0.25)])


@cache
def _pictures(prior: str, placement: Placement) -> np.ndarray:
    drawn = draw_flow(prior, 240, people=12, seed=3)
    return stretched8(seen_in(drawn.flow, placement)).astype(np.float64)


def _off_cells(found: Placement, true: Placement) -> np.ndarray:
    def places(one: Placement) -> np.ndarray:
        return _FACE * one.stretch + one.shift

    off: np.ndarray = 28 * np.abs(places(found) - places(true)).mean(axis=0)
    return off


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prior", "placement"),
    [
        ("casme2", Placement((1.15, 1.05), (0.03, -0.1))),
        ("dfme", Placement((0.9, 0.95), (-0.04, 0.09))),
    ],
)
def test_the_crop_of_a_corpus_is_found_to_half_a_cell(prior: str, placement: Placement) -> None:
    flow = free_stretched(_pictures(prior, placement)).flow
    fitted = fit_flow_placement(flow)
    assert _off_cells(fitted.placement, placement).max() < 0.5
    assert fitted.distance > 6


@pytest.mark.slow
def test_noise_is_no_face() -> None:
    noise = np.random.default_rng(2).standard_normal((60, 28, 28, 2))
    assert fit_flow_placement(noise).distance < 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "senses", "held"),
    [
        ((2, 1, 0), (1, 1, 1), ("strain", "v", "u")),
        ((1, 0, 2), (1, 1, 1), ("v", "u", "strain")),
        ((0, 2, 1), (1, 1, 1), ("u", "strain", "v")),
        ((0, 1, 2), (1, -1, 1), ("u", "-v", "strain")),
        ((0, 1, 2), (-1, 1, 1), ("-u", "v", "strain")),
        ((1, 2, 0), (1, 1, 1), ("v", "strain", "u")),
    ],
)
def test_channels_in_another_order_or_sense_are_found_out(
    order: tuple[int, ...], senses: tuple[int, ...], held: tuple[str, ...]
) -> None:
    told = _pictures("casme2", Placement((1.15, 1.05), (0.03, -0.1)))[:100, ..., order]
    fit = find_order(np.where(np.array(senses) < 0, 255 - told, told), stretched=True)
    assert fit.wrong
    assert fit.best == held


@pytest.mark.slow
@pytest.mark.parametrize("count", [12, 40, 200])
def test_channels_as_they_are_told_are_let_be(count: int) -> None:
    told = _pictures("casme2", Placement((1.15, 1.05), (0.03, -0.1)))[:count]
    assert not find_order(told, stretched=True).wrong
    u_v = free_stretched(told).flow
    assert not find_order(u_v, stretched=False).wrong


def test_a_handful_of_pictures_is_refused() -> None:
    with pytest.raises(UsageError, match=r"at least 12 flow images with motion.*got 5"):
        fit_flow_placement(np.random.default_rng(0).standard_normal((5, 28, 28, 2)))
