"""The built-in head taken apart for files of any format: surfaces, what moves them, what they wear.

The neck bends between two joints, body and head, about the base of the skull. Each eye is a joint
of its own. Everything else is shapes.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from mien.core.arrays import Triangles, Vertices
from mien.export.glb_ribbons import Ribbons, ribbons
from mien.export.hair_ribbons import hair_ribbons
from mien.export.head_maps import HeadMaps
from mien.export.head_shapes import HeadShapes
from mien.export.head_surfaces import PAINTED
from mien.export.tangents import tangents
from mien.head import Head, Person
from mien.head.dentition import set_teeth, shown_teeth_m
from mien.head.eye import EyeMesh, EyeRegion, eye_mesh, gaze_rotation
from mien.head.neck import neck_of
from mien.head.normals import vertex_normals
from mien.head.rest_gaze import rest_pitch_rad
from mien.head.strands import StrandKind
from mien.head.subdivision import subdivision

EYE_SEGMENTS = 24
"""Points around each eyeball."""

_FACE = ("skin", "teeth_upper", "teeth_lower", "tongue")
_HAIRS: tuple[tuple[StrandKind, str, int, float], ...] = (
    ("brow", "brows", 420, 1.5),
    ("lash", "lashes", 240, 1.0),
)
"""Kind, material, most hairs, and how much wider than grown."""

_EYE_MATERIALS = (
    (EyeRegion.SCLERA, "sclera"),
    (EyeRegion.IRIS, "iris"),
    (EyeRegion.PUPIL, "pupil"),
    (EyeRegion.CORNEA, "cornea"),
)
_STILL_M = 2e-6
"""A shape that moves no vertex of a part by more does not turn its normals."""


@dataclass(frozen=True, eq=False)
class Part:
    """One surface of one material."""

    material: str
    """Its name in :data:`mien.export.head_surfaces.MATERIALS`."""

    vertices_m: Float[np.ndarray, "vertex 3"]
    normals: Float[np.ndarray, "vertex 3"]
    """Of length 1."""

    triangles: Int[np.ndarray, "triangle 3"]
    share: Float[np.ndarray, " vertex"] | None = None
    """How far each vertex follows the head rather than the body; None for a part of an eye, whose
    vertices are given from the eye's centre."""

    uv: Float[np.ndarray, "vertex 2"] | None = None
    """Texture coordinates, v down as in pictures; None without maps."""

    tangents: Float[np.ndarray, "vertex 4"] | None = None
    """For pictures of normals; None where the material has none."""

    colours: Float[np.ndarray, "vertex 4"] | None = None
    """Linear colours; None where the material alone says it."""

    deltas_m: Float[np.ndarray, "shape vertex 3"] | None = None
    """Displacement by shape; None where no shape moves the part."""

    normal_deltas: Float[np.ndarray, "shape vertex 3"] | None = None
    """Change of the normals by shape; None where they are left as they are."""


@dataclass(frozen=True, eq=False)
class HeadParts:
    """Everything that a file of the head holds."""

    face: tuple[Part, ...]
    """Skin, teeth, tongue, brows, lashes and hair: all that shapes may move."""

    shirt: Part
    eyes: tuple[tuple[Part, ...], tuple[Part, ...]]
    """Left, right; the parts of each from inside out."""

    shapes: tuple[str, ...]
    pivot_m: Float[np.ndarray, " 3"]
    """Where the head's joint is."""

    eye_centre_m: Float[np.ndarray, "2 3"]


def head_parts(
    head: Head,
    person: Person,
    shapes: HeadShapes,
    *,
    maps: HeadMaps | None = None,
    colours: Float[np.ndarray, "vertex 4"] | None = None,
) -> HeadParts:
    """Take the head apart.

    Args:
        head: the built-in head.
        person: whose face.
        shapes: what moves it.
        maps: texture coordinates and pictures; without them the skin has ``colours``.
        colours: linear colours of all vertices.
    """
    neck = neck_of(person.vertices_m, person.eye_centre_m)
    painted = colours
    if maps is not None:
        painted = np.column_stack([maps.tint, np.ones(len(maps.tint))])
    shown_m = shown_teeth_m(person.sex, float(person.age_years))
    rest_m = set_teeth(head, subdivision(head, 0), person.vertices_m, shown_m)
    normals = _normals(rest_m, head.triangles, head.weld)
    turned = [
        _normals(rest_m + delta, head.triangles, head.weld) - normals for delta in shapes.deltas_m
    ]

    def of(part: str, *, moved: bool) -> Part:
        where = head.parts[part]
        mine = shapes.deltas_m[:, where]
        still = np.zeros_like(mine[0])
        triangles = head.part_triangles(part) - where.start
        uv = maps.head_uv[where] if maps is not None and part in PAINTED else None
        return Part(
            material=part,
            vertices_m=rest_m[where],
            normals=_unit(normals[where]),
            triangles=triangles,
            share=neck.share[where],
            uv=uv,
            tangents=tangents(rest_m[where], _unit(normals[where]), uv, triangles)
            if uv is not None and part == "skin"
            else None,
            colours=painted[where] if part == "skin" and painted is not None else None,
            deltas_m=mine if moved else None,
            normal_deltas=np.stack(
                [
                    turn[where] if np.abs(delta).max() > _STILL_M else still
                    for turn, delta in zip(turned, mine, strict=True)
                ]
            )
            if moved
            else None,
        )

    face = [of(part, moved=True) for part in _FACE]
    face += [
        _hair(head, person, shapes, kind, material, most=most, wider=wider)
        for kind, material, most, wider in _HAIRS
    ]
    scalp = hair_ribbons(head, person, shapes=len(shapes.names))
    if scalp is not None:
        face.append(_ribboned(scalp, "hair"))
    eyes_m, radius_m = np.asarray(person.eye_centre_m, np.float64), person.eye_radius_m
    pitch_rad = rest_pitch_rad(head, rest_m, eyes_m, float(radius_m.mean()))
    left, right = (_eye(float(radius), pitch_rad, maps) for radius in radius_m)
    return HeadParts(
        face=tuple(face),
        shirt=of("shirt", moved=False),
        eyes=(left, right),
        shapes=shapes.names,
        pivot_m=neck.pivot_m,
        eye_centre_m=person.eye_centre_m,
    )


def _normals(
    vertices_m: Vertices, triangles: Triangles, weld: Int[np.ndarray, " vertex"]
) -> Float[np.ndarray, "vertex 3"]:
    """Smooth normals; forward where a vertex has no area around it, since files know no zero."""
    normals = vertex_normals(vertices_m.astype(np.float64), triangles, weld)
    still = ~normals.any(axis=1)
    normals[still] = (0.0, 0.0, 1.0)
    return normals


def _unit(vectors: Float[np.ndarray, "vertex 3"]) -> Float[np.ndarray, "vertex 3"]:
    wide = vectors.astype(np.float64)
    result: Float[np.ndarray, "vertex 3"] = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return result


def _hair(
    head: Head,
    person: Person,
    shapes: HeadShapes,
    kind: StrandKind,
    material: str,
    *,
    most: int,
    wider: float,
) -> Part:
    """Brows or lashes; they turn with the head and follow the skin."""
    hair = ribbons(
        head, person, head.strands(person, kind), shapes.deltas_m, most=most, wider=wider
    )
    return _ribboned(hair, material)


def _ribboned(hair: Ribbons, material: str) -> Part:
    return Part(
        material=material,
        vertices_m=hair.vertices_m,
        normals=_unit(hair.normals),
        triangles=hair.triangles,
        share=np.ones(len(hair.vertices_m)),
        deltas_m=hair.deltas_m,
    )


def _eye(radius_m: float, pitch_rad: float, maps: HeadMaps | None) -> tuple[Part, ...]:
    """Build an eye that looks ahead; between its lids it is turned as far as in our pictures."""
    mesh = eye_mesh(radius_m, segments=EYE_SEGMENTS)
    turned = mesh.vertices_m @ gaze_rotation(pitch_rad, 0.0).T
    mesh = replace(mesh, vertices_m=turned)
    unwelded = np.arange(len(mesh.region))  # so that no normal is smoothed over two regions
    normals = _unit(_normals(mesh.vertices_m, mesh.triangles, unwelded))
    uv = None if maps is None else maps.eye_uv
    return tuple(
        _eye_part(mesh, normals, uv if material in PAINTED else None, region, material)
        for region, material in _EYE_MATERIALS
    )


def _eye_part(
    mesh: EyeMesh,
    normals: Float[np.ndarray, "vertex 3"],
    uv: Float[np.ndarray, "vertex 2"] | None,
    region: EyeRegion,
    material: str,
) -> Part:
    chosen = np.flatnonzero(mesh.region == region)
    new = np.full(len(mesh.region), -1)
    new[chosen] = np.arange(len(chosen))
    triangles = new[mesh.triangles]
    return Part(
        material=material,
        vertices_m=mesh.vertices_m[chosen],
        normals=normals[chosen],
        triangles=triangles[(triangles >= 0).all(axis=1)],
        uv=None if uv is None else uv[chosen],
    )
