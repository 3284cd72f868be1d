"""Aligned faces -> what moved: dense flow against a face at rest, without head motion."""

from mien.motion.bumps import bump_heights, height_kernel, raised_cosine, remove_slow_change
from mien.motion.cell_flow import AlignedFrame, CellFlow, measure_cell_flow
from mien.motion.flow import GRID, pooled_flow, pooled_picture
from mien.motion.noise import noise_floor
from mien.motion.rigid import remove_similarity, zone_weights
from mien.motion.running_median import running_median
from mien.motion.time_smoothing import smooth_in_time

__all__ = [
    "GRID",
    "AlignedFrame",
    "CellFlow",
    "bump_heights",
    "height_kernel",
    "measure_cell_flow",
    "noise_floor",
    "pooled_flow",
    "pooled_picture",
    "raised_cosine",
    "remove_similarity",
    "remove_slow_change",
    "running_median",
    "smooth_in_time",
    "zone_weights",
]
