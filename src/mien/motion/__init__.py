"""Aligned faces -> what moved: dense flow against a face at rest, without head motion or drift."""

from mien.motion.cell_flow import AlignedFrame, CellFlow, measure_cell_flow
from mien.motion.drift import remove_drift, running_median
from mien.motion.flow import GRID, pooled_flow, pooled_picture
from mien.motion.noise import noise_floor
from mien.motion.rigid import remove_similarity, zone_weights
from mien.motion.smoothing import smooth_cells

__all__ = [
    "GRID",
    "AlignedFrame",
    "CellFlow",
    "measure_cell_flow",
    "noise_floor",
    "pooled_flow",
    "pooled_picture",
    "remove_drift",
    "remove_similarity",
    "running_median",
    "smooth_cells",
    "zone_weights",
]
