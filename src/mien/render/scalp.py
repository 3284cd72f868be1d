"""The scalp under the hair: darkened where hair grows, with a soft and ragged line."""

import numpy as np
from jaxtyping import Float64

from mien.head import Person
from mien.head.ground import number
from mien.head.hairline import scalp_cover
from mien.head.head_size import HeadSize
from mien.head.noise import value_noise
from mien.render.atlas import SkinTexels
from mien.render.body import Body

_CHIN = 152  # landmark
_EAR = 0.1


def hair_cover(
    texels: SkinTexels, person: Person, body: Body, rng: np.random.Generator
) -> Float64[np.ndarray, " texel"]:
    """Tell how much of each texel hair covers, 0..1; the line is ragged, not cut."""
    skin = body.parts["skin"]
    middle = body.eyes_m.mean(axis=0)
    size = HeadSize.of(
        body.rest_m[skin] - middle,
        np.asarray(body.masks["ears"][skin]) > _EAR,
        float(body.landmarks_m[_CHIN, 1] - middle[1]),
    )
    points = texels.position_m
    ragged = 0.0012 * value_noise(points, 0.008, rng)
    ragged += 0.0014 * value_noise(points * (1.0, 0.35, 0.7), 0.0008, rng)
    moved = size.average(points)
    moved[:, 1] += ragged - 0.002  # the first hairs hang over the line
    cover = scalp_cover(moved, texels.masks["ears"], person.appearance) ** 1.2
    density = number(person.appearance, "hair_density")
    result: Float64[np.ndarray, " texel"] = 0.94 * cover * density**0.7
    return result
