"""Figures of predicted classes against scikit-learn, by hand, and in their degenerate cases."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from mien.core.errors import UsageError
from mien.evaluation.classification import (
    classification_figures,
    classification_scores,
    confusion_matrix,
    majority_baseline,
)

CLASSES = ("negative", "positive", "surprise", "others")

clips = st.integers(2, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
    )
)


@settings(max_examples=40)
@given(clips)
def test_every_figure_is_that_of_scikit_learn(pair: tuple[list[int], list[int]]) -> None:
    truth, predicted = map(np.array, pair)
    scores = classification_scores(truth, predicted, CLASSES)
    assert scores.accuracy == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert scores.uf1 == pytest.approx(metrics.f1_score(truth, predicted, average="macro"))
    assert scores.weighted_f1 == pytest.approx(
        metrics.f1_score(truth, predicted, average="weighted")
    )
    assert scores.micro_f1 == pytest.approx(metrics.f1_score(truth, predicted, average="micro"))
    # Balanced accuracy: the mean recall over the classes that occur.
    occurring = sorted(set(truth.tolist()))
    recall = metrics.recall_score(truth, predicted, average="macro", labels=occurring)
    assert scores.uar == pytest.approx(recall)
    expected = metrics.confusion_matrix(truth, predicted, labels=range(4))
    assert np.array_equal(scores.confusion, expected)


@given(clips, st.permutations(range(4)))
def test_names_of_classes_do_not_change_the_means(
    pair: tuple[list[int], list[int]], order: list[int]
) -> None:
    truth, predicted = map(np.array, pair)
    renamed = np.array(order)
    one = classification_scores(truth, predicted, CLASSES)
    other = classification_scores(renamed[truth], renamed[predicted], CLASSES)
    assert (other.uf1, other.uar, other.weighted_f1) == pytest.approx(
        (one.uf1, one.uar, one.weighted_f1)
    )


def test_the_table_of_classes_is_what_the_counts_say() -> None:
    scores = classification_scores(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 2]), CLASSES)
    first = scores.table[0]
    assert (first.name, first.support, first.predicted) == ("negative", 3, 2)
    assert (first.precision, first.recall, first.f1) == pytest.approx((1.0, 2 / 3, 0.8))
    assert math.isnan(scores.table[2].recall)
    assert math.isnan(scores.table[3].precision)


def test_a_class_that_neither_occurs_nor_is_said_is_left_out_and_named() -> None:
    scores = classification_scores(np.array([0, 0, 1]), np.array([0, 2, 1]), CLASSES)
    assert scores.without_f1 == ("others",)
    assert scores.without_recall == ("surprise", "others")
    # surprise was said once and never occurs, so it counts as 0 in UF1 and not at all in UAR
    assert scores.uf1 == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert scores.uar == pytest.approx((1 / 2 + 1) / 2)


def test_pooling_is_not_the_mean_over_folds() -> None:
    truth, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    pooled = classification_scores(truth, predicted, CLASSES).uf1
    folds = [
        classification_scores(truth[part], predicted[part], CLASSES).uf1
        for part in (slice(0, 2), slice(2, 4))
    ]
    assert pooled == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert np.mean(folds) == pytest.approx((1 / 3 + 1) / 2)


def test_many_matrices_are_scored_at_once() -> None:
    rng = np.random.default_rng(0)
    many = rng.integers(0, 9, (5, 3, 4, 4)).astype(np.float64)
    together = classification_figures(many)
    assert together.shape == (5, 3, 5)
    assert np.array_equal(together[2, 1], classification_figures(many[2, 1]))


def test_nothing_to_score_has_no_figures() -> None:
    empty = np.array([], np.int64)
    scores = classification_scores(empty, empty, CLASSES)
    assert math.isnan(scores.accuracy)
    assert math.isnan(scores.uf1)
    assert scores.without_f1 == CLASSES


def test_the_majority_of_casme2_in_five_classes_is_forty_percent() -> None:
    truth = np.repeat(np.arange(5), [32, 63, 27, 25, 99])
    scores = majority_baseline(truth, ("hap", "dis", "rep", "sur", "oth"))
    assert scores.accuracy == pytest.approx(99 / 246)
    assert scores.uar == pytest.approx(0.2)
    assert scores.uf1 == pytest.approx(2 * 99 / (99 + 246) / 5)


@pytest.mark.parametrize(("truth", "predicted", "which"), [(-1, 0, "true"), (0, 4, "predicted")])
def test_a_class_that_is_none_is_refused(truth: int, predicted: int, which: str) -> None:
    with pytest.raises(UsageError, match=f"Expected {which} classes from 0 to 3"):
        confusion_matrix(np.array([truth]), np.array([predicted]), 4)
