"""One look at a face: what moves briefly in the part of it that is seen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool

from mien.core.arrays import Times
from mien.recognition.basis import Whitened, whiten
from mien.recognition.detection_limit import smallest_movements, too_noisy
from mien.recognition.gates import SpottingThresholds
from mien.recognition.pursuit import name_units
from mien.recognition.spotting import Movement, Spotting, spot_movements
from mien.recognition.visibility import View

TOO_NOISY = "the noise or compression of this video hides most movements of this size"
TOO_NEAR_THE_END = "too near the beginning or end of the video to be judged"
TOO_NEAR = "too near a stretch that cannot be read to be judged"


@dataclass(frozen=True)
class Look:
    """The movements of one view, and the spaces that they are named and measured in."""

    view: View
    spotting: Spotting
    broad: Whitened
    """As the spotting's own, with the likeness of neighbours' noise left in."""

    movements: tuple[Movement, ...]
    """All candidates whose apex lies where this view is the one that is seen."""

    smallest: Mapping[int, float]
    """Activation from which on a brief movement of each unit would have been found."""

    @property
    def whitened(self) -> Whitened:
        """The basis in units of noise."""
        return self.spotting.whitened

    def broad_of(self, movement: Movement) -> Whitened:
        """Give the space that a movement is measured in: its own where the mouth spoke."""
        if not movement.cues.beside_speech:
            return self.broad
        return whiten(movement.whitened.basis, movement.whitened.noise_px, neighbours=False)


def look_at(  # noqa: PLR0913 - what is known of a face, each by its name
    times_s: Times,
    view: View,
    blinking: Bool[np.ndarray, " frame"],
    limits: SpottingThresholds,
    steps_s: tuple[float, ...],
    *,
    magnification: float,
    held_back: float = 0.0,
    talking: Bool[np.ndarray, " frame"] | None = None,
) -> Look:
    """Spot and name in one view."""
    spotting = spot_movements(
        times_s,
        view.flow_px,
        view.basis,
        blinking,
        limits,
        steps_s,
        magnification=magnification,
        talking=talking,
    )
    whitened = spotting.whitened
    smallest = smallest_movements(
        whitened, spotting.scan, limits, magnification=magnification, held_back=held_back
    )
    hopeless = too_noisy(smallest)
    movements = []
    for movement in spotting.movements:
        apex_s = movement.moments.apex_s
        if not view.judged[int(np.argmin(np.abs(times_s - apex_s)))]:
            continue
        edges_s = np.abs(times_s[view.hidden] - apex_s)
        if hopeless:
            judged = replace(movement, refused=TOO_NOISY)
        elif edges_s.min(initial=np.inf) < limits.edge_s:
            judged = replace(movement, refused=TOO_NEAR)
        elif movement.long and min(apex_s - times_s[0], times_s[-1] - apex_s) < limits.edge_s:
            judged = replace(movement, refused=TOO_NEAR_THE_END)
        else:
            judged = _unless_unnamed(movement)
        movements.append(judged)
    return Look(
        view,
        spotting,
        whiten(view.basis, whitened.noise_px, neighbours=False),
        tuple(movements),
        smallest,
    )


def _unless_unnamed(movement: Movement) -> Movement:
    given_up = movement.refused and not movement.long
    if given_up or name_units(movement.whitened, movement.vector):
        return movement
    return replace(movement, refused="no action unit stands out in it")
