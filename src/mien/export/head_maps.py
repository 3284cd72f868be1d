"""Pictures that a file of the head wears: colour, relief, folds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import ImageRgb


@dataclass(frozen=True, eq=False)
class HeadMaps:
    """One picture for each purpose, and where every vertex lies on them.

    Coordinates are 0..1, u to the right and v down, as glTF has them.
    """

    head_uv: Float[np.ndarray, "vertex 2"]
    """Of all vertices of the head."""

    eye_uv: Float[np.ndarray, "eye_vertex 2"]
    """Of the eyeball of :data:`mien.export.head_parts.EYE_SEGMENTS` segments."""

    tint: Float[np.ndarray, "vertex 3"]
    """Linear colour of every vertex by which the picture is multiplied."""

    colour: ImageRgb
    """sRGB."""

    normal: ImageRgb
    """Normals in tangent space, green up, of the skin at rest: pores and settled lines."""

    folds: Mapping[str, ImageRgb]
    """Normals in tangent space by fold at full depth, such as ``forehead``."""
