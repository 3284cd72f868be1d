"""Teeth that stand where lips show them, and how dark it is between the lips.

The source's upper teeth end level with the lip and its tongue fills the gap, so an open mouth shows
no tooth. Here the edge of the upper teeth stands a few millimetres below the upper lip, the lower
teeth close behind it, and the tongue rests on the floor of the mouth.
"""

import numpy as np
from jaxtyping import Float, Float64

from mien.head import Head

_UPPER_LIP, _LOWER_LIP = 13, 14  # landmarks at the inner borders
_SHOWN_M = 0.0050  # of the upper teeth below the lip at rest, were the lips apart
_OVERBITE_M = 0.0012
_TONGUE_DOWN_M, _TONGUE_BACK_M = 0.0075, 0.003
_FADE_M = 0.026  # behind the lips, over which the light of the room fades to a third


def set_teeth(head: Head, rest_m: Float[np.ndarray, "vertex 3"]) -> Float64[np.ndarray, "vertex 3"]:
    """Move teeth and tongue of a person at rest to where they belong."""
    moved = np.array(rest_m, np.float64)
    lip = head.landmarks.points(moved)[_UPPER_LIP]
    upper, lower = head.parts["teeth_upper"], head.parts["teeth_lower"]
    edge = _front(moved[upper]).min()
    down = edge - (lip[1] - _SHOWN_M)
    moved[upper, 1] -= down
    moved[lower, 1] += (edge - down + _OVERBITE_M) - _front(moved[lower]).max()
    moved[head.parts["tongue"]] -= (0.0, _TONGUE_DOWN_M, _TONGUE_BACK_M)
    return moved


def _front(teeth_m: Float[np.ndarray, "vertex 3"]) -> Float64[np.ndarray, " incisor"]:
    """Give the heights of the incisors' vertices."""
    result: Float64[np.ndarray, " incisor"] = teeth_m[
        teeth_m[:, 2] > teeth_m[:, 2].max() - 0.004, 1
    ]
    return result


def mouth_occlusion(
    head: Head, rest_m: Float[np.ndarray, "vertex 3"]
) -> Float64[np.ndarray, " vertex"]:
    """Tell how much light falls into an open mouth, by depth behind the lips; 0..1.

    Occlusion measured on the closed mouth would leave teeth and tongue black.
    """
    lips = head.landmarks.points(rest_m)[[_UPPER_LIP, _LOWER_LIP]].mean(axis=0)
    away = rest_m - lips
    depth = np.sqrt(away[:, 0] ** 2 + np.minimum(away[:, 2], 0.0) ** 2)
    result: Float64[np.ndarray, " vertex"] = np.exp(-np.maximum(depth - 0.004, 0.0) / _FADE_M)
    return result
