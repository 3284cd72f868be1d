"""A performance as what the built-in head does at some times."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64

from mien.core.errors import FormatError
from mien.core.nearest import unknown_name
from mien.head import Head, action_deltas, action_names, with_correctives
from mien.head.corrective import primary_names
from mien.rig import CORRECTED_RIG, Performance

_LOOSE = 1e-3
"""Controls may leave 0..1 by this much between their keys; they are then held."""


@dataclass(frozen=True)
class Poses:
    """One row for each picture."""

    shapes: tuple[str, ...]
    """Names of the head's shapes: ARKit's units, or those of action units with correctives."""

    weights: Float64[np.ndarray, "frame shape"]
    head_rotation_rad: Float64[np.ndarray, "frame 3"]
    gaze_rad: Float64[np.ndarray, "frame 2 2"]

    def __len__(self) -> int:
        """Give the number of pictures."""
        return len(self.weights)

    def deltas_m(self, head: Head) -> Float32[np.ndarray, "shape vertex 3"]:
        """Displacement of the head's vertices by shape, in the order of the weights."""
        return head.unit_deltas_m if self.shapes == head.unit_names else action_deltas(head)


def poses_at(
    performance: Performance,
    head: Head,
    times_s: Float[np.ndarray, " frame"],
    *,
    usual_pose_is_rest: bool,
) -> Poses:
    """Sample a performance for the built-in head.

    Args:
        performance: on the rig ``mien``, or on one whose controls are ARKit units of the head.
        head: the built-in head.
        times_s: on the clock of the curves.
        usual_pose_is_rest: take head and gaze as differences from their median, so that a camera
            that looked up at a person does not make the digital human look up.

    Raises:
        FormatError: controls that the head has not, or values that no face can show.
    """
    own = performance.rig == CORRECTED_RIG
    known = primary_names() if own else head.unit_names
    for name in performance.controls:
        if name not in known:
            what = f"a control of the built-in head in a performance on {performance.rig!r}"
            raise FormatError(unknown_name(what, name, known))
    sampled = performance.sampled(times_s)
    _refuse_values(performance, sampled, times_s)
    weights = np.zeros((len(times_s), len(known)))
    order = [known.index(name) for name in performance.controls]
    weights[:, order] = np.clip(sampled, 0.0, 1.0)
    rotation = performance.head_rotation_at(times_s)
    gaze = performance.gaze_at(times_s)
    for name, angles in (("head rotation", rotation), ("gaze", gaze)):
        if not np.isfinite(angles).all():
            frame = int(np.argwhere(~np.isfinite(angles))[0, 0])
            msg = f"Expected a finite {name}, but at {times_s[frame]:.3f} s it is not."
            raise FormatError(msg)
    if usual_pose_is_rest:
        rotation = rotation - np.median(rotation, axis=0)
        gaze = gaze - np.median(gaze, axis=0)
    if own:
        return Poses(action_names(), with_correctives(weights), rotation, gaze)
    return Poses(head.unit_names, weights, rotation, gaze)


def _refuse_values(
    performance: Performance,
    sampled: Float[np.ndarray, "frame control"],
    times_s: Float[np.ndarray, " frame"],
) -> None:
    fits = (sampled >= -_LOOSE) & (sampled <= 1 + _LOOSE)  # not so for NaN either
    if fits.all():
        return
    frame, control = (int(place) for place in np.argwhere(~fits)[0])
    msg = (
        f"Expected every control in 0..1, but {performance.controls[control]} is "
        f"{sampled[frame, control]:.4g} at {times_s[frame]:.3f} s. Scale the performance."
    )
    raise FormatError(msg)
