"""What the recognisers make of one movement together: its units, its emotion, and who said what."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from mien.core.arrays import Times
from mien.core.facs import EMOTIONS
from mien.core.track import EmotionPosterior, Opinion
from mien.recognition.canonical import Placement
from mien.recognition.emotion import emotion_posterior
from mien.recognition.event_flow import event_image, event_volume
from mien.recognition.fusion import TrainedRecogniser, Verdict
from mien.recognition.spotting import Movement

STATISTICS = "units and label statistics"
"""Name of the reading of emotions from the units alone."""

_METHOD = (
    "mean of the logarithms of two trained networks' probabilities and of naive Bayes over the "
    "units' probabilities; 'neutral' is the doubt in the event, 'others' and 'repression' are from "
    "naive Bayes"
)
LEAST_SURE = 0.5
"""A unit is named from this probability on. The card's threshold gives the best F1; a name that is
more likely wrong than right helps nobody who reads it."""

_LEAST = 1e-6
_STANDS_OUT = 1.3  # times the next label
_LIKELY = 0.3


@dataclass(frozen=True)
class EventVerdict:
    """What was said of one movement."""

    units: Mapping[int, float]
    """Probability by FACS number."""

    threshold: float
    """Probability from which a unit counts as seen."""

    opinions: tuple[Opinion, ...]
    networks_emotion: Mapping[str, float]

    @property
    def seen(self) -> tuple[int, ...]:
        """Units that count as seen, most probable first."""
        ranked = sorted(self.units, key=lambda au: -self.units[au])
        return tuple(au for au in ranked if self.units[au] >= self.threshold)


def judge_movement(
    recogniser: TrainedRecogniser,
    placement: Placement,
    times_s: Times,
    flow_px: np.ndarray,
    movement: Movement,
) -> EventVerdict:
    """Let all recognisers read one movement.

    Args:
        recogniser: the trained networks with analysis by synthesis.
        placement: of the face in its aligned picture.
        times_s: of every frame.
        flow_px: motion of the aligned face, (frame, row, column, 2); NaN where it is not seen.
        movement: as it was spotted.
    """
    image = event_image(movement, placement)
    volume = event_volume(times_s, flow_px, movement, placement, steps=recogniser.steps)
    verdict = recogniser.read(image, volume)
    card = recogniser.card
    return EventVerdict(
        units=dict(zip(card.units, map(float, verdict.units[0]), strict=True)),
        threshold=max(card.threshold, LEAST_SURE),
        opinions=_opinions(recogniser, verdict),
        networks_emotion=dict(zip(card.classes, map(float, verdict.emotion[0]), strict=True)),
    )


def _opinions(recogniser: TrainedRecogniser, verdict: Verdict) -> tuple[Opinion, ...]:
    card = recogniser.card
    found = []
    for source, said in verdict.opinions.items():
        units = expit(said.units[0])
        emotion = {} if said.emotion is None else np.exp(said.emotion[0])
        found.append(
            Opinion(
                source,
                dict(zip(card.units, map(float, units), strict=True)),
                {}
                if said.emotion is None
                else dict(
                    zip(card.classes, (min(float(one), 1.0) for one in emotion), strict=True)
                ),
            )
        )
    return tuple(found)


def judged_emotion(
    verdict: EventVerdict, *, confidence: float, prior: str
) -> tuple[EmotionPosterior, Opinion]:
    """Say which emotion label fits, from networks and units together.

    Args:
        verdict: what was said of the movement.
        confidence: 0..1, that the movement is one of the face.
        prior: label statistics for what the units speak for.

    Returns:
        the posterior, and the part of the units as an opinion.
    """
    by_units = emotion_posterior(
        verdict.units, observable=frozenset(verdict.units), confidence=1.0, prior=prior
    ).probabilities
    known = tuple(verdict.networks_emotion)
    inside = sum(by_units[label] for label in known)
    logs = np.array(
        [
            np.log(max(verdict.networks_emotion[label], _LEAST)) * 2
            + np.log(max(by_units[label] / max(inside, _LEAST), _LEAST))
            for label in known
        ]
    )
    shares = np.exp((logs - logs.max()) / 3)
    shares *= inside / shares.sum()
    probabilities = {label: float(by_units[label]) * confidence for label in EMOTIONS}
    for label, share in zip(known, shares, strict=True):
        probabilities[label] = float(share) * confidence
    probabilities["neutral"] = 1 - confidence
    total = sum(probabilities.values())
    probabilities = {label: share / total for label, share in probabilities.items()}
    posterior = EmotionPosterior(
        probabilities, prior=prior, method=_METHOD, undecided=_undecided(probabilities)
    )
    return posterior, Opinion(STATISTICS, {}, dict(by_units))


def _undecided(probabilities: Mapping[str, float]) -> str:
    """Say why no emotion is to be named; nothing where one stands out."""
    ranked = sorted(probabilities.items(), key=lambda one: -one[1])
    (first, best), (second, next_best) = ranked[0], ranked[1]
    if first == "neutral":
        return "it is not sure that the face moved at all"
    if best < _LIKELY:
        return f"no label reaches {_LIKELY:.0%}; the likeliest is {first} with {best:.0%}"
    if best < _STANDS_OUT * next_best:
        return f"{first} ({best:.0%}) and {second} ({next_best:.0%}) are about as likely"
    return ""
