"""Emotions, sets of units, sides and durations, drawn as published statistics have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import TypeVar

import numpy as np

from mien.core.errors import UsageError
from mien.core.facs import Channel, Side, action_unit, channels_of
from mien.core.movement_statistics import ALL, Quantiles, UnitCounts, movement_statistics
from mien.synth.options import check_sampling
from mien.synth.shapes import known_units

ONE_SIDED_SHARE = 0.12
"""Of expressions of the upper or of the lower face (design value)."""

ONE_SIDED_CONTEMPT = 0.6
"""Of AU12 and AU14 in contempt, which shows on one side (Ekman & Heider 1988)."""

NO_EMOTION = ""
"""Of an expression that was drawn freely."""

_LIDS = frozenset({43, 45, 46})
_FREE_SIZES = (0.5, 0.35, 0.15)
SHORTEST_RISE_S, SHORTEST_FALL_S = 0.04, 0.05
_TRIES = 400
_UPPER = frozenset({1, 2, 4, 5, 6, 7, 43, 45, 46})
_RANKS_ALIKE = 0.6  # correlation of the ranks of rise and whole duration
_LEAST_FALL = 0.35  # of the rise

Key = TypeVar("Key")
_SPREAD = 0.2  # of the peaks of units of one expression


@dataclass(frozen=True)
class Expression:
    """One drawn expression."""

    emotion: str
    prior: str
    """The prior that it was drawn from, one of those joined by +."""

    channels: tuple[Channel, ...]
    peaks: tuple[float, ...]
    """Activation of each channel at the apex."""

    onset_apex_s: float
    apex_offset_s: float

    @property
    def units(self) -> tuple[int, ...]:
        """FACS numbers, rising."""
        return tuple(sorted({channel.au for channel in self.channels}))


@dataclass(frozen=True)
class ExpressionSource:
    """Where expressions are drawn from."""

    prior: str = "dfme"
    emotions: tuple[str, ...] = ()
    units: tuple[int, ...] = ()
    side: str = "natural"
    intensity: tuple[float, float] = (0.15, 0.6)

    def __post_init__(self) -> None:
        """Refuse what nothing can be drawn from."""
        check_sampling(self.prior, self.emotions, self.units, self.side, self.intensity)
        allowed = self._allowed()
        if not allowed:
            msg = f"The head cannot show AU{self.units}. Choose among {sorted(known_units())}."
            raise UsageError(msg)
        for prior in self.prior.split("+"):
            for emotion in self._emotions_of(prior):
                if any(set(units) <= allowed for units in _sets_of(prior, emotion)):
                    return
        msg = (
            f"No expression of {self.prior} consists of the units {sorted(allowed)} alone. "
            "Allow more units or emotions, or choose another prior."
        )
        raise UsageError(msg)

    def draw(self, rng: np.random.Generator) -> Expression:
        """Draw one expression."""
        allowed = self._allowed()
        priors = [prior for prior in self.prior.split("+") if self._emotions_of(prior)]
        for _ in range(_TRIES):
            prior = priors[int(rng.integers(len(priors)))]
            known = self._emotions_of(prior)
            emotion = known[int(rng.choice(len(known), p=_shares(prior, known)))]
            units = _units_of(prior, emotion, rng)
            if units and set(units) <= allowed:
                return self._expression(prior, emotion, units, rng)
        # Sets are rare where few units are allowed: take one that was published.
        return self._published(rng)

    def draw_free(self, rng: np.random.Generator) -> Expression:
        """Draw one to three units that nothing but chance brings together, without an emotion."""
        allowed = sorted(self._allowed() - _LIDS)
        if not allowed:
            msg = f"Of the units {sorted(self._allowed())} none is free to move: they close lids."
            raise UsageError(msg)
        size = min(1 + int(rng.choice(3, p=_FREE_SIZES)), len(allowed))
        units = tuple(int(one) for one in rng.choice(allowed, size=size, replace=False))
        prior = self.prior.split("+")[int(rng.integers(len(self.prior.split("+"))))]
        return self._expression(prior, NO_EMOTION, tuple(sorted(units)), rng)

    def _published(self, rng: np.random.Generator) -> Expression:
        allowed = self._allowed()
        found = [
            (prior, emotion, units)
            for prior in self.prior.split("+")
            for emotion in self._emotions_of(prior)
            for units in _sets_of(prior, emotion)
            if set(units) <= allowed
        ]
        prior, emotion, units = found[int(rng.integers(len(found)))]
        return self._expression(prior, emotion, units, rng)

    def _allowed(self) -> frozenset[int]:
        return known_units() & set(self.units) if self.units else known_units()

    def _emotions_of(self, prior: str) -> tuple[str, ...]:
        known = movement_statistics(prior).emotions
        return tuple(e for e in known if e in self.emotions) if self.emotions else known

    def _expression(
        self, prior: str, emotion: str, units: tuple[int, ...], rng: np.random.Generator
    ) -> Expression:
        channels = _sides(units, emotion, self.side, rng)
        low, high = self.intensity
        peak = rng.uniform(low, high)
        by_unit = {unit: peak * np.exp(_SPREAD * rng.standard_normal()) for unit in units}
        peaks = tuple(float(np.clip(by_unit[one.au], low, high)) for one in channels)
        rise_s, fall_s = _durations(prior, emotion, rng)
        return Expression(emotion, prior, channels, peaks, rise_s, fall_s)


def _sides(
    units: tuple[int, ...], emotion: str, side: str, rng: np.random.Generator
) -> tuple[Channel, ...]:
    """Choose the sides: the upper and the lower face each move on both or on one."""
    lone = Side.LEFT if rng.uniform() < 0.5 else Side.RIGHT  # noqa: PLR2004 - a coin
    draws = rng.uniform(size=2)
    channels: list[Channel] = []
    for unit in units:
        share = ONE_SIDED_CONTEMPT if emotion == "contempt" and unit in {12, 14} else 0.0
        share = max(share, ONE_SIDED_SHARE)
        if not action_unit(unit).sided or side == "both":
            channels += channels_of(unit)
        elif side in {"left", "right"}:
            channels.append(Channel(unit, Side(side)))
        elif draws[int(unit in _UPPER)] < share:
            channels.append(Channel(unit, lone))
        else:
            channels += channels_of(unit)
    return tuple(channels)


def _durations(prior: str, emotion: str, rng: np.random.Generator) -> tuple[float, float]:
    """Draw the times from onset to apex and on to the offset.

    Both quantiles are published, how they go together is not: their ranks are alike as a normal
    pair of correlation 0.6 is, and the fall takes at least a third of the rise.
    """
    statistics = movement_statistics(prior)
    first, second = rng.standard_normal(2)
    second = _RANKS_ALIKE * first + np.sqrt(1 - _RANKS_ALIKE**2) * second
    whole_s = _quantile(statistics.duration, emotion, NormalDist().cdf(float(first)))
    rise_s = _quantile(statistics.onset_apex, emotion, NormalDist().cdf(float(second)))
    rise_s = max(min(rise_s, whole_s / (1 + _LEAST_FALL)), SHORTEST_RISE_S)
    return rise_s, max(whole_s - rise_s, SHORTEST_FALL_S)


def _quantile(table: Mapping[str, Quantiles], emotion: str, level: float) -> float:
    quantiles = table.get(emotion, table[ALL])
    return float(np.interp(level, quantiles.levels, quantiles.values_s))


@cache
def _shares(prior: str, emotions: tuple[str, ...]) -> tuple[float, ...]:
    """How often each emotion is drawn: as often as it was published, prototypes evenly."""
    counts = movement_statistics(prior).counts
    clips = np.array([counts[emotion].clips if counts else 1 for emotion in emotions], float)
    return tuple(clips / clips.sum())


@cache
def _sets_of(prior: str, emotion: str) -> tuple[tuple[int, ...], ...]:
    """Every published set: prototypes, or the single units and pairs that were counted."""
    statistics = movement_statistics(prior)
    if emotion in statistics.sets:
        return statistics.sets[emotion]
    counts = statistics.counts[emotion]
    return (*((unit,) for unit in counts.units), *counts.pairs)


def _units_of(prior: str, emotion: str, rng: np.random.Generator) -> tuple[int, ...]:
    statistics = movement_statistics(prior)
    if emotion in statistics.sets:
        sets = statistics.sets[emotion]
        return tuple(sorted(sets[int(rng.integers(len(sets)))]))
    model = _set_model(prior, emotion)
    size = 1 + int(rng.choice(3, p=model.sizes))
    if size == 1:
        return (_pick(model.alone, rng),)
    pair = _pick(model.pairs, rng)
    if size == 2:  # noqa: PLR2004 - a pair
        return pair
    third = {
        unit: weight * model.joins(unit, pair)
        for unit, weight in model.units.items()
        if unit not in pair
    }
    if not sum(third.values()):
        return pair
    return tuple(sorted((*pair, _pick(third, rng))))


@dataclass(frozen=True)
class _SetModel:
    """Sets of one to three units whose counts of units and pairs are near the published ones."""

    sizes: tuple[float, float, float]
    alone: Mapping[int, float]
    pairs: Mapping[tuple[int, int], float]
    units: Mapping[int, float]

    def joins(self, unit: int, pair: tuple[int, int]) -> float:
        """How much more often a unit moves with the units of a pair than chance has it."""
        both = 1.0
        for other in pair:
            low, high = sorted((unit, other))
            both *= self.pairs.get((low, high), 0.0) / (self.units[unit] * self.units[other])
        return both


@cache
def _set_model(prior: str, emotion: str) -> _SetModel:
    counts: UnitCounts = movement_statistics(prior).counts[emotion]
    units, pairs = dict(counts.units), dict(counts.pairs)
    # In clips; five in 255 have no unit at all, which nothing is drawn for.
    mean = max(sum(units.values()) / counts.clips, 1.0)
    single = counts.single_unit_share if pairs else 1.0
    three = float(np.clip(mean - single - 2 * (1 - single), 0.0, 0.6 * (1 - single)))
    paired = dict.fromkeys(units, 0.0)
    for (low, high), count in pairs.items():
        paired[low] = paired.get(low, 0.0) + count
        paired[high] = paired.get(high, 0.0) + count
    # A unit in a set of three stands in two pairs.
    whole = 2 * (1 - single) + three
    crowd = max((2 * (1 - single - three) + 6 * three) / whole, 1.0) if whole else 1.0
    alone = {unit: max(count - paired[unit] / crowd, 0.02 * count) for unit, count in units.items()}
    floats = {unit: float(count) for unit, count in units.items()}
    for low, high in pairs:
        floats.setdefault(low, 1.0)
        floats.setdefault(high, 1.0)
    return _SetModel(
        sizes=(single, 1 - single - three, three),
        alone=alone,
        pairs={pair: float(count) for pair, count in pairs.items()},
        units=floats,
    )


def _pick(weights: Mapping[Key, float], rng: np.random.Generator) -> Key:
    names = list(weights)
    total = np.cumsum(list(weights.values()))
    return names[int(np.searchsorted(total, rng.uniform() * total[-1], side="right"))]
