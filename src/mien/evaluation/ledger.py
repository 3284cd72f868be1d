"""One prediction a clip, fixed before any label is read.

A ledger takes results fold by fold, in any order and over any number of runs, and refuses a second
prediction of a clip. It is sealed when every fold is in; only what is sealed can be scored, and a
seal that does not hold any more is refused. So the best of several epochs, thresholds or runs
cannot be picked by its score on the clips that it is scored on.
"""

import hashlib
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from mien.core.errors import UsageError
from mien.core.track import Event
from mien.datasets.splits import Split
from mien.evaluation.fold_results import FoldEvents, FoldPredictions
from mien.evaluation.run_name import Alike
from mien.evaluation.systems import Predictions

Result = TypeVar("Result", FoldPredictions, FoldEvents)


@dataclass(frozen=True)
class Sealed(Generic[Result]):
    """All results of a split, closed: what can be scored."""

    split: Split
    results: tuple[Result, ...]
    """In the order of the folds of the split."""

    sha256: str
    """Over the split and every result."""

    def verify(self) -> None:
        """Check that everything is as it was when it was sealed.

        Raises:
            UsageError: something was changed, or this was never sealed by a ledger.
        """
        if self.sha256 != _seal(self.split, self.results):
            msg = (
                "Expected predictions as they were sealed, but they were changed since. Gather the "
                "folds again."
            )
            raise UsageError(msg)


class Ledger(Generic[Result]):
    """Takes the results of a split fold by fold.

    Args:
        split: folds and names.
        alike: tells whether two runs count as one; without, they are the same to the letter.
    """

    def __init__(self, split: Split, alike: Alike = operator.eq) -> None:
        self.split = split
        self._alike = alike
        self._folds = {fold.name: fold for fold in split.folds}
        self._results: dict[str, Result] = {}

    @property
    def done(self) -> int:
        """Number of folds that are in."""
        return len(self._results)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the folds that are not in."""
        return tuple(name for name in self._folds if name not in self._results)

    def enter(self, result: Result) -> None:
        """Take the result of one fold.

        Raises:
            UsageError: a fold of another split or run, one that is in already, a clip that it does
                not predict or that is not its own, or other classes, units or kinds of predictions
                than the folds before.
        """
        if result.split_sha256 != self.split.sha256 or result.fold not in self._folds:
            msg = (
                f"Expected a fold of the split {self.split.sha256[:8]}, but {result.fold} is of "
                f"{result.split_sha256[:8]}. Run it again on this split."
            )
            raise UsageError(msg)
        if result.fold in self._results:
            msg = (
                f"Expected one prediction a clip, but the fold {result.fold} has been predicted "
                f"before, {result.names[0]} with it. The first prediction stands."
            )
            raise UsageError(msg)
        expected = {self.split.names[i] for i in self._folds[result.fold].test}
        strange, lacking = set(result.names) - expected, expected - set(result.names)
        if strange or lacking:
            fault = "is not one of them" if strange else "is not predicted"
            msg = (
                f"Expected predictions of the {len(expected)} clips of the fold {result.fold}, but "
                f"{min(strange or lacking)} {fault}."
            )
            raise UsageError(msg)
        for before in self._results.values():
            _check_alike(before, result, self._alike)
        self._results[result.fold] = result

    def seal(self) -> Sealed[Result]:
        """Close the ledger.

        Raises:
            UsageError: a fold is missing.
        """
        if self.missing:
            msg = (
                f"Expected the results of all {len(self._folds)} folds, but {self.done} are in; "
                f"{self.missing[0]} is missing."
            )
            raise UsageError(msg)
        results = tuple(self._results[name] for name in self._folds)
        return Sealed(self.split, results, _seal(self.split, results))


def gathered_predictions(
    sealed: Sealed[FoldPredictions],
) -> tuple[tuple[str, ...], Predictions]:
    """Give the names of all predicted clips, and the predictions in the same order."""
    names = tuple(name for result in sealed.results for name in result.names)
    parts = [result.predictions for result in sealed.results]

    def joined(field: str) -> np.ndarray | None:
        arrays = [getattr(part, field) for part in parts]
        return None if arrays[0] is None else np.concatenate(arrays)

    return names, Predictions(
        emotion=np.concatenate([part.emotion for part in parts]),
        units=joined("units"),
        unit_intensity=joined("unit_intensity"),
        times=joined("times"),
        step_units=joined("step_units"),
    )


def gathered_events(sealed: Sealed[FoldEvents]) -> Mapping[str, tuple[Event, ...]]:
    """Give what was found, by the name of the video."""
    return {
        name: events
        for result in sealed.results
        for name, events in zip(result.names, result.events, strict=True)
    }


def _said(result: FoldPredictions | FoldEvents) -> tuple[object, ...]:
    """Give what the results of one ledger have in common, beside their run."""
    if isinstance(result, FoldEvents):
        return ()
    one = result.predictions
    optional = (one.units, one.unit_intensity, one.times, one.step_units)
    steps = None if one.step_units is None else one.step_units.shape[1]
    kinds = tuple(value is not None for value in optional)
    return (result.classes, result.unit_numbers, kinds, steps)


def _check_alike(
    before: FoldPredictions | FoldEvents, result: FoldPredictions | FoldEvents, alike: Alike
) -> None:
    if not alike(before.run, result.run) or _said(before) != _said(result):
        msg = (
            f"Expected folds of one run with the same classes, units and kinds of predictions, but "
            f"{result.fold} has {result.run} {_said(result)} and {before.fold} {before.run} "
            f"{_said(before)}."
        )
        raise UsageError(msg)


def _seal(split: Split, results: tuple[FoldPredictions | FoldEvents, ...]) -> str:
    total = hashlib.sha256(split.sha256.encode())
    for result in results:
        total.update(f"\0{result.fold}\0{result.digest()}".encode())
    return total.hexdigest()
