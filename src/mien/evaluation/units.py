"""Action units predicted for clips: F1, AUC and average precision a unit, and of intensities.

F1 here is that of the positive class ("binary F1"); the mean with the F1 of the negative class
("macro F1", which is far higher for rare units) is told beside it, since the field prints both
under one name. Clips whose coding is unknown (NaN) are left out unit by unit.

Source of AUC and average precision with ties: Fawcett, An introduction to ROC analysis, 2006,
section 5; the sum over thresholds of (R_n - R_n-1) P_n, as scikit-learn defines it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mien.core.errors import UsageError
from mien.evaluation.agreement import concordance, icc_3_1, mean_absolute_error

THRESHOLD = 0.5

UNIT_FIGURES: tuple[str, ...] = ("f1", "macro_f1", "auc", "average_precision")
"""In the order of the last axis of :func:`unit_figures`."""

INTENSITY_FIGURES: tuple[str, ...] = ("icc_3_1", "ccc", "mae")
"""In the order of the last axis of :func:`intensity_figures`."""


@dataclass(frozen=True)
class UnitScore:
    """One row of the table of units, 0..1; NaN where a figure is not defined."""

    unit: int
    """FACS number."""

    clips: int
    """With known coding."""

    positives: int
    f1: float
    """NaN where the unit neither occurs nor was said."""

    macro_f1: float
    """Mean of the F1 of occurring and of not occurring."""

    auc: float
    """NaN where the unit occurs always or never."""

    average_precision: float
    """NaN where the unit never occurs."""

    ones_f1: float
    """F1 of saying the unit of every clip: what a unit has to beat."""


def unit_figures(
    truth: Float[np.ndarray, "clip unit"],
    probability: Float[np.ndarray, "clip unit"],
    weights: Float[np.ndarray, "resample clip"] | None = None,
    *,
    threshold: float = THRESHOLD,
) -> Float[np.ndarray, "resample unit figure"]:
    """Give :data:`UNIT_FIGURES` of each unit.

    Args:
        truth: 1 where coded, 0 where not, NaN where unknown.
        probability: that the unit occurs, or any score that rises with it.
        weights: how often each clip counts, a row a resample; None for once.
        threshold: a unit is said from here on.

    Raises:
        UsageError: a truth that is none of the three, or a probability that is not finite.
    """
    _check(truth, probability)
    weights = np.ones((1, len(truth))) if weights is None else weights
    figures = np.full((len(weights), truth.shape[1], len(UNIT_FIGURES)), np.nan)
    for unit in range(truth.shape[1]):
        known = np.isfinite(truth[:, unit])
        coded, score, share = truth[known, unit] == 1, probability[known, unit], weights[:, known]
        said = score >= threshold
        yes, no = _f1(coded, said, share), _f1(~coded, ~said, share)
        figures[:, unit, 0] = yes
        figures[:, unit, 1] = (yes + no) / 2
        figures[:, unit, 2:] = _ranking(coded, score, share)
    return figures


def unit_scores(
    units: Sequence[int],
    truth: Float[np.ndarray, "clip unit"],
    probability: Float[np.ndarray, "clip unit"],
    *,
    threshold: float = THRESHOLD,
) -> tuple[UnitScore, ...]:
    """Score each unit; see :func:`unit_figures`.

    Raises:
        UsageError: see there.
    """
    figures = unit_figures(truth, probability, threshold=threshold)[0]
    everywhere = unit_figures(truth, np.ones_like(probability))[0, :, 0]
    return tuple(
        UnitScore(
            unit=number,
            clips=int(np.isfinite(truth[:, i]).sum()),
            positives=int(np.nansum(truth[:, i])),
            f1=float(figures[i, 0]),
            macro_f1=float(figures[i, 1]),
            auc=float(figures[i, 2]),
            average_precision=float(figures[i, 3]),
            ones_f1=float(everywhere[i]),
        )
        for i, number in enumerate(units)
    )


def intensity_figures(
    truth: Float[np.ndarray, "clip unit"],
    measured: Float[np.ndarray, "clip unit"],
    weights: Float[np.ndarray, "resample clip"] | None = None,
) -> Float[np.ndarray, "resample unit figure"]:
    """Give :data:`INTENSITY_FIGURES` of each unit: ICC(3,1), CCC and mean absolute error.

    Args:
        truth: activation, 0..1; NaN where unknown.
        measured: activation, 0..1.
        weights: how often each clip counts, a row a resample; None for once.

    Raises:
        UsageError: a measured activation that is not finite.
    """
    if not np.isfinite(measured).all():
        msg = "Expected finite activations of every unit of every clip, but some are not."
        raise UsageError(msg)
    weights = np.ones((1, len(truth))) if weights is None else weights
    figures = np.full((len(weights), truth.shape[1], len(INTENSITY_FIGURES)), np.nan)
    for unit in range(truth.shape[1]):
        known = np.isfinite(truth[:, unit])
        one, other, share = truth[known, unit], measured[known, unit], weights[:, known]
        figures[:, unit, 0] = icc_3_1(np.stack([one, other], axis=1), share)
        figures[:, unit, 1] = concordance(one, other, share)
        figures[:, unit, 2] = mean_absolute_error(one, other, share)
    return figures


def mean_over_units(
    figures: Float[np.ndarray, "resample unit figure"],
) -> Float[np.ndarray, "resample figure"]:
    """Mean over the units in which a figure is defined; NaN where it is in none."""
    defined = np.isfinite(figures)
    total: Float[np.ndarray, "resample figure"] = np.where(defined, figures, 0.0).sum(axis=1)
    return total / np.where(defined.any(axis=1), defined.sum(axis=1), np.nan)


def _check(
    truth: Float[np.ndarray, "clip unit"], probability: Float[np.ndarray, "clip unit"]
) -> None:
    if not np.isin(truth[np.isfinite(truth)], (0, 1)).all() or np.isinf(truth).any():
        msg = "Expected 1, 0 or NaN for each unit of each clip, but some truth is another number."
        raise UsageError(msg)
    if not np.isfinite(probability).all():
        msg = "Expected a finite number for each unit of each clip, but some prediction is not."
        raise UsageError(msg)


def _f1(
    coded: Bool[np.ndarray, " clip"],
    said: Bool[np.ndarray, " clip"],
    weights: Float[np.ndarray, "resample clip"],
) -> Float[np.ndarray, " resample"]:
    f1: Float[np.ndarray, " resample"]
    both = weights @ (coded & said).astype(np.float64)
    below = weights @ coded.astype(np.float64) + weights @ said.astype(np.float64)
    with np.errstate(invalid="ignore"):
        f1 = 2 * both / below
    return f1


def _ranking(
    coded: Bool[np.ndarray, " clip"],
    score: Float[np.ndarray, " clip"],
    weights: Float[np.ndarray, "resample clip"],
) -> Float[np.ndarray, "resample 2"]:
    """Area under the ROC curve, and average precision; clips of equal score pass together."""
    if not len(score):
        return np.full((len(weights), 2), np.nan)
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    true, drawn = coded[order].astype(np.float64), weights[:, order]
    hits = np.cumsum(drawn * true, axis=1)[:, ends]
    false = np.cumsum(drawn * (1 - true), axis=1)[:, ends]
    start = np.zeros((len(weights), 1))
    gained = np.diff(hits, axis=1, prepend=start)
    passed = np.diff(false, axis=1, prepend=start)
    with np.errstate(invalid="ignore", divide="ignore"):
        area = (passed * (hits - gained / 2)).sum(axis=1) / (hits[:, -1] * false[:, -1])
        precision = np.where(hits > 0, hits / (hits + false), 0.0)
        average = (gained * precision).sum(axis=1) / hits[:, -1]
    return np.stack([area, average], axis=1)
