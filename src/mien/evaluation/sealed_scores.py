"""Scores of clips that are fixed before a label is read: of any number of clips, learned or not."""

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError


@dataclass(frozen=True)
class SealedScores:
    """One score a clip and unit, and one a clip and class; closed."""

    run: str
    """What made them, and how the clips were parted."""

    names: tuple[str, ...]
    unit_numbers: tuple[int, ...]
    units: Float[np.ndarray, "clip unit"]
    classes: tuple[str, ...]
    logits: Float[np.ndarray, "clip class"]
    sha256: str

    def verify(self) -> None:
        """Check that everything is as it was when it was sealed.

        Raises:
            UsageError: something was changed, or this was never sealed.
        """
        if self.sha256 != _digest(self):
            msg = (
                "Expected scores as they were sealed, but they were changed since. Make them again."
            )
            raise UsageError(msg)


def seal_scores(
    run: str,
    names: tuple[str, ...],
    unit_numbers: tuple[int, ...],
    units: Float[np.ndarray, "clip unit"],
    classes: tuple[str, ...],
    logits: Float[np.ndarray, "clip class"],
) -> SealedScores:
    """Close scores against change.

    Raises:
        UsageError: no clip, one that is there twice, or a score that is not finite.
    """
    if not names or len(set(names)) < len(names):
        msg = f"Expected every clip once, but got {len(names)} of {len(set(names))} names in {run}."
        raise UsageError(msg)
    copies = [np.array(one, np.float64) for one in (units, logits)]
    for one in copies:
        if not np.isfinite(one).all():
            bad = names[int(np.argmin(np.isfinite(one).all(axis=1)))]
            msg = f"Expected finite scores of every clip, but {bad} has others in {run}."
            raise UsageError(msg)
        one.setflags(write=False)
    open_ = SealedScores(run, names, unit_numbers, copies[0], classes, copies[1], "")
    return SealedScores(run, names, unit_numbers, copies[0], classes, copies[1], _digest(open_))


def _digest(scores: SealedScores) -> str:
    head = [scores.run, list(scores.names), list(scores.unit_numbers), list(scores.classes)]
    total = hashlib.sha256(json.dumps(head).encode())
    for array in (scores.units, scores.logits):
        total.update(f"\0{array.shape}\0".encode())
        total.update(np.ascontiguousarray(array, "<f8").tobytes())
    return total.hexdigest()
