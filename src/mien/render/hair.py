"""The hair of the head: strands coloured once, lit in every picture."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from mien.core.arrays import Triangles
from mien.head import Person, Strands, strand_points
from mien.head.ground import optional_number
from mien.head.looks import WHITE_HAIR_RGB
from mien.head.normals import vertex_normals
from mien.head.pose import HeadPose
from mien.head.srgb import linear_from_srgb
from mien.head.view import head_rotation
from mien.render.body import Body
from mien.render.camera import Camera
from mien.render.hair_density import HairDensity, hair_density
from mien.render.light import Light
from mien.render.material import SHIRT, SKIN
from mien.render.paint import Paint
from mien.render.shade_hair import light_hair
from mien.render.strokes import StrokeSet, seen_strokes

OPACITY = 0.9


@dataclass(frozen=True)
class Hair:
    """Strands in the pose at rest; they turn with the head."""

    points_m: Float64[np.ndarray, "strand point 3"]
    half_width_m: Float64[np.ndarray, "strand point"]
    colour: Float64[np.ndarray, "strand point 3"]
    """Linear colour, darker at the root."""

    outward: Float64[np.ndarray, "strand point 3"]
    """Direction out of the hair, by which the head itself shades it."""

    open_sky: Float64[np.ndarray, "strand point"]
    """Share of the room's light that other hair lets through, 0..1."""

    density: HairDensity
    """How much hair lies where, for the shade on neck and face."""


def scalp_hair(
    person: Person,
    strands: Strands,
    triangles: Triangles,
    rng: np.random.Generator,
) -> Hair | None:
    """Colour what grows on a person's scalp; None for the bald.

    ``triangles`` are those of the head as baked.
    """
    if not len(strands.triangle):
        return None
    points = strand_points(strands, person.vertices_m, triangles).astype(np.float64)
    count, steps = points.shape[:2]
    outward = _outward(points)
    look = person.appearance
    colour = linear_from_srgb(np.array(look["hair_rgb"]))
    colour = np.broadcast_to(colour, (count, 1, 3)).copy()
    grey = rng.random((count,)) < optional_number(look, "grey_share")
    white = linear_from_srgb(np.array(WHITE_HAIR_RGB)) * rng.uniform(
        0.6, 1.1, (int(grey.sum()), 1, 1)
    )
    colour[grey] = 0.4 * colour[grey] + 0.6 * white
    colour = colour * np.exp(rng.normal(0, 0.16, (count, 1, 1)))
    colour = colour * (0.72 + 0.45 * np.linspace(0, 1, steps)[:, None])
    order = np.argsort(points.mean(axis=1) @ (0.0, 0.25, 1.0), kind="stable")  # far ones first
    points, outward, colour = points[order], outward[order], colour[order]
    half_width = strands.radius_m[order].astype(np.float64)
    density = hair_density(points, half_width)
    open_sky = density.light_at(points.reshape(-1, 3), outward.reshape(-1, 3)).reshape(count, steps)
    return Hair(points, half_width, colour, outward, open_sky, density)


def _outward(
    points_m: Float64[np.ndarray, "strand point 3"],
) -> Float64[np.ndarray, "strand point 3"]:
    """Point away from the middle of the head, and from the neck's axis below it."""
    middle = np.zeros_like(points_m)
    middle[..., 1] = np.clip(points_m[..., 1], -0.3, 0.03)
    middle[..., 2] = -0.08
    away = points_m - middle
    away /= np.linalg.norm(away, axis=2, keepdims=True) + 1e-12
    outward: Float64[np.ndarray, "strand point 3"] = away
    return outward


def under_hair(paint: Paint, body: Body, hair: Hair | None) -> Paint:
    """Take the shade of the hair into the occlusion of skin and shirt."""
    if hair is None:
        return paint
    normals = vertex_normals(
        body.rest_m,
        body.surface[(body.surface < len(body.rest_m)).all(axis=1)],
        body.weld[: len(body.rest_m)],
    )
    occlusion = paint.occlusion.copy()
    count = len(body.rest_m)
    skin_or_shirt = np.isin(body.material_of_vertex[:count], (SKIN, SHIRT))
    light = hair.density.light_at(body.rest_m, normals)
    occlusion[:count] *= np.where(skin_or_shirt, 0.25 + 0.75 * light, 1.0)
    return replace(paint, occlusion=occlusion)


def hair_strokes(hair: Hair, body: Body, pose: HeadPose, light: Light, camera: Camera) -> StrokeSet:
    """Turn hair with the head, light it and bring it into the picture."""
    shape = hair.points_m.shape
    points = body.neck.turn_points(hair.points_m.reshape(-1, 3), pose).reshape(shape)
    lit = np.empty(shape)
    light_hair(
        (points, hair.colour, hair.outward, hair.open_sky),
        head_rotation(*pose.rotation_rad),
        light.table(),
        light.room(),
        np.array(camera.centre_m),
        lit,
    )
    return seen_strokes(points, hair.half_width_m, lit, OPACITY, camera)
