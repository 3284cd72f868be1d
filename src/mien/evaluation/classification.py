"""Classes predicted for clips: accuracy and the F1 scores, from one pooled confusion matrix.

The field uses "F1" for four different things, so every figure has its full name here. All are made
from the counts of all folds together; a mean of scores of folds would hang on how clips fall into
folds, and is not defined where a fold lacks a class.

- accuracy: share of clips that are right.
- UF1, unweighted (macro) F1: mean over classes of 2 TP / (2 TP + FP + FN).
- UAR, unweighted average recall: mean over classes of TP / (TP + FN).
- weighted F1: mean of the F1 of classes, weighted by their number of true clips.
- micro F1: F1 of the summed counts; with one class a clip it equals the accuracy.

A class that neither occurs nor is predicted has no F1, and one that does not occur has no recall:
such classes are NaN in the table, are left out of the means, and are named. This is what the
challenges' own scripts and scikit-learn do.

Source: See et al., MEGC 2019, FG 2019, equations 1 to 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mien.core.errors import UsageError

CLASSIFICATION_FIGURES: tuple[str, ...] = ("accuracy", "uf1", "uar", "weighted_f1", "micro_f1")
"""In the order of :func:`classification_figures`."""


@dataclass(frozen=True)
class ClassScore:
    """One row of the table of classes."""

    name: str
    support: int
    """True clips."""

    predicted: int
    """Clips that were given this class."""

    precision: float
    """NaN where nothing was given this class."""

    recall: float
    """NaN where the class does not occur."""

    f1: float
    """NaN where the class neither occurs nor was given."""


@dataclass(frozen=True)
class ClassificationScores:
    """Every figure of a confusion matrix, 0..1; NaN where it is not defined."""

    accuracy: float
    uf1: float
    uar: float
    weighted_f1: float
    micro_f1: float
    table: tuple[ClassScore, ...]
    confusion: Int[np.ndarray, "truth predicted"]
    without_f1: tuple[str, ...]
    """Classes that neither occur nor were given: left out of UF1."""

    without_recall: tuple[str, ...]
    """Classes that do not occur: left out of UAR."""


def confusion_matrix(
    truth: Int[np.ndarray, " clip"], predicted: Int[np.ndarray, " clip"], classes: int
) -> Int[np.ndarray, "truth predicted"]:
    """Count clips by true and predicted class.

    Raises:
        UsageError: a class that is none of them; clips without a class are left out before.

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    for what, of in (("true", truth), ("predicted", predicted)):
        wrong = of[(of < 0) | (of >= classes)]
        if len(wrong):
            msg = f"Expected {what} classes from 0 to {classes - 1}, but got {wrong[0]}."
            raise UsageError(msg)
    counts = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def classification_figures(
    confusion: Float[np.ndarray, "*batch truth predicted"],
) -> Float[np.ndarray, "*batch figure"]:
    """Give :data:`CLASSIFICATION_FIGURES` of confusion matrices; NaN where undefined."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    support, given = confusion.sum(axis=-1), confusion.sum(axis=-2)
    total = support.sum(axis=-1, keepdims=True)
    f1 = _ratio(2 * right, support + given)
    accuracy = _ratio(right.sum(axis=-1, keepdims=True), total)
    weighted = _ratio(np.nansum(f1 * support, axis=-1, keepdims=True), total)
    uf1, uar = _mean(f1), _mean(_ratio(right, support))
    return np.concatenate([accuracy, uf1, uar, weighted, accuracy], axis=-1)


def classification_scores(
    truth: Int[np.ndarray, " clip"], predicted: Int[np.ndarray, " clip"], classes: Sequence[str]
) -> ClassificationScores:
    """Score predicted classes.

    Args:
        truth: position of the true class of each clip.
        predicted: position of the predicted class.
        classes: their names.

    Raises:
        UsageError: a class that is none of them.
    """
    confusion = confusion_matrix(truth, predicted, len(classes))
    right = np.diagonal(confusion).astype(np.float64)
    support, given = confusion.sum(axis=1), confusion.sum(axis=0)
    columns = (_ratio(right, given), _ratio(right, support), _ratio(2 * right, support + given))
    table = tuple(
        ClassScore(name, int(support[i]), int(given[i]), *(float(column[i]) for column in columns))
        for i, name in enumerate(classes)
    )
    accuracy, uf1, uar, weighted_f1, micro_f1 = classification_figures(confusion.astype(np.float64))
    return ClassificationScores(
        accuracy=float(accuracy),
        uf1=float(uf1),
        uar=float(uar),
        weighted_f1=float(weighted_f1),
        micro_f1=float(micro_f1),
        table=table,
        confusion=confusion,
        without_f1=tuple(one.name for one in table if np.isnan(one.f1)),
        without_recall=tuple(one.name for one in table if np.isnan(one.recall)),
    )


def majority_baseline(
    truth: Int[np.ndarray, " clip"], classes: Sequence[str]
) -> ClassificationScores:
    """Score what says of every clip the class that is most common among all of them.

    It looks at the labels it is scored on, so it is a bound for whatever always says the same.
    """
    most = int(np.argmax(np.bincount(truth, minlength=len(classes))))
    return classification_scores(truth, np.full(len(truth), most, np.int64), classes)


def _ratio(
    above: Float[np.ndarray, "*any"], below: Float[np.ndarray, "*any"] | Int[np.ndarray, "*any"]
) -> Float[np.ndarray, "*any"]:
    """Divide; NaN where there is nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


def _mean(values: Float[np.ndarray, "*batch item"]) -> Float[np.ndarray, "*batch 1"]:
    """Give the mean over the last axis of what is defined; NaN where nothing is."""
    defined = np.isfinite(values)
    total = np.where(defined, values, 0.0).sum(axis=-1, keepdims=True)
    return _ratio(total, defined.sum(axis=-1, keepdims=True))
