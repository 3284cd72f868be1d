"""Cropped hair: thousands of short strands that lean with the growth of the scalp."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from mien.head import Person, Strands, strand_points
from mien.head.normals import vertex_normals
from mien.head.srgb import linear_from_srgb
from mien.render.body import Body
from mien.render.material import SKIN


@dataclass(frozen=True)
class Hair:
    """Strands in the pose at rest; they turn with the head."""

    points_m: Float64[np.ndarray, "strand point 3"]
    half_width_m: Float64[np.ndarray, "strand point"]
    colour: Float64[np.ndarray, "strand point 3"]
    """Linear colour, darker at the root."""

    outward: Float64[np.ndarray, "strand 3"]
    """Normal of the scalp at the root."""


def scalp_hair(
    person: Person, body: Body, strands: Strands, rng: np.random.Generator
) -> Hair | None:
    """Colour what grows on a person's scalp; None for the bald."""
    if not len(strands.triangle):
        return None
    points = strand_points(strands, body.rest_m, body.baked).astype(np.float64)
    normals = vertex_normals(
        body.rest_m, body.triangles[body.material == SKIN], body.weld[: len(body.rest_m)]
    )
    root, share = body.baked[strands.triangle[:, 0]], strands.barycentric[:, 0]
    outward = np.einsum("sc,scd->sd", share, normals[root])
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    count, steps = points.shape[:2]
    colour = linear_from_srgb(np.array(person.appearance["hair_rgb"]))
    colour = colour * rng.uniform(0.6, 1.7, (count, 1, 1))
    colour = colour * (0.5 + 1.5 * np.linspace(0, 1, steps)[:, None])
    order = np.argsort(points[:, 0, 1], kind="stable")  # lower strands first
    return Hair(
        points[order], strands.radius_m[order].astype(np.float64), colour[order], outward[order]
    )


def light_hair(
    points_m: Float64[np.ndarray, "strand point 3"],
    colour: Float64[np.ndarray, "strand point 3"],
    outward: Float64[np.ndarray, "strand 3"],
    lights: Float64[np.ndarray, "6 3"],
    room: Float64[np.ndarray, "2 3"],
    eye_m: Float64[np.ndarray, "3"],
) -> Float64[np.ndarray, "strand point 3"]:
    """Light strands as thin cylinders (Kajiya & Kay 1989), one light value a strand.

    ``outward`` is the normal of the scalp, which decides what the head itself shades.
    """
    along = points_m[:, -1] - points_m[:, 0]
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-12
    view = eye_m - points_m[:, 0]
    view /= np.linalg.norm(view, axis=1, keepdims=True)
    rise = (0.5 + 0.5 * outward[:, 1])[:, None]
    diffuse = 0.75 * (room[1] + (room[0] - room[1]) * rise)
    shine = np.zeros((len(points_m), 3))
    across_view = np.sqrt(np.clip(1 - (along * view).sum(axis=1) ** 2, 0, 1))
    for light in range(3):
        direction, strength = lights[light], lights[3 + light]
        open_to = np.clip((np.einsum("sd,d->s", outward, direction) + 0.35) / 1.35, 0, 1)
        cosine = np.einsum("sd,d->s", along, direction)
        across = np.sqrt(np.clip(1 - cosine**2, 0, 1))
        diffuse = diffuse + strength * (0.85 * across * open_to)[:, None]
        mirrored = across * across_view - cosine * (along * view).sum(axis=1)
        shine += strength * (0.07 * open_to * np.clip(mirrored, 0, 1) ** 60)[:, None]
        shine += strength * colour[:, -1] * (1.1 * open_to * np.clip(mirrored, 0, 1) ** 14)[:, None]
    fade = np.linspace(0.3, 1.0, points_m.shape[1])[:, None]
    result: Float64[np.ndarray, "strand point 3"] = (
        colour * diffuse[:, None] + shine[:, None] * fade
    )
    return result
