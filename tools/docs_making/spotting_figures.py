"""What was found in long videos, and the figures that are made of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mien.evaluation.bootstrap import Interval, subject_bootstrap

BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.0))


@dataclass(frozen=True)
class Planted:
    """One planted micro-expression."""

    units: list[str]
    peak: float
    duration_s: float
    speech: bool
    blink: bool
    """A blink hides part of it."""

    turn: bool
    """The head is under way to another pose."""

    found: float
    """Confidence of the found event that stands for it; NaN where none does."""


@dataclass(frozen=True)
class Reported:
    """One brief movement that passed every gate but that of the confidence."""

    confidence: float
    true: bool
    cues: dict[str, float]
    beside_speech: bool


@dataclass(frozen=True)
class VideoOutcome:
    """What is in one video and what was found."""

    name: str
    person: str
    rate: int
    minutes: float
    speech_s: float
    heard_s: float
    """Time in which speech was both there and noticed."""

    planted: list[Planted]
    reported: list[Reported]
    macro: list[int]
    """Hits, false and missed longer expressions."""

    refused: dict[str, int]
    models: str


@dataclass(frozen=True)
class Bin:
    """Movements of like confidence."""

    low: float
    high: float
    movements: int
    said: float
    """Mean confidence."""

    seen: float
    """Share that is true."""


def counts_at(outcome: VideoOutcome, threshold: float) -> tuple[int, int, int]:
    """Hits, false events and missed ones of one video at one threshold."""
    hits = sum(one.found >= threshold for one in outcome.planted)
    wrong = sum(one.confidence >= threshold and not one.true for one in outcome.reported)
    return hits, wrong, len(outcome.planted) - hits


def figures_at(outcomes: Sequence[VideoOutcome], threshold: float) -> tuple[Interval, ...]:
    """Recall, false alarms a minute, F1 and precision with intervals over videos."""
    table = np.array([(*counts_at(one, threshold), one.minutes) for one in outcomes], float)

    def statistic(weights: np.ndarray) -> np.ndarray:
        hits, wrong, missed, minutes = (weights @ table).T
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.stack(
                [
                    hits / (hits + missed),
                    wrong / minutes,
                    2 * hits / (2 * hits + wrong + missed),
                    hits / (hits + wrong),
                ],
                axis=1,
            )

    return subject_bootstrap(statistic, [one.name for one in outcomes])


def curve(outcomes: Sequence[VideoOutcome]) -> np.ndarray:
    """Threshold, recall and false alarms a minute at every confidence that occurs."""
    levels = sorted({one.confidence for outcome in outcomes for one in outcome.reported})
    minutes = sum(one.minutes for one in outcomes)
    rows = []
    for level in levels:
        hits, wrong, missed = np.sum([counts_at(one, level) for one in outcomes], axis=0)
        rows.append((level, hits / max(1, hits + missed), wrong / minutes))
    return np.array(rows)


def at_recall(points: np.ndarray, recall: float) -> float:
    """Fewest false alarms a minute at which so much is found; NaN where it never is."""
    enough = points[points[:, 1] >= recall]
    return float(enough[:, 2].min()) if len(enough) else float("nan")


def at_false_rate(points: np.ndarray, rate: float) -> float:
    """Highest recall with at most so many false alarms a minute; NaN where there is none."""
    few = points[points[:, 2] <= rate]
    return float(few[:, 1].max()) if len(few) else float("nan")


def reliability(outcomes: Sequence[VideoOutcome]) -> tuple[list[Bin], float]:
    """Give said and seen probability by bins, and the expected calibration error."""
    rows = [(one.confidence, one.true) for outcome in outcomes for one in outcome.reported]
    said, seen = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], float)
    table: list[Bin] = []
    error = 0.0
    for low, high in BINS:
        inside = (said >= low) & ((said < high) | (high == 1.0))
        if not inside.any():
            continue
        gap = abs(said[inside].mean() - seen[inside].mean())
        error += inside.mean() * gap
        mean, true = float(said[inside].mean()), float(seen[inside].mean())
        table.append(Bin(low, high, int(inside.sum()), mean, true))
    return table, float(error)
