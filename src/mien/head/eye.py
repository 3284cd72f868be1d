"""A procedural eyeball: sclera, cornea bulge, iris and pupil, turned by gaze.

Proportions of the adult eye (Gullstrand's schematic eye): radius 12 mm, cornea radius of curvature
7.8 mm, limbus radius 5.8 mm, pupil radius 1.8 mm. The iris lies as a disc behind the cornea.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mien.core.arrays import Triangles, Vertices
from mien.core.errors import UsageError
from mien.head.view import head_rotation
