"""The face model under both halves: geometry, people, expression units, landmarks, strands, eyes."""

from mien.head.landmarks import LandmarkEmbedding
from mien.head.model import Head, Person, load_head, pose_vertices

__all__ = ["Head", "LandmarkEmbedding", "Person", "load_head", "pose_vertices"]
