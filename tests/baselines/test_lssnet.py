"""LSSNet: layers, what its heads are to say, and what becomes of what they say."""

import numpy as np
import pytest
import torch

from mien.baselines.lssnet import (
    WINDOW,
    Heads,
    LocationSuppression,
    LssNet,
    anchors,
    heads_loss,
    nms,
    places,
    proposals_of,
    wanted_of,
    window_at,
    window_starts,
)
from mien.baselines.scored_intervals import ScoredIntervals, overlaps

PLACES = 32 + 16 + 8 + 4


@pytest.fixture(scope="module")
def network() -> LssNet:
    torch.manual_seed(0)
    return LssNet(2, features=6).eval()


def test_all_levels_are_judged_by_both_heads(network: LssNet) -> None:
    heads = network(torch.rand(3, 6, WINDOW))
    assert heads.anchor_class.shape == heads.anchor_overlap.shape == (3, PLACES, 5)
    assert heads.anchor_shift.shape == (3, PLACES, 5, 2)
    assert heads.free_class.shape == (3, PLACES)
    assert heads.free_reach.shape == (3, PLACES, 2)
    assert bool((heads.free_reach >= 0).all())


def test_the_full_network_has_the_widths_of_the_authors_later_program() -> None:
    with torch.device("meta"):
        network = LssNet(features=2048)
    assert [one.out_channels for one in network.base] == [512, 512]
    assert [one.kernel_size for one in network.base] == [(9,), (9,)]
    assert [one.out_channels for one in network.pyramid] == [512, 512, 1024, 1024]
    assert network.anchored.in_channels == 256
    base = 2048 * 512 * 9 + 512 + 512 * 512 * 9 + 512
    assert sum(one.numel() for one in network.base.parameters()) == base


def test_location_suppression_damps_every_channel_of_a_place_alike() -> None:
    torch.manual_seed(1)
    module = LocationSuppression(8, 4).eval()
    features = torch.rand(1, 8, 4)
    open_ = module(features)
    with torch.no_grad():
        module.gate.weight.zero_()
        module.gate.bias.copy_(torch.tensor([-40.0, 40.0, 40.0, 40.0]))
    closed = module(features)
    assert bool((closed[:, :, 0].abs() < 1e-6).all())
    assert bool((closed[:, :, 1:].abs() > 0).any())
    assert open_.shape == features.shape


def test_places_stand_in_the_middle_of_what_they_see() -> None:
    at = places()
    assert len(at) == PLACES
    assert at[:2].tolist() == [[1.5, 4.0], [5.5, 4.0]]
    assert at[32].tolist() == [3.5, 8.0]
    assert at[-1].tolist() == [111.5, 32.0]
    boxes = anchors()
    assert boxes[32, :, 1].tolist() == [4.0, 6.0, 8.0, 12.0, 16.0]
    assert (boxes[..., 0] == at[:, :1]).all()


def test_anchors_that_fit_are_examples_and_say_how_they_must_move() -> None:
    span = np.array([[34.0, 42.0]])  # centre 38, length 8
    wanted, boxes = wanted_of(span), anchors()
    marked = np.argwhere(wanted.anchor_class == 1)
    assert len(marked) > 0
    for place, ratio in marked:
        centre, length = boxes[place, ratio]
        edges = np.array([[centre - length / 2, centre + length / 2]], np.float64)
        share = overlaps(edges, span)[0, 0]
        assert share >= 0.5 - 1e-6
        assert wanted.anchor_overlap[place, ratio] == pytest.approx(share, abs=1e-5)
        shift, stretch = wanted.anchor_shift[place, ratio]
        assert centre + shift * length == pytest.approx(38.0, abs=1e-4)
        assert length * np.exp(stretch) == pytest.approx(8.0, abs=1e-4)
    far = np.abs(boxes[..., 0] - 38) > boxes[..., 1] + 8
    assert (wanted.anchor_class[far] == 0).all()


def test_between_half_and_two_fifths_an_anchor_is_no_example() -> None:
    wanted = wanted_of(np.array([[34.0, 42.0]]))
    unclear = np.isnan(wanted.anchor_class)
    assert unclear.any()
    assert ((wanted.anchor_overlap[unclear] >= 0.4) & (wanted.anchor_overlap[unclear] < 0.5)).all()


def test_every_event_has_an_anchor_even_if_none_fits() -> None:
    wanted = wanted_of(np.array([[3.4, 3.7]]))  # far shorter than any anchor
    assert (wanted.anchor_class == 1).sum() == 1


def test_places_in_an_event_reach_for_its_boundaries_within_their_level() -> None:
    wanted, at = wanted_of(np.array([[34.0, 42.0]])), places()
    for place in np.flatnonzero(wanted.free_class):
        centre, stride = at[place]
        back, on = wanted.free_reach[place] * stride
        assert centre - back == pytest.approx(34.0, abs=1e-4)
        assert centre + on == pytest.approx(42.0, abs=1e-4)
    assert wanted.free_class[at[:, 0] < 34].max() == 0
    assert wanted.free_class.max() == 1


def test_without_events_nothing_is_wanted() -> None:
    wanted = wanted_of(np.zeros((0, 2)))
    assert not wanted.anchor_class.any()
    assert not wanted.free_class.any()


def _perfect(spans: np.ndarray) -> Heads:
    wanted = wanted_of(spans)
    sure = 12.0
    share = np.clip(wanted.anchor_overlap, 1e-5, 1 - 1e-5)
    arrays = (
        np.where(wanted.anchor_class == 1, sure, -sure),
        np.log(share / (1 - share)),
        wanted.anchor_shift,
        np.where(wanted.free_class == 1, sure, -sure),
        wanted.free_reach,
    )
    return Heads(*(torch.from_numpy(one.astype(np.float32))[None] for one in arrays))


def test_heads_that_say_what_is_wanted_have_no_loss_and_propose_the_events() -> None:
    spans = np.array([[34.0, 42.0], [70.0, 100.0]])
    heads = _perfect(spans)
    wanted = [torch.from_numpy(one)[None] for one in wanted_of(spans)]
    assert float(heads_loss(heads, wanted)) < 1e-3
    kept = nms(proposals_of(heads)[0])
    found = kept.spans_s[kept.scores > 0.3]
    np.testing.assert_allclose(np.sort(found, axis=0), spans, atol=0.01)


def test_worse_boundaries_and_classes_cost_more() -> None:
    spans = np.array([[34.0, 42.0]])
    heads = _perfect(spans)
    wanted = [torch.from_numpy(one)[None] for one in wanted_of(spans)]
    best = float(heads_loss(heads, wanted))
    wider = heads._replace(free_reach=heads.free_reach * 2)
    shared = 0.5  # the wanted reach within twice of it
    assert float(heads_loss(wider, wanted)) - best == pytest.approx(1 - shared, abs=1e-4)
    unsure = heads._replace(free_class=torch.zeros_like(heads.free_class))
    assert float(heads_loss(unsure, wanted)) - best == pytest.approx(2 * np.log(2), abs=1e-3)


def test_suppression_keeps_the_best_and_what_is_apart() -> None:
    spans = np.array([[0.0, 1.0], [0.2, 1.1], [0.95, 2.0], [5.0, 6.0]])
    kept = nms(ScoredIntervals(spans, np.array([0.6, 0.9, 0.5, 0.1])))
    # .9 goes over .6 (IoU .73); .5 shares .15 of 1.8 with .9 (.083).
    assert kept.scores.tolist() == [0.9, 0.5, 0.1]
    assert len(nms(ScoredIntervals(np.zeros((0, 2)), np.zeros(0))).scores) == 0


def test_windows_cover_the_video_and_pad_a_short_one() -> None:
    assert window_starts(100, 32) == [0]
    assert window_starts(200, 64) == [0, 64, 72]
    window = window_at(np.ones((5, 3), np.float32), 2)
    assert window.shape == (3, WINDOW)
    assert window.sum() == 9
