"""Which quarters of a face cannot be read, when, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int

from mien.core.arrays import Points2
from mien.core.errors import UsageError
from mien.recognition.basis import Basis

QUARTERS = ("right eye and brow", "left eye and brow", "right mouth", "left mouth")
"""The subject's right and left, above and below the base of the nose."""

MOUTH_QUARTERS = [2, 3]

_NAMES: Mapping[tuple[int, ...], str] = {
    (0,): "the right eye and brow",
    (1,): "the left eye and brow",
    (2,): "the right side of the mouth",
    (3,): "the left side of the mouth",
    (0, 1): "the eyes and brows",
    (2, 3): "the mouth and chin",
    (0, 2): "the right half of the face",
    (1, 3): "the left half of the face",
    (0, 1, 2, 3): "the face",
}

_HIDDEN_SHARE = 0.4
"""A unit with so much of its motion in lost quarters is not read."""

_GROW_S = 0.1
_GAP_S = 0.5
_SHORTEST_VIEW_S = 1.0
"""A pattern of lost quarters that is rarer in a video is not worth a reading of its own."""

_SUBNASALE, _BRIDGE = 2, 168

TURNED = "the head is turned by more than 30 degrees"
FARTHEST_TURN_RAD = float(np.radians(30))


@dataclass(frozen=True)
class Veil:
    """One reason, and the quarters that it hides over time."""

    reason: str
    lost: Bool[np.ndarray, "frame quarter"]


@dataclass(frozen=True)
class Visibility:
    """What can be read of a face over time."""

    quarter: Int[np.ndarray, "row column"]
    """Quarter of every cell."""

    lost: Bool[np.ndarray, "frame quarter"]
    reasons: Mapping[int, str]
    """By frame with any lost quarter: what is lost and why."""

    @property
    def blind(self) -> Bool[np.ndarray, " frame"]:
        """Frames in which nothing can be read."""
        return np.asarray(self.lost.all(axis=1))

    def hidden_channels(self, basis: Basis) -> Bool[np.ndarray, "frame channel"]:
        """Channels whose motion lies in lost quarters, frame by frame."""
        energy = np.square(basis.fields_px).sum(axis=-1) * basis.seen
        total = np.maximum(energy.sum(axis=(1, 2)), 1e-12)
        share = np.stack(
            [energy[:, self.quarter == one].sum(axis=1) / total for one in range(len(QUARTERS))]
        )
        hidden: Bool[np.ndarray, "frame channel"] = self.lost @ share > _HIDDEN_SHARE
        return hidden


@dataclass(frozen=True)
class View:
    """One way a face is seen, and the frames in which it is seen so."""

    basis: Basis
    flow_px: Float[np.ndarray, "frame row column 2"]
    """NaN in frames of which less is seen."""

    judged: Bool[np.ndarray, " frame"]
    hidden: Bool[np.ndarray, " frame"]
    """Frames that this view leaves out because less is seen."""


def quarters_of(rest_px: Points2, *, size_px: int, grid: int) -> Int[np.ndarray, "row column"]:
    """Give each cell of an aligned face its quarter.

    The border between upper and lower face runs half way from the nose's bridge to its base.

    Args:
        rest_px: the face's 468 landmarks at rest in the aligned face.
        size_px: side of the aligned face.
        grid: cells along each side.
    """
    centres = (np.arange(grid) + 0.5) * size_px / grid - 0.5
    x, y = np.meshgrid(centres, centres)
    middle_px = rest_px[[_BRIDGE, _SUBNASALE]]
    below = y > middle_px[:, 1].mean()
    # The subject's left is the picture's right.
    left = x > middle_px[:, 0].mean()
    quarter: Int[np.ndarray, "row column"] = (2 * below + left).astype(np.int64)
    return quarter


def turned_away(turn_rad: Float[np.ndarray, " frame"]) -> Veil:
    """Lose the whole face where it looks farther than 30 degrees past the camera.

    The fields are laid over the usual view of the face and flow follows the picture, so names are
    not to be trusted there.

    Args:
        turn_rad: angle between where the face looks and where the camera is; NaN counts as none.
    """
    away = np.nan_to_num(turn_rad) > FARTHEST_TURN_RAD
    return Veil(TURNED, np.repeat(away[:, None], len(QUARTERS), axis=1))


def visibility_of(
    veils: Sequence[Veil],
    quarter: Int[np.ndarray, "row column"],
    *,
    step_s: float,
) -> Visibility:
    """Put all reasons together.

    Lost stretches are widened by a tenth of a second, since what hides a face moves in and out,
    and joined over gaps of less than half a second, in which nothing could be judged.

    Raises:
        UsageError: no veil.
    """
    if not veils:
        msg = "Expected at least one veil, which may hide nothing, but got none."
        raise UsageError(msg)
    grown = [Veil(one.reason, _widened(one.lost, step_s)) for one in veils]
    lost = np.any([one.lost for one in grown], axis=0)
    rare = _rare_patterns(lost, step_s)
    lost[rare] = True
    reasons = {}
    for frame in np.flatnonzero(lost.any(axis=1)):
        own = [one for one in grown if one.lost[frame].any()]
        # What hides the whole face says enough; parts are named with what is lost of them.
        whole = [one for one in own if one.lost[frame].all()][:1]
        words = " and ".join(dict.fromkeys(one.reason for one in whole or own))
        if not whole:
            place = tuple(np.flatnonzero(lost[frame]).tolist())
            words = f"{region_name(place)}: {words}"
        reasons[int(frame)] = words
    return Visibility(quarter, lost, reasons)


def region_name(quarters: tuple[int, ...]) -> str:
    """Name quarters in words.

    >>> region_name((2, 3))
    'the mouth and chin'
    """
    if quarters in _NAMES:
        return _NAMES[quarters]
    return " and ".join(_NAMES[(one,)] for one in quarters)


def views_of(
    flow_px: Float[np.ndarray, "frame row column 2"], basis: Basis, visibility: Visibility | None
) -> tuple[View, ...]:
    """Split a face into the ways it is seen, the whole face first.

    What is seen of a half-covered face is judged by the cells and units of that half alone.
    """
    if visibility is None or not visibility.lost.any():
        whole = np.ones(len(flow_px), dtype=bool)
        return (View(basis, flow_px, whole, ~whole),)
    lost = visibility.lost
    views = []
    for pattern in np.unique(lost, axis=0):
        if pattern.all():
            continue
        # A pattern is judged in its own frames; those of which more is seen stand around it.
        usable = ~(lost & ~pattern).any(axis=1)
        seen_px = np.where(usable[:, None, None, None], flow_px, np.float32(np.nan))
        views.append(
            View(
                _without(basis, visibility, pattern),
                seen_px.astype(flow_px.dtype),
                (lost == pattern).all(axis=1),
                ~usable,
            )
        )
    return tuple(sorted(views, key=lambda view: -int(view.basis.seen.sum())))


def _without(basis: Basis, visibility: Visibility, pattern: Bool[np.ndarray, " quarter"]) -> Basis:
    if not pattern.any():
        return basis
    one = Visibility(visibility.quarter, pattern[None], {})
    kept = ~one.hidden_channels(basis)[0]
    return Basis(
        tuple(channel for channel, keep in zip(basis.channels, kept, strict=True) if keep),
        basis.fields_px[kept],
        basis.rigid_px,
        basis.seen & ~pattern[visibility.quarter],
    )


def _widened(
    lost: Bool[np.ndarray, "frame quarter"], step_s: float
) -> Bool[np.ndarray, "frame quarter"]:
    grow, gap = round(_GROW_S / step_s), round(_GAP_S / step_s)
    wide = lost.copy()
    for quarter in range(lost.shape[1]):
        at = np.flatnonzero(lost[:, quarter])
        for first, second in pairwise(at.tolist()):
            if second - first <= gap:
                wide[first:second, quarter] = True
        for frame in at:
            wide[max(0, frame - grow) : frame + grow + 1, quarter] = True
    return wide


def _rare_patterns(
    lost: Bool[np.ndarray, "frame quarter"], step_s: float
) -> Bool[np.ndarray, " frame"]:
    patterns, which = np.unique(lost, axis=0, return_inverse=True)
    length_s = np.bincount(which.ravel(), minlength=len(patterns)) * step_s
    rare = (length_s < _SHORTEST_VIEW_S) & patterns.any(axis=1)
    found: Bool[np.ndarray, " frame"] = rare[which.ravel()]
    return found
