"""What each part of the built-in head looks like: one row a material, for files of any format."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from mien.head import Person
from mien.head.looks import hair_tone
from mien.head.srgb import linear_from_srgb

MATERIALS = (
    "skin",
    "teeth_upper",
    "teeth_lower",
    "tongue",
    "shirt",
    "brows",
    "lashes",
    "hair",
    "sclera",
    "iris",
    "pupil",
    "cornea",
)
"""Names of the materials, in their order in a file."""

PAINTED = frozenset({"skin", "teeth_upper", "teeth_lower", "sclera", "iris", "pupil"})
"""Materials whose colour is in the maps, where there are maps."""

THIN = frozenset({"shirt", "brows", "lashes", "hair"})
"""Materials seen from both sides."""


@dataclass(frozen=True, eq=False)
class Surface:
    """One plain material."""

    colour: Float[np.ndarray, " 3"]
    """Linear red, green, blue."""

    roughness: float
    alpha: float = 1.0
    double_sided: bool = False


def surfaces(person: Person) -> Mapping[str, Surface]:
    """Give every material of a person's head, in the order of :data:`MATERIALS`."""
    look = person.appearance
    brow, hair = _rgb(look["brow_rgb"]), _rgb(look["hair_rgb"])
    rows: Mapping[str, tuple[tuple[float, float, float], float]] = {
        "skin": ((1.0, 1.0, 1.0), 0.55),
        "teeth_upper": ((0.90, 0.87, 0.80), 0.3),
        "teeth_lower": ((0.88, 0.85, 0.78), 0.3),
        "tongue": ((0.72, 0.40, 0.40), 0.4),
        "shirt": (_rgb(look["shirt_rgb"]), 0.9),
        "brows": (brow, 0.7),
        "lashes": ((0.5 * brow[0], 0.5 * brow[1], 0.5 * brow[2]), 0.7),
        "hair": (hair, 0.6),
        "sclera": ((0.93, 0.91, 0.89), 0.25),
        "iris": (_rgb(look["iris_rgb"]), 0.3),
        "pupil": ((0.01, 0.01, 0.01), 0.4),
        "cornea": ((1.0, 1.0, 1.0), 0.05),
    }
    return {
        name: Surface(
            hair_tone(look) if name == "hair" else linear_from_srgb(np.array(rows[name][0])),
            rows[name][1],
            alpha=0.06 if name == "cornea" else 1.0,
            double_sided=name in THIN,
        )
        for name in MATERIALS
    }


def _rgb(value: Any) -> tuple[float, float, float]:
    red, green, blue = value
    return (float(red), float(green), float(blue))
