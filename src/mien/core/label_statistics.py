"""How often each action unit goes with each emotion: published counts and prototypes, by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mien.core.errors import UsageError

PRIORS = ("emfacs", "dfme", "casme2")
"""The statistics that come with mien."""

DEFAULT_PRIOR = "emfacs+dfme"

_SMOOTHING = 2.0  # clips' worth of the overall rate, added to every emotion's counts


@dataclass(frozen=True)
class LabelStatistics:
    """P(action unit | emotion), with where it comes from."""

    name: str
    source: str
    occurrence: Mapping[str, Mapping[int, float]]
    """Probability of a unit, by emotion and FACS number; a unit not listed was never seen."""

    overall: Mapping[int, float]
    """Probability of a unit over all emotions."""


@cache
def label_statistics(name: str) -> LabelStatistics:
    """Load one of :data:`PRIORS`, or a mixture of several joined by ``+``.

    A mixture takes the mean of the probabilities of those that know the emotion.

    Raises:
        UsageError: a name that does not come with mien.

    >>> round(label_statistics("casme2").occurrence["happiness"][12], 2)
    0.8
    """
    parts = name.split("+")
    unknown = [part for part in parts if part not in PRIORS]
    if unknown or not parts:
        msg = f"Expected label statistics among {', '.join(PRIORS)} (joined by +), got {name!r}."
        raise UsageError(msg)
    if len(parts) == 1:
        return _load(name)
    loaded = [_load(part) for part in parts]
    emotions = sorted({emotion for one in loaded for emotion in one.occurrence})
    occurrence = {
        emotion: _mean([one.occurrence[emotion] for one in loaded if emotion in one.occurrence])
        for emotion in emotions
    }
    return LabelStatistics(
        name=name,
        source=" ".join(one.source for one in loaded),
        occurrence=occurrence,
        overall=_mean([one.overall for one in loaded]),
    )


def _mean(tables: list[Mapping[int, float]]) -> dict[int, float]:
    units = sorted({unit for table in tables for unit in table})
    return {unit: sum(table.get(unit, 0.0) for table in tables) / len(tables) for unit in units}


def _load(name: str) -> LabelStatistics:
    text = files("mien.core").joinpath("priors", f"{name}.json").read_text(encoding="utf-8")
    data = json.loads(text)
    if data["kind"] == "prototypes":
        rates = {
            emotion: {
                unit: sum(unit in variant for variant in variants) / len(variants)
                for unit in sorted({unit for variant in variants for unit in variant})
            }
            for emotion, variants in data["emotions"].items()
        }
        overall = _mean(list(rates.values()))
        return LabelStatistics(name, data["source"], rates, overall)
    every = data["emotions"]["all"]
    overall = {int(unit): count / every["clips"] for unit, count in every["units"].items()}
    occurrence = {
        emotion: {
            unit: (counts["units"].get(str(unit), 0) + _SMOOTHING * rate)
            / (counts["clips"] + _SMOOTHING)
            for unit, rate in overall.items()
        }
        for emotion, counts in data["emotions"].items()
        if emotion != "all"
    }
    return LabelStatistics(name, data["source"], occurrence, overall)
