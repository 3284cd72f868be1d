"""Which units move together in each emotion, and for how long: published counts, by name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mien.core.errors import UsageError
from mien.core.label_statistics import PRIORS
from mien.core.nearest import unknown_name

ALL = "all"
"""Stands for all emotions together."""


@dataclass(frozen=True)
class UnitCounts:
    """How many clips of one emotion show a unit, and a pair of units."""

    clips: int
    units: Mapping[int, int]
    pairs: Mapping[tuple[int, int], int]
    single_unit_share: float
    """Share of the clips with units in which one unit moves alone."""


@dataclass(frozen=True)
class Quantiles:
    """Quantiles of a time in seconds."""

    levels: tuple[float, ...]
    """0..1, rising."""

    values_s: tuple[float, ...]


@dataclass(frozen=True)
class MovementStatistics:
    """Sets of units and durations, by emotion, with where they come from."""

    name: str
    source: str
    sets: Mapping[str, tuple[tuple[int, ...], ...]]
    """Prototypes by emotion; empty where the source counts clips instead."""

    counts: Mapping[str, UnitCounts]
    """Counts by emotion; empty where the source lists prototypes instead."""

    duration: Mapping[str, Quantiles]
    """Onset to offset by emotion, with ``all`` for emotions not listed."""

    onset_apex: Mapping[str, Quantiles]

    @property
    def emotions(self) -> tuple[str, ...]:
        """Emotions that the source knows."""
        return tuple(self.sets) or tuple(self.counts)


@cache
def movement_statistics(name: str) -> MovementStatistics:
    """Load one of :data:`mien.core.label_statistics.PRIORS`.

    Raises:
        UsageError: a name that does not come with mien.

    >>> movement_statistics("dfme").counts["happiness"].pairs[(6, 12)]
    96
    """
    if name not in PRIORS:
        raise UsageError(unknown_name("a prior", name, PRIORS))
    text = files("mien.core").joinpath("priors", f"{name}.json").read_text(encoding="utf-8")
    data = json.loads(text)
    emotions: dict[str, Any] = data["emotions"]
    prototypes = data["kind"] == "prototypes"
    timing = data["timing"]
    levels = tuple(timing["levels"])
    return MovementStatistics(
        name=name,
        source=f"{data['source']} Times: {timing['source']}",
        sets={e: tuple(map(tuple, sets)) for e, sets in emotions.items()} if prototypes else {},
        counts={} if prototypes else _counts(emotions),
        duration={e: Quantiles(levels, tuple(t["duration_s"])) for e, t in _times(timing)},
        onset_apex={e: Quantiles(levels, tuple(t["onset_apex_s"])) for e, t in _times(timing)},
    )


def _times(timing: Mapping[str, Any]) -> list[tuple[str, Mapping[str, list[float]]]]:
    return list(timing["emotions"].items())


def _counts(emotions: Mapping[str, Any]) -> dict[str, UnitCounts]:
    overall = float(emotions[ALL]["single_unit_share"])
    return {
        emotion: UnitCounts(
            clips=entry["clips"],
            units={int(unit): count for unit, count in entry["units"].items()},
            pairs={_pair(text): count for text, count in entry["pairs"].items()},
            single_unit_share=float(entry.get("single_unit_share", overall)),
        )
        for emotion, entry in emotions.items()
        if emotion != ALL
    }


def _pair(text: str) -> tuple[int, int]:
    first, second = sorted(map(int, text.split("-")))
    return first, second
