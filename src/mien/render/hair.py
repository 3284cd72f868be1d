"""Cropped hair: thousands of short strands that lean with the growth of the scalp."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from mien.head import Person
from mien.head.srgb import linear_from_srgb
from mien.render.body import Body
from mien.render.material import SKIN
from mien.render.noise import smoothstep, value_noise

_STRANDS = 18000
_POINTS = 5
_HALF_WIDTH_M = 0.00009  # a drawn strand stands for a few hairs


@dataclass(frozen=True)
class Hair:
    """Strands in the pose at rest; they turn with the head."""

    points_m: Float64[np.ndarray, "strand point 3"]
    half_width_m: Float64[np.ndarray, "strand point"]
    colour: Float64[np.ndarray, "strand point 3"]
    """Linear colour, darker at the root."""

    outward: Float64[np.ndarray, "strand 3"]
    """Normal of the scalp at the root."""


def grow_hair(person: Person, body: Body, rng: np.random.Generator) -> Hair | None:
    """Grow cropped hair where the scalp mask says, away from the whorl; None for the bald."""
    look = person.appearance
    length_m, density = float(look["hair_length_m"]), float(look["hair_density"])  # type: ignore[arg-type]
    if density <= 0:
        return None
    triangles = body.triangles[body.material == SKIN]
    corners = body.rest_m[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(normals, axis=1)
    scalp = body.masks["scalp"][triangles].mean(axis=1)
    chance = area * smoothstep(0.05, 0.6, scalp)
    count = int(_STRANDS * density)
    picked = rng.choice(len(triangles), count, p=chance / chance.sum())
    share = rng.dirichlet((1.0, 1.0, 1.0), count)
    root = np.einsum("sc,scd->sd", share, corners[picked])
    normal = normals[picked] / area[picked, None]

    away = root - body.eyes_m.mean(axis=0)
    crown = np.array([0.0, 0.105, -0.125])  # the whorl, from the middle of the eyes
    flow = away - crown
    flow[:, 0] += 0.02 * value_noise(away, 0.05, rng)
    flow /= np.linalg.norm(flow, axis=1, keepdims=True)
    clump = np.column_stack([value_noise(away, 0.011, rng) for _ in range(3)])
    flow += 0.30 * clump + rng.normal(0, 0.16, (count, 3))
    flow -= normal * (flow * normal).sum(axis=1, keepdims=True)
    flow /= np.linalg.norm(flow, axis=1, keepdims=True) + 1e-9
    front = smoothstep(-0.07, 0.0, away[:, 2]) * smoothstep(0.05, 0.09, away[:, 1])
    lift = (0.42 + 0.55 * front)[:, None] + 0.12 * rng.standard_normal((count, 1))
    direction = flow + lift * normal
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    edge = smoothstep(0.15, 0.9, scalp[picked])
    top = smoothstep(0.035, 0.085, away[:, 1])
    length = length_m * (0.45 + 0.55 * edge) * (0.55 + 0.9 * top) * rng.uniform(0.7, 1.15, count)
    step = np.linspace(0, 1, _POINTS)[:, None]
    bend = 0.35 * flow - 0.15 * normal
    points = root[:, None] + length[:, None, None] * (
        direction[:, None] * step + bend[:, None] * step**2
    )
    colour = linear_from_srgb(np.array(look["hair_rgb"])) * rng.uniform(0.6, 1.7, (count, 1, 1))
    colour = colour * (0.5 + 1.5 * step)
    width = _HALF_WIDTH_M * rng.uniform(0.7, 1.2, (count, 1)) * (1 - 0.8 * step[:, 0] ** 2)
    order = np.argsort(root[:, 1], kind="stable")  # lower strands first
    return Hair(points[order], width[order], colour[order], normal[order])


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
