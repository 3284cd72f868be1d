"""BSN: labels, proposals, ratings and suppression, each by hand."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from mien.baselines.bsn import (
    ACTION,
    END,
    START,
    RatingNetwork,
    TemporalNetwork,
    balanced_examples,
    balanced_loss,
    boundaries,
    boundary_labels,
    proposal_courses,
    proposals_of,
    soft_nms,
)
from mien.baselines.scored_intervals import ScoredIntervals


def test_the_networks_have_the_sizes_of_the_authors_program() -> None:
    temporal = TemporalNetwork(features=400)  # 400 features, 512 hidden, 3 probabilities
    expected = 400 * 512 * 3 + 512 + 512 * 512 * 3 + 512 + 512 * 3 + 3
    assert sum(one.numel() for one in temporal.parameters()) == expected
    rating = RatingNetwork()
    assert sum(one.numel() for one in rating.parameters()) == 32 * 256 + 256 + 256 + 1
    assert TemporalNetwork(16).first.out_channels == 128
    assert temporal(torch.zeros(2, 400, 50)).shape == (2, 3, 50)


def test_snippets_in_the_event_and_at_its_ends_are_marked() -> None:
    labels = boundary_labels(10, np.array([[0.3, 0.6]]), 0.1)
    assert labels[ACTION].tolist() == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0]
    assert np.flatnonzero(labels[START]).tolist() == [3]
    assert np.flatnonzero(labels[END]).tolist() == [6]


def test_the_region_of_a_boundary_grows_with_the_event() -> None:
    labels = boundary_labels(80, np.array([[2.0, 6.0]]), 0.1)
    # A tenth of 4 s: from 1.8 to 2.2 s, snippets 18 to 22 with half a snippet at the rims.
    assert np.flatnonzero(labels[START]).tolist() == [18, 19, 20, 21, 22]


def test_marked_places_weigh_as_much_as_all_others() -> None:
    labels = torch.tensor([1.0, 0.0, 0.0, 0.0])
    logits = torch.tensor([0.3, -0.2, 0.1, 0.5])
    each = functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    expected = 0.5 * each[0] + 0.5 * each[1:].mean()
    assert balanced_loss(logits, labels).item() == pytest.approx(float(expected), rel=1e-6)


def test_a_window_without_any_mark_has_a_plain_loss() -> None:
    assert balanced_loss(torch.zeros(4), torch.zeros(4)).item() == pytest.approx(np.log(2))


def test_boundaries_are_peaks_and_high_places() -> None:
    assert np.flatnonzero(boundaries(np.array([0.0, 0.1, 0.05, 0.6, 1.0, 0.55]))).tolist() == [
        1,
        3,
        4,
        5,
    ]


def test_proposals_pair_starts_with_later_ends_best_first() -> None:
    probabilities = np.zeros((3, 10))
    probabilities[START, [2, 6]] = 0.9, 0.8
    probabilities[END, [4, 8]] = 0.5, 1.0
    proposed = proposals_of(probabilities, 0.1, 10)
    np.testing.assert_allclose(proposed.spans_s, [[0.2, 0.8], [0.6, 0.8], [0.2, 0.4]])
    np.testing.assert_allclose(proposed.scores, [0.9, 0.8, 0.45])
    assert len(proposals_of(probabilities, 0.1, 2).scores) == 2


def test_no_proposal_is_longer_than_a_window() -> None:
    probabilities = np.zeros((3, 100))
    probabilities[START, 1], probabilities[END, [40, 98]] = 1.0, 0.8
    np.testing.assert_allclose(proposals_of(probabilities, 0.1, 10).spans_s, [[0.1, 4.0]])


def test_a_proposal_is_rated_by_the_action_along_it_and_its_boundaries() -> None:
    action = np.arange(11) / 10  # rises by .1 a snippet of .1 s
    course = proposal_courses(action, np.array([[0.2, 0.7]]), 0.1)[0]
    np.testing.assert_allclose(course[:16], np.linspace(0.2, 0.7, 16), atol=1e-6)
    np.testing.assert_allclose(course[16:24], np.linspace(0.1, 0.3, 8), atol=1e-6)
    np.testing.assert_allclose(course[24:], np.linspace(0.6, 0.8, 8), atol=1e-6)


def test_outside_the_video_there_is_no_action() -> None:
    course = proposal_courses(np.ones(11), np.array([[0.0, 1.0]]), 0.1)[0]
    assert course[16:20].tolist() == [0, 0, 0, 0]
    assert course[28:].tolist() == [0, 0, 0, 0]


def test_soft_suppression_lowers_by_the_overlap() -> None:
    spans = np.array([[0.0, 1.0], [0.5, 1.0], [3.0, 4.0]])
    kept = soft_nms(ScoredIntervals(spans, np.array([0.9, 0.8, 0.3])), decay=0.5)
    # The second overlaps the first by .5: .8 exp(-.25 / .5) = .485.
    np.testing.assert_allclose(kept.scores, [0.9, 0.8 * np.exp(-0.5), 0.3])
    np.testing.assert_allclose(kept.spans_s, spans)


def test_soft_suppression_looks_at_the_lowered_scores() -> None:
    spans = np.array([[0.0, 1.0], [0.0, 0.9], [3.0, 4.0]])
    kept = soft_nms(ScoredIntervals(spans, np.array([0.9, 0.8, 0.3])), decay=0.1)
    assert kept.spans_s[1].tolist() == [3.0, 4.0]
    assert kept.scores[2] == pytest.approx(0.8 * np.exp(-8.1))


def test_examples_are_one_good_to_one_middling_to_two_bad() -> None:
    targets = np.concatenate([np.full(20, 0.9), np.full(100, 0.4), np.full(300, 0.05)]).astype(
        np.float32
    )
    rows = balanced_examples(targets, np.random.default_rng(0))
    chosen = targets[rows]
    assert [int((chosen == one).sum()) for one in (np.float32(0.9), np.float32(0.4))] == [20, 20]
    assert int((chosen == np.float32(0.05)).sum()) == 40
    assert len(set(rows.tolist())) == len(rows)


def test_without_good_examples_some_bad_ones_remain() -> None:
    rows = balanced_examples(np.zeros(100, np.float32), np.random.default_rng(0))
    assert len(rows) == 32
