"""Weights of the correctives: one function of the weights of the units that meet."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.core.facs import ACTION_UNITS, GAZE_UNITS, channels_of
from mien.head.action_definition import CorrectiveRule, action_definition, with_side


@dataclass(frozen=True)
class Corrective:
    """One corrective shape and its rule, in columns of the primary weights."""

    name: str
    groups: tuple[tuple[int, ...], ...]
    without: tuple[int, ...]

    @property
    def columns(self) -> tuple[int, ...]:
        """Every primary weight that the rule reads."""
        return (*(column for group in self.groups for column in group), *self.without)


@cache
def primary_names() -> tuple[str, ...]:
    """Names of the primary weights: each channel, then the lids that follow each turn of an eye.

    >>> primary_names()[:3], primary_names()[-2:]
    (('AU01L', 'AU01R', 'AU02L'), ('AU64L', 'AU64R'))
    """
    channels = [str(channel) for unit in ACTION_UNITS for channel in channels_of(unit.number)]
    return (*channels, *(f"AU{au}{letter}" for au in GAZE_UNITS for letter in "LR"))


@cache
def correctives() -> tuple[Corrective, ...]:
    """Every corrective shape, in the order of :func:`corrective_weights`."""
    return tuple(
        _resolved(rule, name, letter)
        for rule in action_definition().correctives
        for name, letter in zip(rule.names, "LR" if rule.sided else "L", strict=True)
    )


def _resolved(rule: CorrectiveRule, name: str, letter: str) -> Corrective:
    column = {primary: index for index, primary in enumerate(primary_names())}
    return Corrective(
        name=name,
        groups=tuple(
            tuple(column[with_side(unit, letter)] for unit in group) for group in rule.all_of
        ),
        without=tuple(column[with_side(unit, letter)] for unit in rule.without),
    )


def corrective_weights(
    weights: Float[np.ndarray, "*frame primary"],
) -> Float[np.ndarray, "*frame corrective"]:
    """Weight of every corrective for the given primary weights.

    A product of the groups that must act, each 1 - product(1 - weight), and of 1 - weight of the
    units that must not: a polynomial, 0 where one of the groups rests and 1 where all act fully.

    >>> face = np.zeros(len(primary_names()))
    >>> face[[primary_names().index(name) for name in ("AU06L", "AU12L")]] = 0.5
    >>> found = corrective_weights(face)
    >>> [(one.name, float(w)) for one, w in zip(correctives(), found, strict=True) if w > 0]
    [('AU06L+AU12L', 0.25)]

    Args:
        weights: in the order of :func:`primary_names`, 0..1; not clamped.

    Raises:
        UsageError: another number of weights.
    """
    count = len(primary_names())
    if weights.shape[-1] != count:
        msg = f"Expected {count} weights, one per channel, but got {weights.shape[-1]}."
        raise UsageError(msg)
    rest = 1.0 - weights
    found = np.ones((*weights.shape[:-1], len(correctives())))
    for row, corrective in enumerate(correctives()):
        for group in corrective.groups:
            found[..., row] *= 1.0 - rest[..., group].prod(axis=-1)
        for column in corrective.without:
            found[..., row] *= rest[..., column]
    return found
