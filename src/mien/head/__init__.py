"""The face model under both halves: geometry, people, expression units, landmarks, strands, eyes."""

from mien.head.action_units import au_delta, au_weights, shaped_units
from mien.head.landmarks import LandmarkEmbedding
from mien.head.model import Head, Person, load_head, pose_vertices

__all__ = [
    "Head",
    "LandmarkEmbedding",
    "Person",
    "au_delta",
    "au_weights",
    "load_head",
    "pose_vertices",
    "shaped_units",
]
