"""Lids follow the gaze: they fall when the eyes look down and rise when they look up.

The upper lid turns with the eye: downward as far, upward often less far (Becker & Fuchs 1988;
Steptoe, Oyekoya & Steed 2010). On a ball of 12 mm radius behind an opening of 10.5 mm it covers
.9 x 12 sin(pitch) / 10.5 of the opening. The opening is a design value, in the range that Read et
al. 2006 report (9.7 +- 1.2 mm); .9, the half way up and the limits are design values too.
"""

import numpy as np
from jaxtyping import Float

_RADIUS_M = 0.012
_OPENING_M = 0.0105
_MOST_CLOSED = 0.7
_RAISE_M = 0.003  # of the lid at activation 1 of AU5
_MOST_RAISED = 0.6
_FOLLOWING = 0.9  # the lid moves a little less than the eye
_UPWARD = 0.5  # and goes half as far up


def lids_closing(
    gaze_rad: Float[np.ndarray, "frame 2 2"],
) -> Float[np.ndarray, "frame 2"]:
    """Share of the opening that the lid covers for the gaze, for the left and right eye, 0..0.7.

    >>> lids_closing(np.radians([[[20.0, 0.0], [-20.0, 0.0]]])).round(2).tolist()
    [[0.35, 0.0]]
    """
    covered = _FOLLOWING * _RADIUS_M / _OPENING_M * np.sin(gaze_rad[:, :, 0])
    closing: Float[np.ndarray, "frame 2"] = np.clip(covered, 0.0, _MOST_CLOSED)
    return closing


def lids_raising(
    gaze_rad: Float[np.ndarray, "frame 2 2"],
) -> Float[np.ndarray, "frame 2"]:
    """Activation of the upper lid raiser for the gaze, for the left and right eye, 0..0.6."""
    raised = -_FOLLOWING * _UPWARD * _RADIUS_M / _RAISE_M * np.sin(gaze_rad[:, :, 0])
    raising: Float[np.ndarray, "frame 2"] = np.clip(raised, 0.0, _MOST_RAISED)
    return raising
