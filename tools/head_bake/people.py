"""Who lives in the built-in head: identities as parameters of the source model.

``shown`` is the face of the demo. ``basis`` spans sex, age and ancestry with plain faces, for
recognition to be built on. ``held-out`` are other mixtures with features of their own, for footage
of people whom the recogniser has not seen.
"""

# ruff: noqa: E501, PLR2004 - a table reads better in rows; ages and shares are data

from dataclasses import dataclass

import numpy as np

FACE_FEATURES = ("cheek", "chin", "ear", "eyebrows", "eye", "forehead", "head", "mouth", "nose")
"""Regions whose local changes may vary between people."""

KEPT_STILL = ("head-age-incr", "head-trans-forward", "head-trans-up", "head-angle-out")
"""Changes that move the head as a whole or repeat the age."""

LIMIT = 0.24
"""Largest local change of a person; beyond it noses and lips leave the human range."""


@dataclass(frozen=True)
class Recipe:
    """One person before baking."""

    name: str
    role: str
    female: float
    age_years: int
    african: float
    asian: float
    caucasian: float
    weight: float
    muscle: float
    proportions: float
    """0 uncommon .. 1 ideal."""

    skin_rgb: tuple[int, int, int]
    hair_rgb: tuple[int, int, int]
    iris_rgb: tuple[int, int, int]
    shirt_rgb: tuple[int, int, int]
    hair_density: float = 1.0
    hair_length_mm: float = 9.0
    features_sigma: float = 0.0
    """Spread of the local changes."""

    seed: int = 0


BLACK, DARK, BROWN, CHESTNUT, FAIR, RED, GREY, WHITE = (
    (20, 17, 16),
    (34, 26, 21),
    (62, 43, 30),
    (88, 58, 37),
    (138, 107, 70),
    (121, 66, 36),
    (120, 117, 114),
    (178, 175, 171),
)
DEEP, UMBER, TAN, OLIVE, HONEY, LIGHT, PALE = (
    (88, 56, 42),
    (124, 82, 60),
    (172, 124, 93),
    (196, 150, 118),
    (216, 172, 138),
    (226, 184, 156),
    (236, 200, 178),
)
HAZEL, BLUE, GREEN, UMBRA, AMBER = (
    (112, 84, 50),
    (98, 128, 150),
    (102, 116, 84),
    (58, 36, 24),
    (92, 60, 32),
)
NAVY, SLATE, SAND, MOSS, WINE, INK = (
    (44, 56, 82),
    (92, 100, 108),
    (176, 160, 136),
    (84, 96, 72),
    (104, 46, 52),
    (38, 40, 44),
)

# fmt: off
RECIPES: tuple[Recipe, ...] = (
    #      name      role        fem   age  afr   asi   cau   wgt  mus  prop  skin   hair      iris   shirt
    Recipe("Jonas",  "shown",    0.08, 31, 0.15, 0.25, 0.60, 0.44, 0.60, 1.00, LIGHT, BROWN,    HAZEL, NAVY, 1.0, 11.0, 0.02, 7),
    Recipe("Ada",    "basis",    1.0,  24, 0.90, 0.05, 0.05, 0.48, 0.50, 0.55, UMBER, BLACK,    UMBRA, SLATE, 0.9, 5.0, 0.03, 11),
    Recipe("Mei",    "basis",    1.0,  38, 0.05, 0.90, 0.05, 0.45, 0.45, 0.55, HONEY, BLACK,    UMBRA, SAND, 1.0, 12.0, 0.03, 12),
    Recipe("Clara",  "basis",    1.0,  67, 0.05, 0.05, 0.90, 0.55, 0.40, 0.50, PALE,  WHITE,    BLUE,  WINE, 0.9, 12.0, 0.03, 13),
    Recipe("Rosa",   "basis",    0.95, 50, 0.30, 0.35, 0.35, 0.58, 0.45, 0.50, OLIVE, DARK,     AMBER, MOSS, 1.0, 11.0, 0.03, 14),
    Recipe("Kofi",   "basis",    0.0,  56, 0.90, 0.05, 0.05, 0.55, 0.55, 0.50, DEEP,  GREY,     UMBRA, INK, 0.7, 4.0, 0.03, 15),
    Recipe("Kenji",  "basis",    0.0,  23, 0.05, 0.90, 0.05, 0.45, 0.50, 0.55, HONEY, BLACK,    UMBRA, SLATE, 1.0, 12.0, 0.03, 16),
    Recipe("Erik",   "basis",    0.0,  42, 0.05, 0.05, 0.90, 0.52, 0.55, 0.55, LIGHT, FAIR,     BLUE,  MOSS, 0.9, 8.0, 0.03, 17),
    Recipe("Omar",   "basis",    0.05, 33, 0.35, 0.30, 0.35, 0.50, 0.60, 0.55, TAN,   BLACK,    AMBER, SAND, 1.0, 9.0, 0.03, 18),
    Recipe("Nina",   "held-out", 1.0,  29, 0.10, 0.30, 0.60, 0.42, 0.45, 0.70, LIGHT, CHESTNUT, GREEN, SLATE, 1.0, 12.0, 0.11, 21),
    Recipe("Tariq",  "held-out", 0.0,  37, 0.40, 0.15, 0.45, 0.56, 0.55, 0.50, TAN,   BLACK,    AMBER, INK, 0.9, 7.0, 0.12, 22),
    Recipe("Yuna",   "held-out", 1.0,  26, 0.10, 0.75, 0.15, 0.44, 0.45, 0.65, PALE,  BLACK,    UMBRA, WINE, 1.0, 12.0, 0.11, 23),
    Recipe("Paul",   "held-out", 0.0,  61, 0.05, 0.20, 0.75, 0.62, 0.45, 0.45, LIGHT, GREY,     BLUE,  NAVY, 0.6, 7.0, 0.11, 24),
    Recipe("Amara",  "held-out", 1.0,  44, 0.70, 0.05, 0.25, 0.55, 0.50, 0.50, DEEP,  BLACK,    UMBRA, SAND, 0.9, 5.0, 0.11, 25),
    Recipe("Diego",  "held-out", 0.0,  28, 0.25, 0.30, 0.45, 0.44, 0.60, 0.65, OLIVE, DARK,     HAZEL, MOSS, 1.0, 11.0, 0.12, 26),
    Recipe("Ines",   "held-out", 1.0,  56, 0.20, 0.10, 0.70, 0.48, 0.42, 0.55, OLIVE, GREY,     HAZEL, SLATE, 1.0, 11.0, 0.11, 27),
    Recipe("Arjun",  "held-out", 0.0,  48, 0.30, 0.40, 0.30, 0.58, 0.48, 0.50, UMBER, DARK,     UMBRA, NAVY, 0.8, 8.0, 0.11, 28),
    Recipe("Sofia",  "held-out", 1.0,  34, 0.25, 0.15, 0.60, 0.60, 0.45, 0.50, HONEY, BROWN,    AMBER, INK, 1.0, 12.0, 0.12, 29),
    Recipe("Liam",   "held-out", 0.0,  25, 0.10, 0.10, 0.80, 0.40, 0.50, 0.60, PALE,  RED,      GREEN, SAND, 1.0, 12.0, 0.12, 30),
    Recipe("Hana",   "held-out", 1.0,  63, 0.15, 0.65, 0.20, 0.52, 0.40, 0.50, HONEY, WHITE,    UMBRA, MOSS, 0.9, 11.0, 0.10, 31),
    Recipe("Samuel", "held-out", 0.0,  30, 0.75, 0.15, 0.10, 0.50, 0.62, 0.60, UMBER, BLACK,    UMBRA, WINE, 0.9, 4.0, 0.12, 32),
)
# fmt: on


def age_parameter(years: float) -> float:
    """Age of the source model: 1/3 is a child of 10, 2/3 an adult of 25, 1 one of 90 years."""
    return float(np.interp(years, (10.0, 25.0, 90.0), (1 / 3, 2 / 3, 1.0)))


def phenotype(recipe: Recipe) -> dict[str, float]:
    """Parameters of the source model for one person."""
    return {
        "gender": recipe.female,
        "age": age_parameter(max(recipe.age_years, 23)),
        "muscle": recipe.muscle,
        "weight": recipe.weight,
        "height": 0.5,
        "proportions": 1.0 - recipe.proportions,  # the source counts from ideal to uncommon
        "cupsize": 0.4,
        "firmness": 0.5,
        "african": recipe.african,
        "asian": recipe.asian,
        "caucasian": recipe.caucasian,
    }


def local_changes(recipe: Recipe, labels: list[str]) -> dict[str, float]:
    """Random features of one face: limited, nearly symmetric, the same on every machine."""
    rng = np.random.default_rng(recipe.seed)
    changes: dict[str, float] = {}
    for label in sorted(labels):
        base = label.removeprefix("l-").removeprefix("r-")
        if base.split("-")[0] not in FACE_FEATURES or base in KEPT_STILL:
            continue
        if label.startswith("r-"):
            continue  # drawn with its left twin
        value = float(np.clip(rng.normal(0.0, recipe.features_sigma), -LIMIT, LIMIT))
        if label.startswith("l-"):
            skew = float(rng.normal(0.0, 0.12 * recipe.features_sigma))
            changes[label], changes["r-" + base] = value + skew, value - skew
        else:
            # A midline feature that leaves the midline is a tilt of the face: keep it slight.
            changes[label] = 0.2 * value if base.endswith("trans-out") else value
    return changes


def appearance(recipe: Recipe) -> dict[str, float | list[float]]:
    """Colours as sRGB 0..1, densities 0..1, lengths in metres."""

    def rgb(colour: tuple[int, int, int]) -> list[float]:
        return [round(channel / 255, 4) for channel in colour]

    luminance = sum(w * c / 255 for w, c in zip((0.3, 0.59, 0.11), recipe.skin_rgb, strict=True))
    brow = (
        recipe.hair_rgb if recipe.age_years < 55 else tuple(int(0.75 * c) for c in recipe.hair_rgb)
    )
    male = 1.0 - recipe.female
    return {
        "skin_rgb": rgb(recipe.skin_rgb),
        "hair_rgb": rgb(recipe.hair_rgb),
        "brow_rgb": rgb(brow),
        "iris_rgb": rgb(recipe.iris_rgb),
        "shirt_rgb": rgb(recipe.shirt_rgb),
        "melanin": round(float(np.clip((0.82 - luminance) / 0.6, 0.0, 1.0)), 3),
        "redness": round(0.35 + 0.02 * (recipe.seed % 10), 3),
        "brow_density": round(0.6 + 0.4 * male, 3),
        "brow_width_m": round(0.0065 + 0.0025 * male, 5),
        "hair_density": recipe.hair_density,
        "hair_length_m": round(recipe.hair_length_mm * 1e-3, 5),
    }
