"""Who lives in the built-in head: identities as parameters of the source model.

``shown`` is the face of the demo. ``basis`` spans sex, age and ancestry with plain faces, for
recognition to be built on. ``held-out`` are other mixtures with features of their own, for footage
of people whom the recogniser has not seen.
"""

# ruff: noqa: C408, E501, PLR2004 - a table reads better in rows; ages and shares are data

from dataclasses import dataclass, field

import numpy as np
from head_bake import features

from mien.head.looks import Look, appearance_of

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
    """Before it went grey."""

    iris_rgb: tuple[int, int, int]
    shirt_rgb: tuple[int, int, int]
    features_sigma: float
    """Spread of the local changes: of all for the first nine, factor on the spreads for others."""

    seed: int
    hair_style: str = "cropped"
    look: dict[str, float] = field(default_factory=dict)
    """Other fields of :class:`mien.head.looks.Look`."""

    features: dict[str, float] = field(default_factory=dict)
    """Local changes given by hand."""


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
    Recipe("Jonas",  "shown",    0.08, 31, 0.15, 0.25, 0.60, 0.44, 0.60, 1.00, LIGHT, BROWN,    HAZEL, NAVY,  0.02, 7,  "short-parted", dict(stubble=0.55)),
    Recipe("Ada",    "basis",    1.0,  24, 0.90, 0.05, 0.05, 0.48, 0.50, 0.55, UMBER, BLACK,    UMBRA, SLATE, 0.03, 11, "afro", dict()),
    Recipe("Mei",    "basis",    1.0,  38, 0.05, 0.90, 0.05, 0.45, 0.45, 0.55, HONEY, BLACK,    UMBRA, SAND,  0.03, 12, "fringe-bob", dict()),
    Recipe("Clara",  "basis",    1.0,  67, 0.05, 0.05, 0.90, 0.55, 0.40, 0.50, PALE,  FAIR,     BLUE,  WINE,  0.03, 13, "pixie", dict(grey_share=0.95)),
    Recipe("Rosa",   "basis",    0.95, 50, 0.30, 0.35, 0.35, 0.58, 0.45, 0.50, OLIVE, DARK,     AMBER, MOSS,  0.03, 14, "low-bun", dict(grey_share=0.12)),
    Recipe("Kofi",   "basis",    0.0,  56, 0.90, 0.05, 0.05, 0.55, 0.55, 0.50, DEEP,  BLACK,    UMBRA, INK,   0.03, 15, "close-afro", dict(grey_share=0.55, recession=0.7, hair_length_scale=0.6, beard_m=0.006)),
    Recipe("Kenji",  "basis",    0.0,  23, 0.05, 0.90, 0.05, 0.45, 0.50, 0.55, HONEY, BLACK,    UMBRA, SLATE, 0.03, 16, "swept-back", dict(stubble=0.1)),
    Recipe("Erik",   "basis",    0.0,  42, 0.05, 0.05, 0.90, 0.52, 0.55, 0.55, LIGHT, FAIR,     BLUE,  MOSS,  0.03, 17, "short-parted", dict(stubble=0.5, recession=0.45)),
    Recipe("Omar",   "basis",    0.05, 33, 0.35, 0.30, 0.35, 0.50, 0.60, 0.55, TAN,   BLACK,    AMBER, SAND,  0.03, 18, "cropped", dict(stubble=0.8, beard_m=0.007)),
    Recipe("Nina",   "held-out", 1.0,  29, 0.10, 0.30, 0.60, 0.42, 0.45, 0.85, LIGHT, CHESTNUT, GREEN, SLATE, 0.80, 21, "long-wavy", dict()),
    Recipe("Tariq",  "held-out", 0.0,  37, 0.40, 0.15, 0.45, 0.56, 0.55, 0.75, TAN,   BLACK,    AMBER, INK,   0.85, 22, "short-curls", dict(stubble=0.9, hair_length_scale=0.8)),
    Recipe("Yuna",   "held-out", 1.0,  26, 0.10, 0.75, 0.15, 0.44, 0.45, 0.85, PALE,  BLACK,    UMBRA, WINE,  0.80, 23, "shoulder-straight", dict()),
    Recipe("Paul",   "held-out", 0.0,  61, 0.05, 0.20, 0.75, 0.62, 0.45, 0.60, LIGHT, BROWN,    BLUE,  NAVY,  0.80, 24, "cropped", dict(grey_share=0.7, recession=0.9, bald=0.75, stubble=0.4)),
    Recipe("Amara",  "held-out", 1.0,  44, 0.70, 0.05, 0.25, 0.55, 0.50, 0.75, DEEP,  BLACK,    UMBRA, SAND,  0.85, 25, "bun", dict()),
    Recipe("Diego",  "held-out", 0.0,  28, 0.25, 0.30, 0.45, 0.44, 0.60, 0.80, OLIVE, DARK,     HAZEL, MOSS,  0.85, 26, "short-parted", dict(stubble=0.7)),
    Recipe("Ines",   "held-out", 1.0,  56, 0.20, 0.10, 0.70, 0.48, 0.42, 0.75, OLIVE, DARK,     HAZEL, SLATE, 0.80, 27, "bob", dict(grey_share=0.6)),
    Recipe("Arjun",  "held-out", 0.0,  48, 0.30, 0.40, 0.30, 0.58, 0.48, 0.65, UMBER, BLACK,    UMBRA, NAVY,  0.80, 28, "swept-back", dict(stubble=0.7, grey_share=0.2, recession=0.35, beard_m=0.004)),
    Recipe("Sofia",  "held-out", 1.0,  34, 0.25, 0.15, 0.60, 0.56, 0.45, 0.75, HONEY, BROWN,    AMBER, INK,   0.85, 29, "bob", dict()),
    Recipe("Liam",   "held-out", 0.0,  25, 0.10, 0.10, 0.80, 0.40, 0.50, 0.80, PALE,  RED,      GREEN, SAND,  0.85, 30, "short-curls", dict(stubble=0.3)),
    Recipe("Hana",   "held-out", 1.0,  63, 0.15, 0.65, 0.20, 0.52, 0.40, 0.70, HONEY, BLACK,    UMBRA, MOSS,  0.75, 31, "bob", dict(grey_share=0.85)),
    Recipe("Samuel", "held-out", 0.0,  30, 0.75, 0.15, 0.10, 0.50, 0.62, 0.80, UMBER, BLACK,    UMBRA, WINE,  0.85, 32, "close-afro", dict(stubble=0.6)),
    Recipe("Leila",  "cast",     1.0,  31, 0.15, 0.15, 0.70, 0.47, 0.45, 0.85, OLIVE, DARK,     AMBER, WINE,  0.85, 41, "long-wavy", dict()),
    Recipe("Grace",  "cast",     1.0,  22, 0.92, 0.03, 0.05, 0.45, 0.48, 0.85, UMBER, BLACK,    UMBRA, SAND,  0.85, 42, "long-curls", dict()),
    Recipe("Astrid", "cast",     1.0,  41, 0.02, 0.03, 0.95, 0.45, 0.45, 0.80, PALE,  FAIR,     BLUE,  NAVY,  0.85, 43, "ponytail", dict()),
    Recipe("Priya",  "cast",     1.0,  27, 0.25, 0.30, 0.45, 0.46, 0.45, 0.85, TAN,   BLACK,    UMBRA, MOSS,  0.85, 44, "shoulder-straight", dict()),
    Recipe("Lin",    "cast",     1.0,  72, 0.03, 0.92, 0.05, 0.48, 0.38, 0.70, HONEY, BLACK,    UMBRA, SLATE, 0.80, 45, "low-bun", dict(grey_share=0.9)),
    Recipe("Marta",  "cast",     1.0,  58, 0.05, 0.10, 0.85, 0.60, 0.42, 0.70, LIGHT, CHESTNUT, GREEN, INK,   0.80, 46, "short-curls", dict(grey_share=0.5)),
    Recipe("Noah",   "cast",     0.05, 20, 0.05, 0.10, 0.85, 0.42, 0.50, 0.85, LIGHT, CHESTNUT, BLUE,  SLATE, 0.85, 47, "swept-back", dict(stubble=0.1)),
    Recipe("Thabo",  "cast",     0.0,  39, 0.93, 0.02, 0.05, 0.55, 0.60, 0.75, DEEP,  BLACK,    UMBRA, SAND,  0.85, 48, "close-afro", dict(stubble=0.8, hair_length_scale=0.5, beard_m=0.008)),
    Recipe("Hiro",   "cast",     0.0,  70, 0.03, 0.92, 0.05, 0.48, 0.42, 0.65, HONEY, BLACK,    UMBRA, NAVY,  0.80, 49, "short-parted", dict(grey_share=0.9, recession=0.8, stubble=0.15)),
    Recipe("Mateo",  "cast",     0.0,  45, 0.15, 0.45, 0.40, 0.58, 0.55, 0.70, OLIVE, DARK,     AMBER, MOSS,  0.85, 50, "short-curls", dict(grey_share=0.25, stubble=0.9, beard_m=0.010, hair_length_scale=0.8)),
    Recipe("George", "cast",     0.0,  75, 0.04, 0.04, 0.92, 0.55, 0.40, 0.60, PALE,  BROWN,    BLUE,  WINE,  0.80, 51, "cropped", dict(grey_share=0.95, recession=1.0, bald=1.0, stubble=0.2)),
)
# fmt: on

_FOUNDERS = 9
"""The first people keep the shapes from which the recogniser's fields are built."""


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
    """Features of one face: limited, nearly symmetric, the same on every machine."""
    if recipe in RECIPES[:_FOUNDERS]:
        return _founder_changes(recipe, labels)
    return features.local_changes(
        labels,
        female=recipe.female,
        age_years=recipe.age_years,
        spread=recipe.features_sigma,
        rng=np.random.default_rng(recipe.seed),
        chosen=recipe.features,
    )


def _founder_changes(recipe: Recipe, labels: list[str]) -> dict[str, float]:
    """Small changes of all features alike."""
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


def appearance(recipe: Recipe) -> dict[str, float | list[float] | str]:
    """Colours as sRGB 0..1, densities and shares 0..1, lengths in metres."""

    def rgb(colour: tuple[int, int, int]) -> tuple[float, float, float]:
        red, green, blue = (round(channel / 255, 4) for channel in colour)
        return red, green, blue

    chosen = {"redness": 0.35 + 0.02 * (recipe.seed % 10)} | recipe.look
    found = appearance_of(
        Look(
            female=recipe.female > 0.5,
            age_years=recipe.age_years,
            east_asian=recipe.asian,
            skin_rgb=rgb(recipe.skin_rgb),
            hair_rgb=rgb(recipe.hair_rgb),
            iris_rgb=rgb(recipe.iris_rgb),
            shirt_rgb=rgb(recipe.shirt_rgb),
            hair_style=recipe.hair_style,
            **chosen,
        )
    )
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}
