"""Small regions of the face whose motion spotters without training follow, against the nose.

Brows, wings of the nose and mouth move with expressions; eyes, whose blinks are none, have no
region.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Float32

from mien.baselines.snippet_features import cell_flow, flow_stride, rest_landmarks
from mien.core.arrays import Points2
from mien.datasets.clips import Video
from mien.motion import GRID, smooth_in_time

REGIONS: dict[str, tuple[int, ...]] = {
    "right brow, outer": (70, 46),
    "right brow, middle": (105, 52),
    "right brow, inner": (107, 55),
    "left brow, inner": (336, 285),
    "left brow, middle": (334, 282),
    "left brow, outer": (300, 276),
    "right wing of the nose": (129,),
    "left wing of the nose": (358,),
    "right corner of the mouth": (61,),
    "left corner of the mouth": (291,),
    "upper lip, right": (39,),
    "upper lip, left": (269,),
    "lower lip, right": (181,),
    "lower lip, left": (405,),
}
"""Mesh points whose mean is the centre of each region; sides are the subject's."""

NOSE: tuple[int, ...] = (6, 197, 195)
"""Mesh points along the ridge of the nose, which moves with the head only."""

HALF_SIDE = 6 / 128
"""Half of the side of each square, as a part of the side of the aligned face."""

LOW_PASS_S = 0.025
"""Standard deviation of the low-pass: half of a movement of five cycles a second is left."""


def square(
    centres_px: Float[np.ndarray, "point 2"], cells: int, *, size_px: int
) -> Bool[np.ndarray, "row column"]:
    """Mark the cells whose middle lies in a square around one of the points.

    The cell nearest to each point always counts.

    Args:
        centres_px: in pixels of the aligned face.
        cells: along each side of the face.
        size_px: side of the aligned face.
    """
    middles = (np.arange(cells) + 0.5) * size_px / cells - 0.5
    marked = np.zeros((cells, cells), dtype=bool)
    for x, y in centres_px:
        across, down = np.abs(middles - x), np.abs(middles - y)
        half = HALF_SIDE * size_px
        marked |= (down <= max(half, down.min()))[:, None] & (across <= max(half, across.min()))
    return marked


def region_curves(
    flow_px: Float32[np.ndarray, "step row column 2"], rest_px: Points2, *, size_px: int
) -> Float[np.ndarray, "step region 2"]:
    """Displacement of each region in pixels, the nose's subtracted; NaN where no face is seen.

    Args:
        flow_px: displacement of 32 x 32 cells in pixels of the aligned face, x right and y down.
        rest_px: landmarks of the face at rest.
        size_px: side of the aligned face.
    """

    def mean_of(groups: Sequence[Points2]) -> Float[np.ndarray, "step part 2"]:
        marked = [square(one, GRID, size_px=size_px) for one in groups]
        means = [flow_px[:, one].mean(axis=1, dtype=np.float64) for one in marked]
        return np.stack(means, axis=1)

    regions = mean_of([rest_px[list(one)].mean(axis=0)[None] for one in REGIONS.values()])
    curves: Float[np.ndarray, "step region 2"] = regions - mean_of([rest_px[list(NOSE)]])
    return curves


def smooth_region_curves(video: Video) -> Float[np.ndarray, "step region 2"]:
    """Measure the regions of a video, low-passed, :func:`flow_stride` frames a step.

    The flow is measured once a video and kept while the process lives.

    Raises:
        InputError: no frame shows a face.
    """
    rest_px = rest_landmarks(video)
    curves = region_curves(cell_flow(video), rest_px, size_px=video.faces.shape[1])
    step_s = flow_stride(video) / video.rate
    return smooth_in_time(curves, step_s=step_s, deviation_s=LOW_PASS_S)
