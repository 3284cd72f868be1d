"""True positives, false positives and false negatives of spotting, summed over videos by kind.

A found micro-expression can only stand for a true micro-expression, and a macro-expression for a
macro-expression; blinks are not scored. Counts are summed over all videos, also those without any
true event, and only then made into precision, recall and F1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.core.track import Event, EventKind
from mien.evaluation.spotting import match_as_challenge, match_events

SCORED_KINDS: tuple[EventKind, ...] = (EventKind.MICRO, EventKind.MACRO)


class Matching(StrEnum):
    """Which found event stands for which true one."""

    ONE_TO_ONE = "one-to-one"
    """Each event in one pair at most, the summed overlap largest; overlap in seconds."""

    CHALLENGE = "challenge"
    """Every pair that overlaps enough counts; overlap in frames. See
    :func:`mien.evaluation.spotting.match_as_challenge`."""


@dataclass(frozen=True)
class SpottedVideo:
    """What was found in a video beside what is there."""

    truth: tuple[Event, ...]
    found: tuple[Event, ...]
    rate: float
    """Frames a second."""

    duration_s: float


@dataclass(frozen=True)
class Counts:
    """Counts with what is made of them; NaN where there is nothing to divide by."""

    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def precision(self) -> float:
        """Share of the found events that are right."""
        found = self.true_positives + self.false_positives
        return self.true_positives / found if found else float("nan")

    @property
    def recall(self) -> float:
        """Share of the true events that were found."""
        true = self.true_positives + self.false_negatives
        return self.true_positives / true if true else float("nan")

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        total = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / total if total else float("nan")

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.false_negatives + other.false_negatives,
        )


def matched_pairs(
    video: SpottedVideo, matching: Matching, *, min_overlap: float = 0.5
) -> Mapping[EventKind, tuple[tuple[tuple[Event, Event], ...], int, int]]:
    """Pair the events of a video, kind by kind.

    Returns:
        by kind: pairs of true and found events, number of false events, number of missed ones.
    """
    result = {}
    for kind in SCORED_KINDS:
        truth = [event for event in video.truth if event.kind is kind]
        found = [event for event in video.found if event.kind is kind]
        if matching is Matching.CHALLENGE:
            pairs, missed, false = match_as_challenge(
                truth, found, rate=video.rate, min_overlap=min_overlap
            )
            result[kind] = (pairs, len(false), len(missed))
        else:
            matches, left = match_events(truth, found, min_overlap=min_overlap)
            pairs = tuple((one.truth, one.found) for one in matches if one.found is not None)
            result[kind] = (pairs, len(left), len(matches) - len(pairs))
    return result


def count_events(
    video: SpottedVideo, matching: Matching, *, min_overlap: float = 0.5
) -> Mapping[EventKind, Counts]:
    """Count the events of one video by kind."""
    return {
        kind: Counts(len(pairs), false, missed)
        for kind, (pairs, false, missed) in matched_pairs(
            video, matching, min_overlap=min_overlap
        ).items()
    }


def figures_of_counts(counts: Float[np.ndarray, "*batch 3"]) -> Float[np.ndarray, "*batch 3"]:
    """Precision, recall and F1 of true positives, false positives and false negatives.

    NaN where there is nothing to divide by.
    """
    below = counts @ np.array([[1.0, 1.0, 2.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    with np.errstate(invalid="ignore", divide="ignore"):
        figures: Float[np.ndarray, "*batch 3"] = counts[..., :1] * [1.0, 1.0, 2.0] / below
    return figures


@dataclass(frozen=True)
class SpotThenRecognise:
    """The joint score of finding and naming, and its two factors; NaN where not defined."""

    strs: float
    """F1 of spotting times F1 of the analysis."""

    f1_spotting: float
    f1_analysis: float
    """Harmonic mean of the mean precision and the mean recall over classes, of matched events."""

    uf1_analysis: float
    """Mean of the F1 of the classes, told beside it."""

    matched: int
    """Number of matched events."""


def spot_then_recognise(
    counts: Counts, truth: Sequence[str], predicted: Sequence[str], classes: Sequence[str]
) -> SpotThenRecognise:
    """Score naming on the events that were found, times finding.

    A class without any matched event counts with 0 for its precision and recall, as in the script
    of the challenges: who finds no surprise cannot name any. A matched event whose class is not
    analysed on one side (the challenges leave "other" out) still counts against the class on the
    other side. Where nothing was found the product is 0, whatever the analysis would have been.

    Args:
        counts: of spotting.
        truth: true class of each matched event.
        predicted: class that it was given.
        classes: that are analysed.

    Raises:
        UsageError: other numbers of true and predicted classes.

    Source: Liong, See & Chan, Spot-then-recognize, Signal Processing: Image Communication 2023, and
    the script that its authors publish for the challenges.
    """
    if len(truth) != len(predicted):
        msg = (
            "Expected a true and a predicted class a matched event, but got "
            f"{len(truth)} and {len(predicted)}."
        )
        raise UsageError(msg)
    rows = [
        (
            sum(a == b == name for a, b in zip(truth, predicted, strict=True)),
            sum(b == name for b in predicted),
            sum(a == name for a in truth),
        )
        for name in classes
    ]
    precision = float(np.mean([right / said if said else 0.0 for right, said, _ in rows]))
    recall = float(np.mean([right / there if there else 0.0 for right, _, there in rows]))
    uf1 = float(np.mean([2 * r / (s + t) if s + t else 0.0 for r, s, t in rows]))
    if not truth:
        analysis = uf1 = float("nan")
    else:
        both = precision + recall
        analysis = 2 * precision * recall / both if both else 0.0
    return SpotThenRecognise(
        strs=0.0 if counts.f1 == 0 else counts.f1 * analysis,
        f1_spotting=counts.f1,
        f1_analysis=analysis,
        uf1_analysis=uf1,
        matched=len(truth),
    )
