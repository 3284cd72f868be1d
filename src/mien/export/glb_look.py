"""Colours and materials of the built-in head in glTF."""

from typing import Any

import numpy as np
from jaxtyping import Float

from mien.export.glb_buffer import GlbBuilder
from mien.export.head_maps import HeadMaps
from mien.export.head_surfaces import PAINTED, surfaces
from mien.export.png import png_bytes
from mien.head import Head, Person
from mien.head.hairline import scalp_cover
from mien.head.looks import hair_tone
from mien.head.srgb import linear_from_srgb


def add_materials(glb: GlbBuilder, person: Person, maps: HeadMaps | None = None) -> None:
    """Put the materials into a file: plain colours, or pictures where there are maps.

    Folds are pictures of the file that no material shows, since glTF does not blend normals; their
    names are in the skin's ``extras``.
    """
    document = glb.document
    pictures = _pictures(glb, maps) if maps else {}
    found = []
    for name, surface in surfaces(person).items():
        painted = name in PAINTED and bool(pictures)
        base = [1.0, 1.0, 1.0] if painted else surface.colour.tolist()
        look: dict[str, Any] = {
            "baseColorFactor": [*base, surface.alpha],
            "metallicFactor": 0.0,
            "roughnessFactor": surface.roughness,
        }
        material: dict[str, Any] = {"name": name, "pbrMetallicRoughness": look}
        if painted:
            look["baseColorTexture"] = {"index": pictures["colour"]}
        if painted and name == "skin":
            material["normalTexture"] = {"index": pictures["normal"]}
            material["extras"] = {"folds": [f"fold_{fold}" for fold in maps.folds] if maps else []}
        if surface.alpha < 1:
            material["alphaMode"] = "BLEND"
        if surface.double_sided:
            material["doubleSided"] = True
        found.append(material)
    document["materials"] = found


def _pictures(glb: GlbBuilder, maps: HeadMaps) -> dict[str, int]:
    """Store all pictures; give the number of each texture by name."""
    document = glb.document
    document.update(images=[], textures=[], samplers=[{"wrapS": 33071, "wrapT": 33071}])
    named = {"colour": maps.colour, "normal": maps.normal}
    named |= {f"fold_{name}": picture for name, picture in maps.folds.items()}
    for name, picture in named.items():
        document["images"].append(
            {"name": name, "mimeType": "image/png", "bufferView": glb.data(png_bytes(picture))}
        )
        document["textures"].append(
            {"name": name, "source": len(document["images"]) - 1, "sampler": 0}
        )
    return {name: number for number, name in enumerate(named)}


def skin_colours(head: Head, person: Person) -> Float[np.ndarray, "vertex 4"]:
    """Skin in linear colours: redder lips and ears, cropped hair, shade in the creases."""
    look, masks = person.appearance, head.masks
    skin = linear_from_srgb(np.array(look["skin_rgb"]))
    cover = scalp_cover(person.vertices_m.astype(np.float64), masks["ears"], look)
    colour = np.tile(skin, (len(head.mean_m), 1))

    def tint(mask: str, strength: float, towards: Float[np.ndarray, " 3"]) -> None:
        share = (masks[mask] * strength)[:, None]
        colour[:] = colour * (1 - share) + towards * share

    tint("lips", 0.75, skin * np.array([0.85, 0.45, 0.48]))
    tint("ears", 0.25, skin * np.array([1.0, 0.72, 0.70]))
    tint("eyelids", 0.25, skin * np.array([0.80, 0.66, 0.64]))
    tint("inside_mouth", 0.9, np.array([0.16, 0.035, 0.035]))
    share = (0.92 * cover * min(1.0, 1.6 * float(np.sum(look["hair_density"]))))[:, None]
    skin_part = head.parts["skin"]
    colour[skin_part] = (colour * (1 - share) + hair_tone(look) * share)[skin_part]
    shade = 0.45 + 0.55 * masks["occlusion"]
    return np.concatenate([colour * shade[:, None], np.ones((len(colour), 1))], axis=1)
