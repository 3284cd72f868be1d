"""The face model under both halves: geometry, people, expression units, landmarks, strands, eyes.

Refinement and visibility live in :mod:`mien.head.subdivision` and :mod:`mien.head.view`.
"""

from mien.head.actions import au_delta, au_weights, shown_channels
from mien.head.landmarks import LandmarkEmbedding
from mien.head.model import Head, load_head, pose_vertices
from mien.head.person import Person
from mien.head.random_person import random_person
from mien.head.strands import Strands, strand_points

__all__ = [
    "Head",
    "LandmarkEmbedding",
    "Person",
    "Strands",
    "au_delta",
    "au_weights",
    "load_head",
    "pose_vertices",
    "random_person",
    "shown_channels",
    "strand_points",
]
