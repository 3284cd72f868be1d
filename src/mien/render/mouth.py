"""How light it is between the lips."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int

from mien.head import Head
from mien.head.noise import smoothstep

_LIPS_M = 0.0015
_NARROW_FADE_M, _FADE_PER_OPENING = 0.016, 0.75
_SLIT_M, _SLIT_LIGHT = (0.0001, 0.0012), 0.04  # lips nearer than this let less light through
# Landmarks along the inner borders of both lips, between the canines.
_INNER_UPPER, _INNER_LOWER = (81, 82, 13, 312, 311), (178, 87, 14, 317, 402)
_MIDDLE = 2  # of these
_GUMS_LIGHT = np.array([1.0, 0.55, 0.50])  # of light that has met flesh often, by colour


@dataclass(frozen=True)
class MouthLight:
    """How much light, and of what colour, falls into a mouth, by how far it is open."""

    vertex: Int[np.ndarray, " inside"]
    """What lies in the mouth: teeth, tongue, cheeks and palate."""

    depth_m: Float64[np.ndarray, " inside"]
    """Behind the lips, which lie close before the teeth."""

    share: Float64[np.ndarray, " inside"]
    """0..1: how far a vertex lies in the mouth and not on the lips."""

    colour_share: Float64[np.ndarray, " inside"]
    """0..1: how far its colour takes part in that of the light."""

    corners: Int[np.ndarray, "lip place 3"]
    weights: Float64[np.ndarray, "lip place 3"]
    """Of the landmarks along the upper and the lower lip."""

    skull: slice
    """The upper teeth, which no unit moves."""

    upward: Float64[np.ndarray, " tooth"]
    """Their places, added up by these weights, give the direction up of the head, also turned."""

    rest_opening_m: Float64[np.ndarray, " place"]

    def openings_m(
        self, vertices: Float64[np.ndarray, "vertex 3"]
    ) -> Float64[np.ndarray, " place"]:
        """Tell how far lips part along the mouth, up the head, by how they lie at rest.

        Lips that slide forward or aside on each other stay closed.
        """
        apart = _apart(self.weights, vertices[self.corners]) @ (self.upward @ vertices[self.skull])
        opened: Float64[np.ndarray, " place"] = np.maximum(apart - self.rest_opening_m, 0.0)
        return opened

    def opening_m(self, vertices: Float64[np.ndarray, "vertex 3"]) -> float:
        """Tell how far the lips stand apart at their middle."""
        return float(self.openings_m(vertices)[_MIDDLE])

    def at(
        self, vertices: Float64[np.ndarray, "vertex 3"]
    ) -> tuple[Float64[np.ndarray, " inside"], Float64[np.ndarray, "inside 3"]]:
        """Give light 0..1 and its colour for what lies in the mouth of a posed mesh.

        Occlusion measured on the closed mouth would leave teeth and tongue black. What lies behind
        a slit between closed lips is dark all the same.
        """
        openings = self.openings_m(vertices)
        fade = _NARROW_FADE_M + _FADE_PER_OPENING * float(openings[_MIDDLE])
        light = np.exp(self.depth_m * (-1.0 / fade))
        bounced = (1 - light)[:, None] * self.colour_share[:, None]
        slit = smoothstep(*_SLIT_M, openings.max(keepdims=True))
        light *= _SLIT_LIGHT + (1 - _SLIT_LIGHT) * slit
        return light, 1 - bounced * (1 - _GUMS_LIGHT)


def mouth_light(
    head: Head,
    rest_m: Float[np.ndarray, "vertex 3"],
    inside: Float[np.ndarray, " vertex"],
    teeth: Int[np.ndarray, " tooth"],
    flesh: Int[np.ndarray, " tongue"],
    skull: slice,
) -> MouthLight:
    """Look into the mouth of a person at rest, on any mesh that begins with the head's vertices.

    ``inside`` is the head's mask on the skin, 0 elsewhere; ``teeth`` and ``flesh`` are the vertices
    of teeth and tongue, ``skull`` are those of the upper teeth.
    """
    share = np.array(inside, np.float64)
    share[teeth] = share[flesh] = 1.0
    vertex = np.flatnonzero(share > 0.02)  # noqa: PLR2004
    colour = share.copy()
    colour[teeth] = 0.35
    rows = np.array((_INNER_UPPER, _INNER_LOWER))
    lips = head.landmarks.points(rest_m)[rows]
    away = rest_m[vertex] - lips[:, _MIDDLE].mean(axis=0)
    away[:, 2] = rest_m[vertex, 2] - (rest_m[teeth, 2].max() + _LIPS_M)
    return MouthLight(
        vertex=vertex,
        depth_m=np.sqrt(0.30 * away[:, 0] ** 2 + np.minimum(away[:, 2], 0.0) ** 2),
        share=share[vertex],
        colour_share=colour[vertex],
        corners=head.landmarks.corners[rows],
        weights=head.landmarks.barycentric[rows],
        skull=skull,
        upward=np.linalg.pinv(rest_m[skull] - rest_m[skull].mean(axis=0))[1],
        rest_opening_m=(lips[0] - lips[1])[:, 1],
    )


def _apart(
    weights: Float64[np.ndarray, "lip place 3"], corners_m: Float64[np.ndarray, "lip place 3 3"]
) -> Float64[np.ndarray, "place 3"]:
    lips = np.einsum("lpc,lpcd->lpd", weights, corners_m)
    apart: Float64[np.ndarray, "place 3"] = lips[0] - lips[1]
    return apart
