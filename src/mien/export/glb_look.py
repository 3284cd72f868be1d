"""Colours and materials of the built-in head in glTF, without textures."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from mien.head import Head, Person
from mien.head.srgb import linear_from_srgb

MATERIALS = (
    "skin",
    "teeth_upper",
    "teeth_lower",
    "tongue",
    "shirt",
    "brows",
    "lashes",
    "sclera",
    "iris",
    "pupil",
    "cornea",
)
"""Names of the materials, in their order in the file."""


def materials(person: Person) -> list[dict[str, Any]]:
    """Plain materials: base colour and roughness. The skin's colour is in its vertices."""
    look = person.appearance
    rows: Mapping[str, tuple[Any, float]] = {
        "skin": ((1.0, 1.0, 1.0), 0.55),
        "teeth_upper": ((0.90, 0.87, 0.80), 0.3),
        "teeth_lower": ((0.88, 0.85, 0.78), 0.3),
        "tongue": ((0.72, 0.40, 0.40), 0.4),
        "shirt": (look["shirt_rgb"], 0.9),
        "brows": (look["brow_rgb"], 0.7),
        "lashes": (tuple(0.5 * float(value) for value in _rgb(look["brow_rgb"])), 0.7),
        "sclera": ((0.93, 0.91, 0.89), 0.25),
        "iris": (look["iris_rgb"], 0.3),
        "pupil": ((0.01, 0.01, 0.01), 0.4),
        "cornea": ((1.0, 1.0, 1.0), 0.05),
    }
    found = []
    for name in MATERIALS:
        srgb, roughness = rows[name]
        alpha = 0.06 if name == "cornea" else 1.0
        material: dict[str, Any] = {
            "name": name,
            "pbrMetallicRoughness": {
                "baseColorFactor": [*linear_from_srgb(np.array(_rgb(srgb))).tolist(), alpha],
                "metallicFactor": 0.0,
                "roughnessFactor": roughness,
            },
        }
        if name == "cornea":
            material["alphaMode"] = "BLEND"
        if name in {"brows", "lashes", "shirt"}:
            material["doubleSided"] = True
        found.append(material)
    return found


def _rgb(value: Any) -> tuple[float, float, float]:
    red, green, blue = value
    return (float(red), float(green), float(blue))


def skin_colours(head: Head, person: Person) -> Float[np.ndarray, "vertex 4"]:
    """Skin in linear colours: redder lips and ears, cropped hair, shade in the creases."""
    look, masks = person.appearance, head.masks
    skin = linear_from_srgb(np.array(_rgb(look["skin_rgb"])))
    hair = linear_from_srgb(np.array(_rgb(look["hair_rgb"])))
    colour = np.tile(skin, (len(head.mean_m), 1))

    def tint(mask: str, strength: float, towards: Float[np.ndarray, " 3"]) -> None:
        share = (masks[mask] * strength)[:, None]
        colour[:] = colour * (1 - share) + towards * share

    tint("lips", 0.75, skin * np.array([0.85, 0.45, 0.48]))
    tint("ears", 0.25, skin * np.array([1.0, 0.72, 0.70]))
    tint("eyelids", 0.25, skin * np.array([0.80, 0.66, 0.64]))
    tint("inside_mouth", 0.9, np.array([0.16, 0.035, 0.035]))
    tint("scalp", 0.92 * min(1.0, 1.6 * float(np.sum(look["hair_density"]))), hair)
    shade = 0.45 + 0.55 * masks["occlusion"]
    return np.concatenate([colour * shade[:, None], np.ones((len(colour), 1))], axis=1)
