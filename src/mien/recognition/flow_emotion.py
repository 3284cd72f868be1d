"""Negative, positive or surprise, from what a flow image shows of action units."""

from collections.abc import Mapping
from functools import cache

import numpy as np
from jaxtyping import Float

from mien.core.facs import EMOTIONS
from mien.core.label_statistics import label_statistics
from mien.recognition.atoms import READ_UNITS

FLOW_CLASSES = ("negative", "positive", "surprise")
"""As the composite of MEGC 2019 has them."""

CLASS_OF: Mapping[str, str] = {
    **dict.fromkeys(set(EMOTIONS) - {"neutral", "others"}, "negative"),
    "happiness": "positive",
    "surprise": "surprise",
}
"""Class by emotion; neutral and others are of none."""

SHARPNESS = 2.0
"""Evidence for a unit is (its score / the score of the picture's strongest unit) to this power, so
that the strongest counts in full and one of half its score for a quarter."""

_RARE, _SURE = 0.02, 0.95


def unit_evidence(
    scores: Float[np.ndarray, "picture unit"],
) -> Float[np.ndarray, "picture unit"]:
    """Give 0..1 for every unit, from scores whose zero means "nothing of it".

    Only how the units of one picture compare matters, neither its size nor other pictures.
    """
    positive = np.maximum(scores, 0.0)
    strongest = positive.max(axis=1, keepdims=True)
    evidence: Float[np.ndarray, "picture unit"] = (
        positive / np.where(strongest > 0, strongest, 1.0)
    ) ** SHARPNESS
    return evidence


def class_logits(
    evidence: Float[np.ndarray, "picture unit"], prior: str
) -> Float[np.ndarray, "picture class"]:
    """Log-likelihood of :data:`FLOW_CLASSES`, every class equally likely beforehand.

    Naive Bayes over :data:`~mien.recognition.atoms.READ_UNITS`, seen and not seen; a class shows a
    unit as often as its emotions do in the mean.

    Args:
        evidence: 0..1.
        prior: name of the label statistics.

    >>> columns = np.isin(READ_UNITS, (6, 12)).astype(float)[None]
    >>> FLOW_CLASSES[class_logits(columns, "emfacs+dfme")[0].argmax()]
    'positive'
    """
    rates = _rates(prior)
    logits: Float[np.ndarray, "picture class"] = (
        evidence @ np.log(rates).T + (1 - evidence) @ np.log(1 - rates).T
    )
    return logits


@cache
def _rates(prior: str) -> Float[np.ndarray, "class unit"]:
    occurrence = label_statistics(prior).occurrence
    rates = []
    for name in FLOW_CLASSES:
        tables = [occurrence[one] for one in sorted(occurrence) if CLASS_OF.get(one) == name]
        rates.append([np.mean([table.get(unit, 0.0) for table in tables]) for unit in READ_UNITS])
    return np.clip(np.array(rates, np.float64), _RARE, _SURE)
