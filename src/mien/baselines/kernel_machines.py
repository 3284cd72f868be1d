"""Support vector machines on several kernels of equal weight, with nothing to be chosen.

Fusing with equal weights loses nothing to the noise of a choice, which at a few hundred clips costs
more than it gains.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from mien.core.errors import MissingError

PENALTY = 1.0
"""C, for kernels whose mean diagonal over the training clips is 1."""

UNSEEN = -3.0
"""Decision for a class that the training clips lack: far on its negative side."""


def gram_of(features: Float[np.ndarray, "clip feature"]) -> Float[np.ndarray, "clip clip"]:
    """Give inner products of all clips."""
    gram: Float[np.ndarray, "clip clip"] = features @ features.T
    return gram


def fitted_kernel(
    grams: Sequence[Float[np.ndarray, "clip clip"]], train: Int[np.ndarray, " train"]
) -> Float[np.ndarray, "clip clip"]:
    """Mean of kernels, each about the mean of the training clips and with unit mean diagonal there.

    No other clip has a part in that.
    """
    total = np.zeros_like(grams[0], dtype=np.float64)
    for gram in grams:
        columns = gram[:, train].mean(axis=1)
        centred = gram - columns[:, None] - columns[None] + columns[train].mean()
        size = float(np.diagonal(centred)[train].mean())
        total += centred / size if size > 0 else 0.0
    return total / len(grams)


def decide(
    kernel: Float[np.ndarray, "clip clip"],
    occurs: Float[np.ndarray, "train column"],
    train: Int[np.ndarray, " train"],
    test: Int[np.ndarray, " test"],
    *,
    unseen: float = 0.0,
) -> Float[np.ndarray, "test column"]:
    """Part the training clips of each column's 1 from those of 0, and tell the side of others.

    Rare columns weigh as much as common ones.

    Args:
        kernel: of all clips.
        occurs: 1, 0, or NaN where not known.
        train: clips to learn from.
        test: clips to decide.
        unseen: decision for a column that is 0 (its negative: 1) in all training clips.

    Raises:
        MissingError: scikit-learn is not installed.
    """
    decisions = np.zeros((len(test), occurs.shape[1]))
    for column, values in enumerate(occurs.T):
        known = np.flatnonzero(~np.isnan(values))
        truth = values[known] > 0
        if not truth.any() or truth.all():
            decisions[:, column] = -unseen if truth.any() else unseen
            continue
        rows = train[known]
        machine = _machine()
        machine.fit(kernel[np.ix_(rows, rows)], truth)
        decisions[:, column] = machine.decision_function(kernel[np.ix_(test, rows)])
    return decisions


def _machine() -> Any:
    try:
        from sklearn.svm import SVC  # noqa: PLC0415 - of the extra [evaluate], loaded when used
    except ModuleNotFoundError as error:
        msg = (
            "A support vector machine needs scikit-learn, which is not installed: "
            "pip install 'mien[evaluate]'. Without it, --part zero-shot works."
        )
        raise MissingError(msg) from error
    return SVC(C=PENALTY, kernel="precomputed", class_weight="balanced")
