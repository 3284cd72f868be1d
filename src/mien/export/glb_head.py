"""The built-in head as glTF meshes: a face that blends, a shirt, and eyes that turn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from mien.export.glb_buffer import GlbBuilder
from mien.export.head_parts import HeadParts, Part
from mien.export.head_surfaces import MATERIALS

_STILL_M = 2e-6
"""A shape that moves a vertex by less leaves it out."""

_STILL_HAIR_M = 2e-5
_STILL_NORMAL = 4e-3


@dataclass(frozen=True)
class Nodes:
    """Numbers of the nodes that an animation moves."""

    face: int
    head: int
    eyes: tuple[int, int]
    """Left, right."""


def add_head(glb: GlbBuilder, parts: HeadParts) -> Nodes:
    """Put the head into a file; its shapes have the names and the order of the parts' shapes."""
    document = glb.document
    document.update(meshes=[], nodes=[], skins=[])
    document["meshes"].append(
        {
            "name": "face",
            "primitives": [_primitive(glb, part, targets=True) for part in parts.face],
            "extras": {"targetNames": list(parts.shapes)},
        }
    )
    document["meshes"].append({"name": "shirt", "primitives": [_primitive(glb, parts.shirt)]})
    for name, eye in zip(("eyeLeft", "eyeRight"), parts.eyes, strict=True):
        primitives = [_primitive(glb, part) for part in eye]
        document["meshes"].append({"name": name, "primitives": primitives})
    return _nodes(glb, parts)


def _nodes(glb: GlbBuilder, parts: HeadParts) -> Nodes:
    """Two joints, the skinned meshes beside them, and the eyes on the head."""
    pivot = parts.pivot_m
    left, right = parts.eye_centre_m - pivot
    glb.document["nodes"] = [
        {"name": "body", "children": [1]},
        {"name": "head", "translation": pivot.tolist(), "children": [2, 3]},
        {"name": "eyeLeft", "mesh": 2, "translation": left.tolist()},
        {"name": "eyeRight", "mesh": 3, "translation": right.tolist()},
        {"name": "face", "mesh": 0, "skin": 0},
        {"name": "shirt", "mesh": 1, "skin": 0},
    ]
    binds = np.stack([np.eye(4), np.eye(4)])
    binds[1, 3, :3] = -pivot  # glTF stores matrices by column
    glb.document["skins"] = [
        {"inverseBindMatrices": glb.numbers(binds.reshape(2, 16)), "joints": [0, 1]}
    ]
    glb.document |= {"scenes": [{"name": "mien", "nodes": [0, 4, 5]}], "scene": 0}
    return Nodes(face=4, head=1, eyes=(2, 3))


def _primitive(glb: GlbBuilder, part: Part, *, targets: bool = False) -> dict[str, Any]:
    attributes = {
        "POSITION": glb.vertices(part.vertices_m, bounds=True),
        "NORMAL": glb.vertices(part.normals),
    }
    if part.uv is not None:
        attributes["TEXCOORD_0"] = glb.vertices(part.uv)
    if part.tangents is not None:
        attributes["TANGENT"] = glb.vertices(part.tangents)
    if part.share is not None:
        attributes |= _binding(glb, part.share)
    if part.colours is not None:
        attributes["COLOR_0"] = glb.colours(part.colours)
    primitive: dict[str, Any] = {
        "attributes": attributes,
        "indices": glb.triangles(part.triangles),
        "material": MATERIALS.index(part.material),
    }
    if targets and part.deltas_m is not None:
        primitive["targets"] = _targets(glb, part)
    return primitive


def _binding(glb: GlbBuilder, share: Float[np.ndarray, " vertex"]) -> dict[str, int]:
    joints = np.zeros((len(share), 4), dtype=np.int64)
    joints[:, 1] = share > 0  # a joint without weight must be joint 0
    turn = share.astype(np.float32).astype(np.float64)
    weights = np.stack([1 - turn, turn, 0 * turn, 0 * turn], axis=1)
    return {"JOINTS_0": glb.joints(joints), "WEIGHTS_0": glb.vertices(weights)}


def _targets(glb: GlbBuilder, part: Part) -> list[dict[str, int]]:
    """Every shape on a part; all parts of a mesh must have all shapes, those that rest too."""
    if part.deltas_m is None:
        return []
    still = np.zeros_like(part.vertices_m)
    hair = part.normal_deltas is None
    turns = [still] * len(part.deltas_m) if part.normal_deltas is None else part.normal_deltas
    return [
        {
            "POSITION": glb.sparse(delta, nothing=_STILL_HAIR_M if hair else _STILL_M, bounds=True),
            "NORMAL": glb.sparse(turn, nothing=_STILL_NORMAL, bounds=False),
        }
        for delta, turn in zip(part.deltas_m, turns, strict=True)
    ]
