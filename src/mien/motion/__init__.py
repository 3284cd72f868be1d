"""Aligned faces -> what moved: dense flow against a face at rest, without head motion."""

from mien.motion.album import Album
from mien.motion.bumps import bump_heights, height_kernel, raised_cosine, remove_slow_change
from mien.motion.cell_flow import AlignedFrame, CellFlow, measure_cell_flow
from mien.motion.face_flow import face_flow, with_strain
from mien.motion.flow import GRID, dense_flow, pooled_flow, pooled_picture
from mien.motion.interpolation import interpolate_clip, interpolation_weights
from mien.motion.light import Flicker, even_light, flicker_of
from mien.motion.noise import noise_floor
from mien.motion.rigid import remove_similarity, zone_weights
from mien.motion.running_median import running_median
from mien.motion.stillness import HELD_BACK, Stillness, held_back
from mien.motion.strain import optical_strain
from mien.motion.time_smoothing import smooth_in_time

__all__ = [
    "GRID",
    "HELD_BACK",
    "Album",
    "AlignedFrame",
    "CellFlow",
    "Flicker",
    "Stillness",
    "bump_heights",
    "dense_flow",
    "even_light",
    "face_flow",
    "flicker_of",
    "height_kernel",
    "held_back",
    "interpolate_clip",
    "interpolation_weights",
    "measure_cell_flow",
    "noise_floor",
    "optical_strain",
    "pooled_flow",
    "pooled_picture",
    "raised_cosine",
    "remove_similarity",
    "remove_slow_change",
    "running_median",
    "smooth_in_time",
    "with_strain",
    "zone_weights",
]
