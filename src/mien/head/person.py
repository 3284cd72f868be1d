"""One person: a shape of the head's mesh, and a look."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from mien.head.ground import Appearance


@dataclass(frozen=True)
class Person:
    """One identity of the built-in head.

    Example: ``head.people["Ada"].vertices_m``.
    """

    name: str
    role: str
    """``shown`` in the demo, ``basis`` of recognition, ``held-out`` for its footage, ``cast`` for
    all other pictures; ``random`` for people of a seed."""

    sex: str
    """``female`` or ``male``."""

    age_years: int
    ancestry: Mapping[str, float]
    """Shares of the source's three shape families (african, asian, caucasian); they sum to 1."""

    vertices_m: Float32[np.ndarray, "vertex 3"]
    """Neutral face; the origin is the midpoint between the eye centres."""

    eye_centre_m: Float[np.ndarray, "2 3"]
    """Centres of the eyeballs: left, right."""

    eye_radius_m: Float[np.ndarray, " 2"]
    """Radii of the eyeballs: left, right."""

    appearance: Appearance
    """``skin_rgb``, ``hair_rgb``, ``brow_rgb``, ``iris_rgb``, ``shirt_rgb`` (sRGB, 0..1);
    ``melanin`` and ``redness`` 0..1; ``brow_density`` 0..1, ``brow_width_m``, ``brow_arch`` (1 is
    that of the landmarks), ``brow_drop_m``; ``hair_style`` (:data:`mien.head.hair_styles.STYLES`),
    ``hair_density`` 0..1 (0 is bald), ``hair_length_scale``, ``grey_share`` 0..1,
    ``hairline_recession``, ``hairline_round`` and ``crown_bald`` 0..1; ``stubble`` 0..1 and
    ``beard_length_m``."""
