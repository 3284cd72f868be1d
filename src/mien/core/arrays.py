"""Names for the array shapes that cross package borders.

Axes: ``frame`` runs over a uniform time base, ``channel`` over (action unit, side), ``cell`` over
the pooled grid of the aligned face, ``vertex`` over mesh vertices, ``key`` over curve keys.
"""

from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

Times: TypeAlias = Float[np.ndarray, " frame"]
"""Seconds, strictly increasing."""

Activations: TypeAlias = Float[np.ndarray, "frame channel"]
"""Action-unit activation, 0..1; NaN where not seen."""

Points2: TypeAlias = Float[np.ndarray, "point 2"]
"""Image points, x right and y down, in pixels; pixel centres at integers."""

Points3: TypeAlias = Float[np.ndarray, "point 3"]

Vertices: TypeAlias = Float[np.ndarray, "vertex 3"]
"""Mesh vertices in metres: x to the subject's left, y up, z out of the face."""

Triangles: TypeAlias = Int[np.ndarray, "triangle 3"]

ImageRgb: TypeAlias = UInt8[np.ndarray, "height width 3"]

ImageGrey: TypeAlias = UInt8[np.ndarray, "height width"]

Mask: TypeAlias = Bool[np.ndarray, "height width"]
