"""Lids that slide over the eyeball and stop at each other; lashes turn with them.

Units are linear: a lid that closes by one would cut through the ball on a chord, and would pass the
lower lid on faces whose eyes open less than the source's.
"""

import typing
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64, Int
from numba import njit
from scipy.spatial import cKDTree

from mien.core.arrays import Vertices
from mien.head.eye import CORNEA_CURVATURE, LIMBUS
from mien.head.noise import smoothstep

_REACH = 1.34  # shells of skin within this share of the eyeball's radius slide on it
_LINING = 0.985  # what lies deeper is the inner side of the lid, which nobody sees
_CLEAR_M = 0.00035
_LEAST_WAY_M = 0.0005
_OVERLAP_M = 0.0003  # by which closed lids meet
_LASH_TURN_RAD_PER_M = 90.0  # lashes point down on a closed lid
_UPPER_FADE_M = 0.0025

_CORNEA_CENTRE = float(
    np.sqrt(1 - LIMBUS**2) - CORNEA_CURVATURE * np.cos(np.arcsin(LIMBUS / CORNEA_CURVATURE))
)

Margins = Float[np.ndarray, "lid point 3"]
"""Borders of the upper and the lower lid, from one corner to the other."""


@njit(cache=True, nogil=True)
@typing.no_type_check
def slide_skin(head, lids, eye, stop, push):  # noqa: ANN001, ANN201
    """Move the vertices of the lids in place; fill ``push`` with how far each went.

    lids: vertices, their places and radii at rest, share of the slide, share of the upper lid,
    whether a vertex is outside. eye: centre, optical axis, radius. stop: along the eye, the part of
    its way that the upper lid has to go back.
    """
    skin, rest, rest_radius, share, upper, outer = lids
    centre, axis, radius = eye
    along, passed = stop
    last = along.shape[0] - 1
    for near in range(skin.shape[0]):
        vertex = skin[near]
        x = head[vertex, 0]
        back = passed[0] if x <= along[0] else passed[last]
        for step in range(last):
            if along[step] <= x < along[step + 1]:
                part = (x - along[step]) / (along[step + 1] - along[step])
                back = passed[step] + part * (passed[step + 1] - passed[step])
        back *= upper[near]
        square = 0.0
        cosine = 0.0
        for axis_ in range(3):
            placed = head[vertex, axis_] - back * (head[vertex, axis_] - rest[near, axis_])
            push[near, axis_] = placed - head[vertex, axis_]
            away = placed - centre[axis_]
            square += away * away
            cosine += away * axis[axis_]
        distance = np.sqrt(square)
        wanted = rest_radius[near]
        if outer[near]:
            cosine /= distance
            profile = 1.0
            inside = CORNEA_CURVATURE**2 - _CORNEA_CENTRE**2 * (1.0 - cosine * cosine)
            if cosine > 0.0 and inside > 0.0:
                profile = max(1.0, _CORNEA_CENTRE * cosine + np.sqrt(inside))
            wanted = max(wanted, radius * profile + _CLEAR_M)
        lack = max(wanted - distance, 0.0) * share[near] / distance
        for axis_ in range(3):
            away = head[vertex, axis_] + push[near, axis_] - centre[axis_]
            push[near, axis_] += lack * away
            head[vertex, axis_] += push[near, axis_]


@dataclass(frozen=True)
class LidContact:
    """The skin of the lids around one eyeball, and the lashes that it carries."""

    centre_m: Float64[np.ndarray, "3"]
    radius_m: float
    margins_m: Margins
    """At rest."""

    skin: Int[np.ndarray, " near"]
    """Vertices of the lids."""

    rest_m: Float64[np.ndarray, "near 3"]
    rest_radius_m: Float64[np.ndarray, " near"]
    """Distances from the centre at rest, which a sliding lid keeps."""

    share: Float64[np.ndarray, " near"]
    """0..1: how far a vertex belongs to what slides."""

    upper: Float64[np.ndarray, " near"]
    """0..1: how far it belongs to the upper lid."""

    outer: Bool[np.ndarray, " near"]
    lashes: Mapping[str, Int[np.ndarray, "column row"]]
    """Cards of the ``upper`` and the ``lower`` lashes, from root to tip."""

    carried_by: Mapping[str, Int[np.ndarray, " column"]]
    """For each column of a card the row of ``skin`` that carries its root."""

    def slide(
        self,
        head_m: Float64[np.ndarray, "head_vertex 3"],
        margins_m: Margins,
        axis: Float[np.ndarray, "3"],
    ) -> None:
        """Bring lids that were moved by units to where lids can be, in place; lashes go along.

        ``margins_m`` are the borders as moved by the units, ``axis`` is the unit direction in which
        the eye looks, the head not turned.
        """
        way, passed = self._passed(margins_m)
        push = np.empty_like(self.rest_m)
        slide_skin(
            head_m,
            (self.skin, self.rest_m, self.rest_radius_m, self.share, self.upper, self.outer),
            (self.centre_m, np.ascontiguousarray(axis), self.radius_m),
            (np.ascontiguousarray(margins_m[0, :, 0]), passed),
            push,
        )
        for lid, card in self.lashes.items():
            points = head_m[card]
            root = points[:, :1]
            stem = points - root
            if lid == "upper":
                column = np.interp(root[:, 0, 0], margins_m[0, :, 0], way * (1 - passed))
                stem = _tilted(stem, column * _LASH_TURN_RAD_PER_M)
            head_m[card] = root + push[self.carried_by[lid], None] + stem

    def bared(self, margins_m: Margins) -> Float64[np.ndarray, " near"]:
        """Tell how far the upper lid is out of its crease, 0..1, in a face that may be turned."""
        rest, now = (
            np.linalg.norm(margins[0] - margins[1], axis=1).max()
            for margins in (self.margins_m, margins_m)
        )
        closed = float(np.clip(1 - now / rest, 0, 1))
        result: Float64[np.ndarray, " near"] = closed * self.upper * self.share * self.outer
        return result

    def edge(self, count: int) -> Float64[np.ndarray, " vertex"]:
        """Tell which of ``count`` vertices lie on the wet edges of the lids, 0..1."""
        share = np.zeros(count)
        middle = np.stack([np.interp(self.rest_m[:, 0], m[:, 0], m[:, 1]) for m in self.margins_m])
        away = np.abs(self.rest_m[:, 1] - middle).min(axis=0)
        deep = smoothstep(1.10, 1.03, self.rest_radius_m / self.radius_m)
        share[self.skin] = smoothstep(0.0022, 0.0008, away) * deep
        return share

    def _passed(
        self, margins_m: Margins
    ) -> tuple[Float64[np.ndarray, " point"], Float64[np.ndarray, " point"]]:
        """Tell how far the upper lid came down, and which part of that was past the lower lid."""
        way = self.margins_m[0, :, 1] - margins_m[0, :, 1]
        over = margins_m[1, :, 1] - margins_m[0, :, 1] - _OVERLAP_M
        # Next to the corners lids meet at rest already.
        over = over - np.maximum(self.margins_m[1, :, 1] - self.margins_m[0, :, 1], 0.0)
        passed: Float64[np.ndarray, " point"] = np.clip(
            over / np.maximum(way, _LEAST_WAY_M), 0.0, 1.0
        )
        return np.maximum(way, 0.0), passed


def _tilted(
    stem: Float64[np.ndarray, "column row 3"], angle: Float[np.ndarray, " column"]
) -> Float64[np.ndarray, "column row 3"]:
    """Turn lashes down about the axis from ear to ear."""
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.stack(
        (
            stem[..., 0],
            cosine * stem[..., 1] - sine * stem[..., 2],
            sine * stem[..., 1] + cosine * stem[..., 2],
        ),
        axis=2,
    )


def lid_contact(
    rest_m: Vertices,
    skin: slice,
    lashes: Mapping[str, Int[np.ndarray, "column row"]],
    margins_m: Margins,
    centre_m: Float[np.ndarray, "3"],
    radius_m: float,
) -> LidContact:
    """Find the lids of one eye on a mesh at rest."""
    away = rest_m - centre_m
    distance = np.linalg.norm(away, axis=1)
    near = (distance < _REACH * radius_m) & (away[:, 2] > 0.2 * radius_m)
    own = np.flatnonzero(near[skin]) + skin.start
    tree = cKDTree(rest_m[own])
    middle = margins_m[:, :, 1].mean(axis=0)
    line = np.interp(rest_m[own, 0], margins_m[0, :, 0], middle)
    return LidContact(
        centre_m=np.asarray(centre_m, np.float64),
        radius_m=radius_m,
        margins_m=margins_m,
        skin=own,
        rest_m=np.array(rest_m[own], np.float64),
        rest_radius_m=distance[own],
        share=smoothstep(_REACH, 1.12, distance[own] / radius_m),
        upper=smoothstep(-_UPPER_FADE_M, _UPPER_FADE_M, rest_m[own, 1] - line),
        outer=distance[own] > _LINING * radius_m,
        lashes=lashes,
        carried_by={
            lid: np.asarray(tree.query(rest_m[card[:, 0]])[1], np.intp)
            for lid, card in lashes.items()
        },
    )
