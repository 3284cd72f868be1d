"""What hair grows on.

Brows and lashes are decided on the average person and kept in the frames of its triangles, so they
follow each face. The hair of the head is grown on each head by itself: a long hair has to know
where this person's neck and shoulders are.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, Int

from mien.core.arrays import Triangles
from mien.head.landmarks import LandmarkEmbedding

Rgb = tuple[float, float, float]
Appearance = Mapping[str, float | Rgb | str]
"""See :attr:`mien.head.model.Person.appearance`."""


@runtime_checkable
class Ground(Protocol):
    """What hair grows on; :class:`mien.head.model.Head` is one."""

    @property
    def mean_m(self) -> Float32[np.ndarray, "vertex 3"]:
        """Vertices of the average person."""

    @property
    def triangles(self) -> Int[np.ndarray, "triangle 3"]:
        """All triangles, those of the skin first."""

    @property
    def weld(self) -> Int[np.ndarray, " vertex"]:
        """First vertex at the same place of the surface."""

    @property
    def part_quads(self) -> Mapping[str, slice]:
        """Range of quads by part; each quad is two triangles."""

    @property
    def masks(self) -> Mapping[str, Float32[np.ndarray, " vertex"]]:
        """Where hair grows, 0..1 per vertex: ``scalp``."""

    @property
    def landmarks(self) -> LandmarkEmbedding:
        """The points between which brows grow."""

    @property
    def lash_rows(self) -> Mapping[str, Int[np.ndarray, "column row"]]:
        """Vertices of the lash cards."""

    def part_triangles(self, *parts: str) -> Triangles:
        """Triangles of some parts."""


def number(appearance: Appearance, key: str) -> float:
    """Read one number of a person's look."""
    value = appearance[key]
    return float(value) if isinstance(value, (int, float)) else float("nan")


def optional_number(appearance: Appearance, key: str) -> float:
    """Read one number of a person's look; 0 where the look has it not."""
    return number(appearance, key) if key in appearance else 0.0
