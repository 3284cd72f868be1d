"""Lids that follow the gaze.

The upper lid follows the eye up and down (Becker & Fuchs 1988), here by two thirds of the way of
the iris, the lower one by a third; both shares are design values. The units for looking move the
lids less than that, so a part of the units for closing and widening is added, as much as the
landmarks of the lids say.
"""

import math
import typing
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int
from numba import njit

from mien.head import Head

LOOKS = ("eyeLookDown", "eyeLookUp", "eyeLookIn", "eyeLookOut")
_HELPERS = ("eyeBlink", "eyeWide", "eyeSquint")
_FULL_PITCH_RAD, _FULL_YAW_RAD = 0.6, 0.7
"""Angles at which a unit for looking is 1; those of the rig for the 52 ARKit units."""

_UPPER_DOWN, _UPPER_UP, _LOWER_DOWN = 0.68, 0.62, 0.35
"""Way of a lid as a share of the way of the iris."""

_BLINK, _WIDE, _SQUINT = 4, 5, 6  # places of the helpers after the looks
_MOST_LOOK = 1.2
_LEAST_LIFT_M = 0.0003
_OTHER_SIZE = 0.1  # share by which their sizes may differ
_ALIKE = 0.97  # cosine from which shapes are the same
_MOST_CLOSED, _MOST_WIDE, _MOST_LOWERED = 0.62, 0.9, 0.45
_LID_MIDDLES = ((386, 374), (159, 145))  # landmarks: left, right; upper, lower


@dataclass(frozen=True)
class GazeLids:
    """How the lids of one person answer to gaze."""

    vertex: Int[np.ndarray, " near"]
    """Vertices that any lid moves."""

    deltas_m: Float32[np.ndarray, "eye lid_unit near 3"]
    """Of looking down, up, in, out; closing, widening, squinting."""

    lift_m: Float64[np.ndarray, "eye lid_unit 2"]
    """Height by which each unit lifts the middle of the upper and the lower lid."""

    held: Float64[np.ndarray, "eye lid_unit unit"]
    """1 where a weight is of the same shape as one of these units."""

    radius_m: float

    def weights(
        self, weights: Float[np.ndarray, " unit"], gaze_rad: Float[np.ndarray, "2 2"]
    ) -> Float64[np.ndarray, "eye lid_unit"]:
        """Tell what has to be added to the units of the lids.

        What the weights hold already counts: only what is missing to the gaze is added, so a
        performance that moves eyes and lids is not shown twice.
        """
        added = np.zeros(self.lift_m.shape[:2])
        given = np.einsum("elu,u->el", self.held, weights)
        for eye in range(2):
            pitch, yaw = (float(angle) for angle in gaze_rad[eye])
            outward = (yaw if eye == 0 else -yaw) / _FULL_YAW_RAD
            share = pitch / _FULL_PITCH_RAD
            wanted = [min(max(v, 0.0), _MOST_LOOK) for v in (share, -share, -outward, outward)]
            held = np.maximum(given[eye, : len(LOOKS)], 0.0)
            added[eye, : len(LOOKS)] = np.maximum(wanted - held, 0.0)
            way = self.radius_m * math.sin(pitch)
            lift = self.lift_m[eye]
            closed = max(given[eye, _BLINK], 0.0)
            if pitch > 0:
                # A lid that is lowered already goes on from there.
                missing = _UPPER_DOWN * way + closed * lift[_BLINK, 0] + given[eye, 0] * lift[0, 0]
                added[eye, 0] = _share_of(missing, -lift[0, 0], added[eye, 0])
                missing += added[eye, 0] * lift[0, 0]
                added[eye, _BLINK] = _share_of(missing, -lift[_BLINK, 0], _MOST_CLOSED)
                missing = _LOWER_DOWN * way + wanted[0] * lift[0, 1]
                lowered = _share_of(missing, lift[_SQUINT, 1], _MOST_LOWERED)
                added[eye, _SQUINT] = -max(1.0 - closed, 0.0) * lowered
            elif pitch < 0:
                missing = -_UPPER_UP * way - wanted[1] * lift[1, 0]
                raised = _share_of(missing, lift[_WIDE, 0], _MOST_WIDE)
                raised = max(1.0 - closed, 0.0) * raised
                added[eye, _WIDE] = max(raised - given[eye, _WIDE], 0.0)
        return added

    def move(
        self,
        head_m: Float64[np.ndarray, "head_vertex 3"],
        weights: Float[np.ndarray, " unit"],
        gaze_rad: Float[np.ndarray, "2 2"],
    ) -> None:
        """Move the lids of a blended head to where the gaze takes them, in place."""
        if gaze_rad.any():
            add_shapes(head_m, self.vertex, self.weights(weights, gaze_rad), self.deltas_m)


@njit(cache=True, nogil=True)
@typing.no_type_check
def add_shapes(head, vertex, weights, deltas):  # noqa: ANN001, ANN201
    """Add weighted shapes (eye, unit, near, 3) to some vertices, in place."""
    for eye in range(weights.shape[0]):
        for unit in range(weights.shape[1]):
            weight = weights[eye, unit]
            if weight != 0.0:
                for near in range(vertex.shape[0]):
                    for axis in range(3):
                        head[vertex[near], axis] += weight * deltas[eye, unit, near, axis]


def _share_of(way_m: float, full_m: float, most: float) -> float:
    """Tell which share of a shape makes a way; a shape that does not move it is left out."""
    return min(max(way_m / full_m, 0.0), most) if full_m > _LEAST_LIFT_M else 0.0


def gaze_lids(
    head: Head,
    rest_m: Float[np.ndarray, "coarse 3"],
    fine_deltas_m: Float32[np.ndarray, "unit vertex 3"],
    radius_m: float,
    *,
    unit_deltas_m: Float32[np.ndarray, "own_unit coarse 3"],
) -> GazeLids:
    """Take the lids' units out of the head's.

    Args:
        head: the built-in head.
        rest_m: the person's vertices, not refined.
        fine_deltas_m: the head's own units on the refined mesh, in the order of :func:`lid_rows`.
        radius_m: of the eyeball.
        unit_deltas_m: units of the weights that pictures are drawn with; the lids' units are looked
            for among them.
    """
    rows = lid_rows(head)
    deltas = fine_deltas_m.reshape(*rows.shape, -1, 3)
    vertex = np.flatnonzero(np.abs(deltas).max(axis=(0, 1, 3)) > 1e-6)  # noqa: PLR2004
    still = head.landmarks.points(rest_m)
    lift = np.zeros((*rows.shape, 2))
    for eye in range(2):
        for unit, row in enumerate(rows[eye]):
            moved = head.landmarks.points(rest_m + head.unit_deltas_m[row])
            lift[eye, unit] = (moved - still)[list(_LID_MIDDLES[eye]), 1]
    return GazeLids(
        vertex=vertex,
        deltas_m=np.ascontiguousarray(deltas[:, :, vertex]),
        lift_m=lift,
        held=_held(head, rows, unit_deltas_m),
        radius_m=radius_m,
    )


def _held(
    head: Head,
    rows: Int[np.ndarray, "eye lid_unit"],
    unit_deltas_m: Float32[np.ndarray, "own_unit coarse 3"],
) -> Float64[np.ndarray, "eye lid_unit own_unit"]:
    """Find the lids' units among other units, by their shapes."""
    held = np.zeros((*rows.shape, len(unit_deltas_m)))
    flat = unit_deltas_m.reshape(len(unit_deltas_m), -1)
    sizes = np.sqrt(np.einsum("uk,uk->u", flat, flat))
    for eye, unit in np.ndindex(*rows.shape):
        shape = head.unit_deltas_m[rows[eye, unit]].ravel()
        size = float(np.sqrt(shape @ shape))
        alike = flat @ shape > _ALIKE * size * np.maximum(sizes, _LEAST_LIFT_M)
        held[eye, unit] = alike & (np.abs(sizes / size - 1) < _OTHER_SIZE)
    return held


def lid_rows(head: Head) -> Int[np.ndarray, "eye lid_unit"]:
    """Give the places of the lids' units among the head's: left, right."""
    return np.array(
        [[head.unit_index(name + side) for name in LOOKS + _HELPERS] for side in ("Left", "Right")]
    )
