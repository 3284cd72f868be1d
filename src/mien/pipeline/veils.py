"""What the pictures of one video say against reading parts of its face."""

import numpy as np
from jaxtyping import Bool, Float32, Int

from mien.faces import CROP_SIZE_PX, FaceTrack
from mien.motion import GRID, HELD_BACK, CellFlow
from mien.recognition.covering import covered_quarters
from mien.recognition.uniform import Resampling
from mien.recognition.visibility import QUARTERS, Veil

_CUT_SHARE = 0.3
"""A quarter of the face with so many of its points beyond the edge of the picture is lost."""

FROZEN = "the compression has removed the motion of the face"
OUTSIDE = "outside the picture"
COVERED = "covered, or unlike what it mostly looks like"


def veils_of(
    track: FaceTrack,
    quarter: Int[np.ndarray, "row column"],
    seen: Bool[np.ndarray, "row column"],
    placed_px: Float32[np.ndarray, "frame point 2"],
    flow: CellFlow,
    uniform: Resampling,
) -> tuple[Veil, ...]:
    """Find what hides parts of the face.

    Args:
        track: the face.
        quarter: quarter of every cell of the aligned face.
        seen: cells that show skin of the face.
        placed_px: its mesh points in the aligned face.
        flow: what was measured of its pictures.
        uniform: the time base that the veils are laid on.
    """
    frames = uniform.time.count
    frozen = flow.held_back >= HELD_BACK
    return (
        Veil(FROZEN, np.full((frames, len(QUARTERS)), frozen)),
        Veil(OUTSIDE, _outside(track, quarter, placed_px)[uniform.nearest]),
        Veil(
            COVERED,
            covered_quarters(uniform.time.times_s, flow.looks_s, flow.strangeness, quarter, seen),
        ),
    )


def _outside(
    track: FaceTrack,
    quarter: Int[np.ndarray, "row column"],
    placed_px: Float32[np.ndarray, "frame point 2"],
) -> Bool[np.ndarray, "frame quarter"]:
    """Quarters of which too many points lie beyond the edge of the picture."""
    points = track.landmarks_px[:, : placed_px.shape[1], :2]
    width_px, height_px = track.frame_size_px
    edge_px = np.array([width_px - 1, height_px - 1], np.float32)
    beyond = np.any([points < 0, points > edge_px], axis=0).any(axis=2)
    rest_px = np.nanmedian(placed_px, axis=0)
    column, row = np.clip(rest_px * GRID / CROP_SIZE_PX, 0, GRID - 1).astype(int).T
    mine = quarter[row, column]
    share = [beyond[:, mine == one].mean(axis=1) for one in range(len(QUARTERS))]
    return np.stack(share, axis=1) >= _CUT_SHARE
