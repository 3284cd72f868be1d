"""Sealed scores against labels."""

from dataclasses import replace

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.evaluation.score_figures import ClipTruth, score_figures
from mien.evaluation.sealed_scores import SealedScores, seal_scores

CLASSES = ("negative", "positive", "surprise")


def _sealed(units: np.ndarray, logits: np.ndarray) -> SealedScores:
    names = tuple(f"c/s{i // 4}/{i}" for i in range(len(units)))
    return seal_scores("a run", names, (1, 4, 12), units, CLASSES, logits)


def _truth(units: np.ndarray, classes: np.ndarray) -> ClipTruth:
    return ClipTruth(tuple(f"c/s{i // 4}" for i in range(len(units))), units, classes)


def _drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(9)
    truth = (rng.uniform(size=(40, 3)) < (0.5, 0.4, 0.05)).astype(float)
    truth[3, 0] = truth[17, 1] = np.nan
    scores = np.nan_to_num(truth) + rng.standard_normal((40, 3))
    classes = rng.integers(-1, 3, 40)
    logits = rng.standard_normal((40, 3)) + 2 * (classes[:, None] == np.arange(3))
    return truth, scores, classes, logits


def test_figures_are_those_of_scikit_learn_over_units_with_enough_positives() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth, scores, classes, logits = _drawn()
    figures = score_figures(
        _sealed(scores, logits), _truth(truth, classes), fewest_positives=8, resamples=50
    )
    assert [one.counted for one in figures.units] == [True, True, False]
    auc, precision = [], []
    for column in range(2):
        known = np.isfinite(truth[:, column])
        auc.append(metrics.roc_auc_score(truth[known, column], scores[known, column]))
        precision.append(
            metrics.average_precision_score(truth[known, column], scores[known, column])
        )
    assert figures.means["auc"].value == pytest.approx(np.mean(auc))
    assert figures.means["average_precision"].value == pytest.approx(np.mean(precision))
    assert figures.means["auc"].low < figures.means["auc"].value < figures.means["auc"].high
    told = classes >= 0
    said = logits[told].argmax(axis=1)
    assert figures.with_class == told.sum()
    uf1 = metrics.f1_score(classes[told], said, average="macro")
    assert figures.classes["uf1"].value == pytest.approx(uf1)
    uar = metrics.recall_score(classes[told], said, average="macro")
    assert figures.classes["uar"].value == pytest.approx(uar)
    assert np.array_equal(figures.confusion, metrics.confusion_matrix(classes[told], said))


def test_a_corpus_without_units_or_without_classes_has_only_the_other_figures() -> None:
    truth, scores, classes, logits = _drawn()
    sealed = _sealed(scores, logits)
    without = score_figures(sealed, _truth(np.full_like(truth, np.nan), classes), resamples=5)
    assert (without.units, without.means) == ((), {})
    assert without.classes["uf1"].value > 0.3
    unlabelled = score_figures(sealed, _truth(truth, np.full(40, -1)), resamples=5)
    assert (unlabelled.classes, unlabelled.with_class) == ({}, 0)
    assert unlabelled.means["auc"].value > 0.5


def test_scores_that_were_changed_after_they_were_sealed_are_refused() -> None:
    truth, scores, classes, logits = _drawn()
    sealed = _sealed(scores, logits)
    with pytest.raises(ValueError, match="read-only"):
        sealed.units[0, 0] = 9.0
    better = replace(sealed, units=np.nan_to_num(truth))
    with pytest.raises(UsageError, match="changed since"):
        score_figures(better, _truth(truth, classes))


def test_scores_that_are_not_finite_or_of_a_clip_twice_are_not_sealed() -> None:
    scores = np.zeros((2, 3))
    with pytest.raises(UsageError, match="finite scores of every clip, but c/s0/1"):
        _sealed(np.array([[0.0, 0, 0], [0, np.nan, 0]]), scores)
    with pytest.raises(UsageError, match="every clip once"):
        seal_scores("r", ("a", "a"), (1, 4, 12), scores, CLASSES, scores)


def test_truth_of_other_clips_is_refused() -> None:
    truth, scores, classes, logits = _drawn()
    with pytest.raises(UsageError, match="truth of the 40 clips"):
        score_figures(_sealed(scores, logits), _truth(truth[:5], classes[:5]))
