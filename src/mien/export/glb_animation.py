"""Curves as glTF animation: cubic weights without loss, rotations as dense quaternions."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from mien.curves import CubicCurve, Keys, engine_times, union_of_times

ROTATIONS_PER_SECOND = 120


def shared_times(curves: Sequence[CubicCurve], start_s: float, end_s: float) -> Keys:
    """Key times of all curves from start to end, at least two, as 32-bit floats hold them."""
    if not end_s > start_s:
        end_s = start_s + 1 / ROTATIONS_PER_SECOND
    ends = engine_times(np.array([start_s, end_s]))
    keys = engine_times(union_of_times(curves))
    inside = keys[(keys > ends[0]) & (keys < ends[1])]
    return np.unique(np.concatenate([ends, inside]))


def weight_keys(
    curves: Sequence[CubicCurve], times_s: Keys
) -> Float[np.ndarray, "key three control"]:
    """Give in-tangent, value and out-tangent of every curve at every key, as CUBICSPLINE wants.

    All curves of a mesh share their key times. New keys lie on the curves with the curves' own
    slopes, so the pieces between them stay the same cubics.
    """
    keys = np.zeros((len(times_s), 3, len(curves)))
    for column, curve in enumerate(curves):
        dense = curve.with_keys_at(times_s)
        at = np.searchsorted(dense.times_s, times_s)
        keys[:, 0, column] = dense.arrive[at]
        keys[:, 1, column] = dense.values[at]
        keys[:, 2, column] = dense.leave[at]
    # Nothing plays before the first and after the last key.
    keys[0, 0] = 0.0
    keys[-1, 2] = 0.0
    return keys


def rotation_keys(
    angles: tuple[CubicCurve, CubicCurve, CubicCurve], start_s: float, end_s: float
) -> tuple[Keys, Float[np.ndarray, "key 4"]] | None:
    """Give times and quaternions (x, y, z, w) of a turning node; None where it never moves from 0.

    Args:
        angles: pitch (positive down), yaw (to the subject's left), roll (to the left shoulder).
        start_s: time of the first key.
        end_s: time of the last key.
    """
    if all(curve.is_constant and curve.values[0] == 0 for curve in angles):
        return None
    keys = shared_times(angles, start_s, end_s)
    count = max(2, int(np.ceil((keys[-1] - keys[0]) * ROTATIONS_PER_SECOND - 1e-3)) + 1)
    regular = engine_times(np.linspace(keys[0], keys[-1], count))
    times = np.unique(np.concatenate([keys, regular]))
    pitch, yaw, roll = (curve(times) for curve in angles)
    return times, quaternions(pitch, yaw, roll)


def quaternions(
    pitch: Float[np.ndarray, " time"],
    yaw: Float[np.ndarray, " time"],
    roll: Float[np.ndarray, " time"],
) -> Float[np.ndarray, "time 4"]:
    """Quaternions (x, y, z, w) of yaw after pitch after roll, each on the side of the one before.

    The axes are mien's: x to the subject's left, y up, z out of the face. Roll towards the left
    shoulder turns backwards about z.
    """
    sx, sy, sz = np.sin(pitch / 2), np.sin(yaw / 2), np.sin(-roll / 2)
    cx, cy, cz = np.cos(pitch / 2), np.cos(yaw / 2), np.cos(roll / 2)
    turned = np.stack(
        [
            cy * sx * cz + sy * cx * sz,
            sy * cx * cz - cy * sx * sz,
            cy * cx * sz - sy * sx * cz,
            cy * cx * cz + sy * sx * sz,
        ],
        axis=1,
    )
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    against = np.sum(turned[1:] * turned[:-1], axis=1) < 0
    signs = np.cumprod(np.concatenate([[1.0], np.where(against, -1.0, 1.0)]))
    result: Float[np.ndarray, "time 4"] = turned * signs[:, None]
    return result
