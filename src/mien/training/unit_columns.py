"""Columns of units: those of the labels, and those of them that a network tells."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError


@dataclass(frozen=True)
class UnitColumns:
    """How the units of a network lie among the units of the labels."""

    labelled: tuple[int, ...]
    """FACS numbers of the columns of the labels, and of every prediction."""

    told: tuple[int, ...]
    """FACS numbers that the network tells."""

    shares: tuple[float, ...]
    """Share of the training clips that shows each labelled unit, (1 + shown) / (2 + known)."""

    def of_labels(
        self, units: Float[np.ndarray, "clip labelled"]
    ) -> Float[np.ndarray, "clip told"]:
        """Take the columns that the network tells; NaN for one that the labels do not have."""
        columns = np.full((len(units), len(self.told)), np.nan)
        for place, number in enumerate(self.told):
            if number in self.labelled:
                columns[:, place] = units[:, self.labelled.index(number)]
        return columns

    def as_labels(
        self, told: Float[np.ndarray, "*clip told"], others: Sequence[float]
    ) -> Float[np.ndarray, "*clip labelled"]:
        """Give a column for every labelled unit; ``others`` fills those that are not told."""
        values = np.broadcast_to(
            np.asarray(others, np.float64), (*told.shape[:-1], len(self.labelled))
        ).copy()
        for place, number in enumerate(self.told):
            if number in self.labelled:
                values[..., self.labelled.index(number)] = told[..., place]
        return values


def unit_columns(
    wanted: Sequence[int], labelled: Sequence[int], units: Float[np.ndarray, "clip labelled"]
) -> UnitColumns:
    """Choose the wanted units that some training clip is coded for.

    Raises:
        UsageError: none of them is.
    """
    known = np.isfinite(units).sum(axis=0)
    shown = (units == 1).sum(axis=0)
    coded = {number for number, count in zip(labelled, known.tolist(), strict=True) if count}
    told = tuple(number for number in wanted if number in coded)
    if not told:
        names = ", ".join(str(number) for number in sorted(coded)) or "none"
        msg = (
            f"Expected clips that are coded for action units {', '.join(map(str, wanted))}, but "
            f"got {names}. Choose other units, or train without loss.graph."
        )
        raise UsageError(msg)
    shares = (1 + shown) / (2 + known)
    return UnitColumns(tuple(labelled), told, tuple(shares.tolist()))
