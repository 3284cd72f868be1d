"""Teeth that stand where lips show them, and how light it is between the lips.

The source's upper teeth end level with the lip and its tongue fills the gap, so an open mouth shows
no tooth. Here the edge of the upper teeth stands below the upper lip of lips that hang apart, less
far in men and with age, the lower teeth close behind it, and the tongue rests on the floor of the
mouth. How much of the upper teeth relaxed lips show: Vig & Brundo 1978. Who shows less of the upper
teeth shows more of the lower ones when the lower lip is drawn down.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int

from mien.head import Head
from mien.head.noise import smoothstep
from mien.head.subdivision import Subdivided

_UPPER_LIP, _LOWER_LIP = 13, 14  # landmarks at the inner borders
_HANGING = 0.1  # of jawOpen
_MIDDLE_M, _LOWEST_M = 0.005, 0.010
_SHOWN_M = {"female": 0.0034, "male": 0.0023}  # at thirty, lips apart
_LESS_SHOWN_M_PER_YEAR, _FROM_YEARS, _LEAST_SHOWN_M = 0.00004, 30.0, 0.0012
_MOST_COVERED_M = 0.0034  # of the upper teeth by closed lips
_OVERBITE_M, _OVERJET_M = 0.0014, 0.0028  # of the upper incisors over the lower: down, forward
_TONGUE_DOWN_M, _TONGUE_BACK_M = 0.0060, 0.0015
_LIPS_M = 0.0015
_NARROW_FADE_M, _FADE_PER_OPENING = 0.016, 0.75
_SLIT_M, _SLIT_LIGHT = (0.0001, 0.0012), 0.04  # lips nearer than this let less light through
# Landmarks along the inner borders of both lips, between the canines.
_INNER_UPPER, _INNER_LOWER = (81, 82, 13, 312, 311), (178, 87, 14, 317, 402)
_MIDDLE = _INNER_UPPER.index(_UPPER_LIP)
_GUMS_LIGHT = np.array([1.0, 0.55, 0.50])  # of light that has met flesh often, by colour


def shown_teeth_m(sex: str, age_years: float) -> float:
    """Tell how far the upper teeth stand below a relaxed upper lip.

    >>> shown_teeth_m("male", 30.0) < shown_teeth_m("female", 30.0)
    True
    """
    less = _LESS_SHOWN_M_PER_YEAR * max(age_years - _FROM_YEARS, 0.0)
    return max(_SHOWN_M.get(sex, 0.0028) - less, _LEAST_SHOWN_M)


def set_teeth(
    head: Head, fine: Subdivided, rest_m: Float[np.ndarray, "vertex 3"], shown_m: float = 0.0028
) -> Float64[np.ndarray, "vertex 3"]:
    """Move teeth and tongue of a person at rest to where they belong.

    Args:
        head: the built-in head.
        fine: the refined mesh that is drawn, because refining changes where lips end.
        rest_m: the person's vertices, not refined.
        shown_m: of the upper teeth below an upper lip that hangs over parted lips.
    """
    moved = np.array(rest_m, np.float64)
    refined = fine(moved)
    upper, lower = head.parts["teeth_upper"], head.parts["teeth_lower"]
    edge = _front(refined[fine.parts["teeth_upper"]]).min()
    lip = head.landmarks.points(moved)[_UPPER_LIP, 1]
    # Full lips hang over the teeth: lower incisors out of the lower lip's reach were never seen.
    down = edge - max(_lip_edge_m(head, fine, moved) - shown_m, lip - _MOST_COVERED_M)
    moved[upper, 1] -= down
    top = _front(refined[fine.parts["teeth_lower"]]).max()
    moved[lower, 1] += (edge - down + _OVERBITE_M) - top
    foremost = [refined[fine.parts[f"teeth_{jaw}"], 2].max() for jaw in ("upper", "lower")]
    moved[lower, 2] += max(foremost[0] - _OVERJET_M - foremost[1], 0.0)
    moved[head.parts["tongue"]] -= (0.0, _TONGUE_DOWN_M, _TONGUE_BACK_M)
    return moved


def _lip_edge_m(head: Head, fine: Subdivided, rest_m: Float64[np.ndarray, "vertex 3"]) -> float:
    """Find the lower edge of the upper lip, at its middle, of lips that hang apart."""
    skin = fine.parts["skin"]
    drop = _HANGING * head.unit_deltas_m[head.unit_index("jawOpen")]
    way = fine(drop)[skin, 1]
    points = fine(rest_m + drop)[skin]
    lips = head.landmarks.points(rest_m)[[_UPPER_LIP, _LOWER_LIP]]
    teeth = fine(rest_m)[fine.parts["teeth_upper"], 2].max()
    own = (
        (way > 0.3 * way.min())  # of the upper lip
        & (np.abs(points[:, 0] - lips[0, 0]) < _MIDDLE_M)
        & (points[:, 2] > teeth)  # in front of the teeth
        & (points[:, 1] > lips[0, 1] - _LOWEST_M)
    )
    return float(points[own, 1].min() if own.any() else lips[0, 1])


def _front(teeth_m: Float[np.ndarray, "vertex 3"]) -> Float64[np.ndarray, " incisor"]:
    """Give the heights of the incisors' vertices."""
    result: Float64[np.ndarray, " incisor"] = teeth_m[
        teeth_m[:, 2] > teeth_m[:, 2].max() - 0.004, 1
    ]
    return result


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
