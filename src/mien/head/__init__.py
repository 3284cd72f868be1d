"""The face model under both halves: geometry, people, expression units, landmarks, strands, eyes.

Refinement and visibility live in :mod:`mien.head.subdivision` and :mod:`mien.head.view`.
"""

from mien.head.actions import (
    action_channels,
    action_deltas,
    action_names,
    action_weights,
    au_delta,
    au_weights,
    gaze_rad,
    pose_actions,
    with_correctives,
)
from mien.head.corrective import corrective_weights
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
    "action_channels",
    "action_deltas",
    "action_names",
    "action_weights",
    "au_delta",
    "au_weights",
    "corrective_weights",
    "gaze_rad",
    "load_head",
    "pose_actions",
    "pose_vertices",
    "random_person",
    "strand_points",
    "with_correctives",
]
