"""Which emotion a set of action units speaks for, by published statistics."""

import math
from collections.abc import Mapping

from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS
from mien.core.label_statistics import DEFAULT_PRIOR, label_statistics
from mien.core.track import EmotionPosterior

_RARE, _SURE = 0.02, 0.95
_TEMPER = 0.7
"""Units of one face are not independent; counting each in full would make the posterior too sure.
With identical units under different labels in every corpus, about .85 is the ceiling anyway."""

_METHOD = (
    "naive Bayes over action units seen and not seen, equal prior for every emotion of the "
    "statistics, tempered; 'others' is the units' overall rate, 'neutral' the doubt in the event"
)


def emotion_posterior(
    evidence: Mapping[int, float],
    *,
    observable: frozenset[int],
    confidence: float = 1.0,
    prior: str = DEFAULT_PRIOR,
) -> EmotionPosterior:
    """Posterior over the emotion labels from the evidence for each action unit.

    Args:
        evidence: probability 0..1 that the unit moved, by FACS number; absent means 0.
        observable: units that the recogniser can see at all; the others say nothing.
        confidence: 0..1, that the event is a facial movement; the rest goes to ``neutral``.
        prior: name of the label statistics, see :mod:`mien.core.label_statistics`.

    Raises:
        UsageError: a probability outside 0..1, or unknown statistics.

    >>> emotion_posterior({6: 1.0, 12: 1.0}, observable=frozenset({1, 4, 6, 12})).best
    'happiness'
    """
    for name, value in (("confidence", confidence), *((f"AU{k}", v) for k, v in evidence.items())):
        if not 0 <= value <= 1:
            msg = f"Expected a probability in 0..1 for {name}, but got {value}."
            raise UsageError(msg)
    statistics = label_statistics(prior)
    tables = {**statistics.occurrence, "others": statistics.overall}
    if "others" in statistics.occurrence:
        tables["others"] = statistics.occurrence["others"]
    logs = {
        emotion: _TEMPER * _log_likelihood(table, evidence, observable)
        for emotion, table in tables.items()
    }
    top = max(logs.values())
    weights = {emotion: math.exp(value - top) for emotion, value in logs.items()}
    total = sum(weights.values())
    probabilities = dict.fromkeys(EMOTIONS, 0.0)
    for emotion, weight in weights.items():
        probabilities[emotion] = confidence * weight / total
    probabilities["neutral"] = 1.0 - confidence
    return EmotionPosterior(probabilities, prior=prior, method=_METHOD)


def _log_likelihood(
    table: Mapping[int, float], evidence: Mapping[int, float], observable: frozenset[int]
) -> float:
    total = 0.0
    for unit in observable:
        rate = min(max(table.get(unit, 0.0), _RARE), _SURE)
        seen = evidence.get(unit, 0.0)
        total += seen * math.log(rate) + (1 - seen) * math.log(1 - rate)
    return total
