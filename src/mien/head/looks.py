"""What goes with sex, age and ancestry: brows, hairline, grey hair, stubble, and colours in reach.

Nothing here is measured; the ranges are chosen by eye so that faces look like people.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from mien.head.ground import Appearance, Rgb, optional_number
from mien.head.srgb import linear_from_srgb

WHITE_HAIR_RGB: Rgb = (0.70, 0.69, 0.68)
_WHITE_BROW_RGB: Rgb = (0.66, 0.64, 0.62)
_GREY_BEGINS_YEARS, _WHITE_YEARS = 38.0, 72.0


@dataclass(frozen=True)
class Look:
    """What is chosen for one person; everything else follows from it."""

    female: bool
    age_years: float
    east_asian: float
    """0..1; brows are straighter and sparser."""

    skin_rgb: Rgb
    """sRGB, 0..1, as the following."""

    hair_rgb: Rgb
    iris_rgb: Rgb
    shirt_rgb: Rgb
    hair_style: str
    hair_density: float = 1.0
    hair_length_scale: float = 1.0
    grey_share: float = 0.0
    """Share of white hairs."""

    recession: float = 0.0
    bald: float = 0.0
    stubble: float = 0.0
    """Shade of a shaven beard, 0..1."""

    beard_m: float = 0.0
    """Length of the beard; 0 for none."""

    redness: float = 0.42
    brow_strength: float = 0.5
    """0 fine .. 1 strong, within what is usual for sex and age."""


def appearance_of(look: Look) -> Appearance:
    """Derive the whole appearance: see :attr:`mien.head.model.Person.appearance`."""
    male = 0.0 if look.female else 1.0
    old = float(np.clip((look.age_years - 45) / 30, 0, 1))
    luminance = float(np.dot((0.3, 0.59, 0.11), look.skin_rgb))
    strength = look.brow_strength - 0.5
    grey = look.grey_share
    # White hairs lighten brows later and less than the head.
    white = np.array(_WHITE_BROW_RGB) * (0.4 + 0.6 * luminance)
    mixed = (1 - 0.55 * grey) * np.array(look.hair_rgb) + 0.55 * grey * white
    red, green, blue = (round(float(channel), 4) for channel in mixed)
    density = (
        0.68 + 0.24 * male + 0.24 * strength - 0.22 * old * (1 - male) - 0.08 * look.east_asian
    )
    width = 0.0074 + 0.0026 * male + 0.0022 * strength + 0.0005 * old * male
    arch = 0.66 - 0.20 * male - 0.12 * look.east_asian + 0.10 * strength * (1 - male)
    return {
        "skin_rgb": look.skin_rgb,
        "hair_rgb": look.hair_rgb,
        "brow_rgb": (red, green, blue),
        "iris_rgb": look.iris_rgb,
        "shirt_rgb": look.shirt_rgb,
        "melanin": round(float(np.clip((0.82 - luminance) / 0.6, 0.0, 1.0)), 3),
        "redness": round(look.redness, 3),
        "brow_density": round(float(np.clip(density, 0.35, 1.0)), 3),
        "brow_width_m": round(width, 5),
        "brow_arch": round(arch, 3),
        "brow_drop_m": round(0.0018 + 0.0014 * male + 0.0006 * old, 5),
        "hair_style": look.hair_style,
        "hair_density": round(look.hair_density, 3),
        "hair_length_scale": round(look.hair_length_scale, 3),
        "grey_share": round(grey, 3),
        "hairline_recession": round(look.recession, 3),
        "hairline_round": 1.0 if look.female else 0.0,
        "crown_bald": round(look.bald, 3),
        "stubble": round(look.stubble, 3),
        "beard_length_m": round(look.beard_m, 5),
    }


def hair_tone(appearance: Appearance) -> Float64[np.ndarray, "3"]:
    """Linear colour of the hair as a whole, white hairs included."""
    own = linear_from_srgb(np.array(appearance["hair_rgb"]))
    white = linear_from_srgb(np.array(WHITE_HAIR_RGB))
    share = 0.7 * optional_number(appearance, "grey_share")
    tone: Float64[np.ndarray, 3] = (1 - share) * own + share * white
    return tone


def grey_share(age_years: float, pace: float) -> float:
    """Tell the share of white hairs by age.

    Args:
        age_years: Age.
        pace: -1 late .. 1 early.

    Returns:
        0..1.
    """
    begins = _GREY_BEGINS_YEARS - 8 * pace
    return float(np.clip((age_years - begins) / (_WHITE_YEARS - 6 * pace - begins), 0, 1) ** 1.4)
