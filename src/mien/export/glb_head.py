"""The built-in head as glTF meshes: a face that blends, a shirt, and eyes that turn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from mien.core.arrays import Triangles, Vertices
from mien.export.glb_buffer import GlbBuilder
from mien.export.glb_look import MATERIALS, materials, skin_colours
from mien.export.glb_ribbons import ribbons
from mien.head import Head, Person
from mien.head.eye import EyeRegion, eye_mesh
from mien.head.neck import neck_of
from mien.head.normals import vertex_normals
from mien.head.strands import StrandKind

_FACE_PARTS = ("skin", "teeth_upper", "teeth_lower", "tongue")
_HAIRS: tuple[tuple[StrandKind, str, int, float], ...] = (
    ("brow", "brows", 420, 1.5),
    ("lash", "lashes", 240, 1.0),
)
"""Kind, material, most hairs, and how much wider than grown."""

_EYE_SEGMENTS = 24
_STILL_M = 2e-6
"""A shape that moves a vertex by less leaves it out."""

_STILL_NORMAL = 4e-3


@dataclass(frozen=True)
class Nodes:
    """Numbers of the nodes that an animation moves."""

    face: int
    head: int
    eyes: tuple[int, int]
    """Left, right."""


def add_head(glb: GlbBuilder, head: Head, person: Person, controls: tuple[str, ...]) -> Nodes:
    """Put the head into a file; its shapes have the names and the order of the controls.

    The neck bends between two joints, body and head, about the base of the skull. A control that
    the head has no shape for is a shape that moves nothing.
    """
    document = glb.document
    document.update(materials=materials(person), meshes=[], nodes=[], skins=[])
    neck = neck_of(person.vertices_m, person.eye_centre_m)
    share = neck.share
    deltas = _deltas_by_control(head, controls)
    normals = _head_normals(head, person.vertices_m)
    colours = skin_colours(head, person)
    primitives = []
    for part in _FACE_PARTS:
        where, triangles = head.parts[part], _part_triangles(head, part)
        primitive = _primitive(
            glb,
            person.vertices_m[where],
            normals[where],
            triangles,
            material=MATERIALS.index(part),
            share=share[where],
            colours=colours[where] if part == "skin" else None,
        )
        primitive["targets"] = [
            {
                "POSITION": glb.sparse(delta[where], nothing=_STILL_M, bounds=True),
                "NORMAL": glb.sparse(
                    (_normals(person.vertices_m + delta, head.triangles, head.weld) - normals)[
                        where
                    ]
                    if np.abs(delta[where]).max() > _STILL_M
                    else np.zeros_like(delta[where]),
                    nothing=_STILL_NORMAL,
                    bounds=False,
                ),
            }
            for delta in deltas
        ]
        primitives.append(primitive)
    primitives += _hair_primitives(glb, head, person, controls)
    document["meshes"].append(
        {"name": "face", "primitives": primitives, "extras": {"targetNames": list(controls)}}
    )
    shirt = head.parts["shirt"]
    document["meshes"].append(
        {
            "name": "shirt",
            "primitives": [
                _primitive(
                    glb,
                    person.vertices_m[shirt],
                    normals[shirt],
                    _part_triangles(head, "shirt"),
                    material=MATERIALS.index("shirt"),
                    share=share[shirt],
                )
            ],
        }
    )
    for side, radius in zip(("left", "right"), person.eye_radius_m, strict=True):
        document["meshes"].append(_eye(glb, side, float(radius)))
    return _nodes(glb, person, neck.pivot_m)


def _nodes(glb: GlbBuilder, person: Person, pivot: Float[np.ndarray, " 3"]) -> Nodes:
    """Two joints, the skinned meshes beside them, and the eyes on the head."""
    left, right = person.eye_centre_m - pivot
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


def _deltas_by_control(head: Head, controls: tuple[str, ...]) -> Float[np.ndarray, "control v 3"]:
    still = np.zeros_like(head.mean_m)
    known = dict(zip(head.unit_names, head.unit_deltas_m, strict=True))
    return np.stack([known.get(name, still) for name in controls])


def _part_triangles(head: Head, part: str) -> Triangles:
    triangles: Triangles = head.part_triangles(part) - head.parts[part].start
    return triangles


def _head_normals(head: Head, vertices_m: Vertices) -> Float[np.ndarray, "vertex 3"]:
    return _normals(vertices_m, head.triangles, head.weld)


def _normals(
    vertices_m: Vertices, triangles: Triangles, weld: Int[np.ndarray, " vertex"]
) -> Float[np.ndarray, "vertex 3"]:
    """Smooth normals; forward where a vertex has no area around it, since glTF knows no zero."""
    normals = vertex_normals(vertices_m.astype(np.float64), triangles, weld)
    still = ~normals.any(axis=1)
    normals[still] = (0.0, 0.0, 1.0)
    return normals


def _primitive(
    glb: GlbBuilder,
    vertices_m: Vertices,
    normals: Float[np.ndarray, "vertex 3"],
    triangles: Triangles,
    *,
    material: int,
    share: Float[np.ndarray, " vertex"] | None = None,
    colours: Float[np.ndarray, "vertex 4"] | None = None,
) -> dict[str, Any]:
    attributes = {
        "POSITION": glb.vertices(vertices_m, bounds=True),
        "NORMAL": glb.vertices(_unit(normals)),
    }
    if share is not None:
        joints = np.zeros((len(share), 4), dtype=np.int64)
        joints[:, 1] = share > 0  # a joint without weight must be joint 0
        turn = share.astype(np.float32).astype(np.float64)
        weights = np.stack([1 - turn, turn, 0 * turn, 0 * turn], axis=1)
        attributes |= {"JOINTS_0": glb.joints(joints), "WEIGHTS_0": glb.vertices(weights)}
    if colours is not None:
        attributes["COLOR_0"] = glb.colours(colours)
    return {
        "attributes": attributes,
        "indices": glb.triangles(triangles),
        "material": material,
    }


def _unit(vectors: Float[np.ndarray, "vertex 3"]) -> Float[np.ndarray, "vertex 3"]:
    wide = vectors.astype(np.float64)
    result: Float[np.ndarray, "vertex 3"] = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return result


def _hair_primitives(
    glb: GlbBuilder, head: Head, person: Person, controls: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Brows and lashes; they turn with the head and follow the skin."""
    primitives = []
    rows = {name: row for row, name in enumerate(head.unit_names)}
    for kind, material, most, wider in _HAIRS:
        hair = ribbons(head, person, head.strands(person, kind), most=most, wider=wider)
        primitive = _primitive(
            glb,
            hair.vertices_m,
            hair.normals,
            hair.triangles,
            material=MATERIALS.index(material),
            share=np.ones(len(hair.vertices_m)),
        )
        nothing = np.zeros_like(hair.vertices_m)
        targets = []
        for name in controls:
            delta = hair.deltas_m[rows[name]] if name in rows else nothing
            position = glb.sparse(delta, nothing=10 * _STILL_M, bounds=True)
            still = glb.sparse(nothing, nothing=0.0, bounds=False)
            targets.append({"POSITION": position, "NORMAL": still})
        primitive["targets"] = targets
        primitives.append(primitive)
    return primitives


def _eye(glb: GlbBuilder, side: str, radius_m: float) -> dict[str, Any]:
    mesh = eye_mesh(radius_m, segments=_EYE_SEGMENTS)
    unwelded = np.arange(len(mesh.region))  # so that no normal is smoothed over two regions
    normals = _normals(mesh.vertices_m, mesh.triangles, unwelded)
    primitives = []
    for region, material in (
        (EyeRegion.SCLERA, "sclera"),
        (EyeRegion.IRIS, "iris"),
        (EyeRegion.PUPIL, "pupil"),
        (EyeRegion.CORNEA, "cornea"),
    ):
        chosen = np.flatnonzero(mesh.region == region)
        new = np.full(len(mesh.region), -1)
        new[chosen] = np.arange(len(chosen))
        triangles = new[mesh.triangles]
        vertices = mesh.vertices_m[chosen]
        primitives.append(
            _primitive(
                glb,
                vertices,
                normals[chosen],
                triangles[(triangles >= 0).all(axis=1)],
                material=MATERIALS.index(material),
            )
        )
    return {"name": f"eye{side.capitalize()}", "primitives": primitives}
