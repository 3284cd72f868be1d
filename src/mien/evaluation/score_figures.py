"""Sealed scores against labels: AUC and average precision of units, and how classes were told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mien.core.errors import UsageError
from mien.evaluation.bootstrap import RESAMPLES, Interval, subject_bootstrap
from mien.evaluation.classification import CLASSIFICATION_FIGURES, classification_figures
from mien.evaluation.sealed_scores import SealedScores
from mien.evaluation.units import UNIT_FIGURES, mean_over_units, unit_figures

FEWEST_POSITIVES = 8
"""Clips that must show a unit for it to be in the means."""

UNIT_MEANS = ("auc", "average_precision")
CLASS_FIGURES = ("uf1", "uar", "accuracy")
_RANKING = [UNIT_FIGURES.index(one) for one in UNIT_MEANS]
_TOLD = [CLASSIFICATION_FIGURES.index(one) for one in CLASS_FIGURES]


@dataclass(frozen=True)
class ClipTruth:
    """What is known of clips."""

    subjects: tuple[str, ...]
    units: Float[np.ndarray, "clip unit"]
    """1 where coded, 0 where not, NaN where nobody knows; columns as the scores have them."""

    classes: Int[np.ndarray, " clip"]
    """Position among the classes of the scores; -1 for none of them."""


@dataclass(frozen=True)
class RankedUnit:
    """How well a unit's score orders the clips."""

    unit: int
    clips: int
    """Whose units are known."""

    positives: int
    auc: float
    average_precision: float
    counted: bool
    """Whether it is in the means."""


@dataclass(frozen=True)
class ScoreFigures:
    """Every figure of one row; intervals are 95 % over subjects."""

    units: tuple[RankedUnit, ...]
    """Those that occur."""

    means: Mapping[str, Interval]
    """:data:`UNIT_MEANS` over the units that are counted; empty where there are none."""

    classes: Mapping[str, Interval]
    """:data:`CLASS_FIGURES`; empty where no clip has a class."""

    confusion: Int[np.ndarray, "truth predicted"]
    with_class: int
    """Clips of the classes."""

    sha256: str
    """Of the sealed scores."""


def score_figures(
    sealed: SealedScores,
    truth: ClipTruth,
    *,
    fewest_positives: int = FEWEST_POSITIVES,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> ScoreFigures:
    """Compare sealed scores with what is known; the class of the highest logit is the one told.

    Args:
        sealed: one row a clip.
        truth: of the same clips in the same order.
        fewest_positives: clips that must show a unit for it to be in the means.
        resamples: draws of subjects; 1 gives no interval that means anything, only quickly.
        seed: of the draws.

    Raises:
        UsageError: a broken seal, or truth of other clips.
    """
    sealed.verify()
    if truth.units.shape != sealed.units.shape or len(truth.classes) != len(sealed.names):
        msg = (
            f"Expected truth of the {len(sealed.names)} clips and {len(sealed.unit_numbers)} units "
            f"that were scored, but got {truth.units.shape} and {len(truth.classes)}."
        )
        raise UsageError(msg)
    positives = np.nansum(truth.units, axis=0).astype(int)
    known = np.isfinite(truth.units).sum(axis=0)
    counted = (positives >= fewest_positives) & (positives < known)
    own = unit_figures(truth.units, sealed.units)[0][:, _RANKING]
    units = tuple(
        RankedUnit(
            unit=number,
            clips=int(known[i]),
            positives=int(positives[i]),
            auc=float(own[i, 0]),
            average_precision=float(own[i, 1]),
            counted=bool(counted[i]),
        )
        for i, number in enumerate(sealed.unit_numbers)
        if positives[i]
    )
    means: dict[str, Interval] = {}
    if counted.any():
        scored = np.flatnonzero(np.isfinite(truth.units).any(axis=1))
        coded, score = truth.units[scored][:, counted], sealed.units[scored][:, counted]
        found = subject_bootstrap(
            lambda weights: mean_over_units(unit_figures(coded, score, weights))[:, _RANKING],
            [truth.subjects[i] for i in scored],
            resamples=resamples,
            seed=seed,
        )
        means = dict(zip(UNIT_MEANS, found, strict=True))
    told, cells = _told_classes(sealed, truth)
    count = len(sealed.classes)
    classes: dict[str, Interval] = {}
    if len(told):
        found = subject_bootstrap(
            lambda weights: classification_figures((weights @ cells).reshape(-1, count, count))[
                :, _TOLD
            ],
            [truth.subjects[i] for i in told],
            resamples=resamples,
            seed=seed,
        )
        classes = dict(zip(CLASS_FIGURES, found, strict=True))
    confusion = cells.sum(axis=0).reshape(count, count).astype(int)
    return ScoreFigures(units, means, classes, confusion, len(told), sealed.sha256)


def _told_classes(
    sealed: SealedScores, truth: ClipTruth
) -> tuple[Sequence[int], Float[np.ndarray, "clip cell"]]:
    """Give the clips that have a class, and the cell of the confusion matrix that each is in."""
    told = np.flatnonzero(truth.classes >= 0)
    count = len(sealed.classes)
    cells = np.zeros((len(told), count * count))
    said = sealed.logits[told].argmax(axis=1)
    cells[np.arange(len(told)), truth.classes[told] * count + said] = 1.0
    return told.tolist(), cells
