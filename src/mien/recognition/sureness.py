"""How probable it is that a brief movement is a true brief expression."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from mien.core.errors import UsageError

CUES = ("score", "fraction", "surroundings", "reach", "length", "beside_speech")
"""What the probability is made of, as :meth:`Cues.values` gives it."""

FILE = "sureness.json"
USUAL_S = 0.3
"""A brief expression of usual length."""

_LEAST = 0.05


@dataclass(frozen=True)
class Cues:
    """What a movement shows, besides the gates."""

    score: float
    """Root of the explained energy times the explained part."""

    fraction: float
    """Explained part of the energy of its own field, 0..1."""

    surroundings: float
    """Usual score of the seconds around it."""

    reach_px: float
    """Farthest cell of the explained motion, in pixels of the video."""

    duration_s: float
    beside_speech: bool
    """Whether it was looked for beside a mouth that speaks."""

    @property
    def values(self) -> Mapping[str, float]:
        """The cues as the probability takes them: magnitudes by their logarithm."""
        return {
            "score": float(np.log(max(self.score, _LEAST))),
            "fraction": self.fraction,
            "surroundings": float(np.log(max(self.surroundings, _LEAST))),
            "reach": float(np.log(max(self.reach_px, _LEAST))),
            "length": abs(float(np.log(max(self.duration_s, _LEAST) / USUAL_S))),
            "beside_speech": float(self.beside_speech),
        }


@dataclass(frozen=True)
class Sureness:
    """Logistic regression on the cues, fitted on drawn videos with known truth."""

    intercept: float
    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        """Refuse weights of other cues, and a probability that falls with the score."""
        unknown = sorted(set(self.weights) - set(CUES))
        if unknown or self.weights.get("score", 0.0) <= 0:
            msg = (
                f"Expected weights of {', '.join(CUES)}, that of the score above 0, but got "
                f"{dict(self.weights)}."
            )
            raise UsageError(msg)

    def probability(self, cues: Cues) -> float:
        """Probability, 0..1, that a movement with these cues is a true brief expression.

        >>> sure = Sureness(-1.0, {"score": 2.0})
        >>> cues = Cues(1.0, 0.5, 0.5, 0.3, 0.3, beside_speech=False)
        >>> round(sure.probability(cues), 3)
        0.269
        """
        values = cues.values
        total = self.intercept + sum(weight * values[name] for name, weight in self.weights.items())
        return float(1 / (1 + np.exp(-total)))


@cache
def sureness() -> Sureness:
    """Give what comes with mien; one command made it, see the file.

    Raises:
        UsageError: the file is none of this version.
    """
    text = (files("mien.recognition") / "data" / FILE).read_text(encoding="utf-8")
    content = json.loads(text)
    if content.get("schema") != 1:
        msg = f"Expected {FILE} of schema 1, but got {content.get('schema')}. Install mien anew."
        raise UsageError(msg)
    return Sureness(float(content["intercept"]), content["weights"])
