"""A texture map of the head made for faces: skin unrolled from a cylinder, and room for the rest.

The unrolled map has the same number of texels per metre everywhere on the face, which the mesh's
own map has not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int

from mien.core.arrays import Triangles, Vertices
from mien.head.barycentric import barycentric
from mien.head.unrolled import RADIUS_M, unrolled
from mien.render.raster import NOTHING, visibility
from mien.render.teeth import TEETH_COLUMNS, TEETH_ROWS

CHANNELS = 9
"""Of the texture: colour (3), relief in metres, folds in metres, blurred colour (3), the folds that
cross the first ones."""

RELIEF, FIRST_FOLDS, BLURRED, SECOND_FOLDS = 3, 4, 5, 8

HALF_TURN_RAD = 2.35
"""Half of the turn around the neck that the map holds."""

_ABOVE_EYES_M, _BELOW_EYES_M = 0.135, 0.29
EYE_TEXELS = 192
"""Side of the eye's map: a disc over the polar angle from the pupil."""

EYE_REACH_RAD = 1.9
"""Polar angle at the edge of that disc."""

IRIS_TEXELS = 144
"""Side of the map of the iris seen straight on."""

IRIS_REACH = 1.10
"""Radius at the edge of that map, as a share of the iris' radius."""

TONGUE_COLUMNS, TONGUE_ROWS = 96, 128
"""Of the map of the tongue seen from above, its tip in the last row."""

_MARGIN = 4


@dataclass(frozen=True)
class Atlas:
    """Where everything lies on the texture, in texels."""

    texels_per_m: float
    width: int
    skin_height: int

    @property
    def height(self) -> int:
        """Skin above; eyes, teeth, tongue and a white patch below."""
        below_teeth = max(IRIS_TEXELS, TONGUE_ROWS) + 2 * TEETH_ROWS + 4 * _MARGIN
        return self.skin_height + max(EYE_TEXELS, below_teeth) + 2 * _MARGIN

    def skin_texels(
        self, rest_m: Vertices, eyes_m: Float[np.ndarray, "2 3"]
    ) -> Float64[np.ndarray, "vertex 2"]:
        """Unroll points of the surface at rest."""
        along, up, _ = unrolled(rest_m - eyes_m.mean(axis=0)).T
        return np.column_stack(
            (
                (self.width - 1) / 2 + along * self.texels_per_m,
                (_ABOVE_EYES_M - up) * self.texels_per_m,
            )
        )

    def eye_texels(
        self, directions: Float[np.ndarray, "vertex 3"]
    ) -> Float64[np.ndarray, "vertex 2"]:
        """Map directions from the eye's centre (z through the pupil)."""
        x, y, z = directions.T
        angle = np.arctan2(np.hypot(x, y), z)
        scale = angle / EYE_REACH_RAD * (EYE_TEXELS / 2 - 1) / np.maximum(np.hypot(x, y), 1e-9)
        middle = _MARGIN + (EYE_TEXELS - 1) / 2
        return np.column_stack((middle + x * scale, self.skin_height + middle - y * scale))

    @property
    def white_texel(self) -> tuple[float, float]:
        """A place of the texture that is white."""
        return (2.0 * _MARGIN, float(self.height - 2 * _MARGIN))

    @property
    def eye_corner(self) -> tuple[int, int]:
        """First row and column of the eye's map."""
        return (self.skin_height + _MARGIN, _MARGIN)

    @property
    def iris_corner(self) -> tuple[int, int]:
        """First row and column of the map of the iris."""
        return (self._below_teeth, EYE_TEXELS + 3 * _MARGIN)

    @property
    def tongue_corner(self) -> tuple[int, int]:
        """First row and column of the map of the tongue."""
        return (self._below_teeth, EYE_TEXELS + IRIS_TEXELS + 5 * _MARGIN)

    @property
    def _below_teeth(self) -> int:
        return self.skin_height + 2 * TEETH_ROWS + 4 * _MARGIN

    def teeth_corner(self, *, upper: bool) -> tuple[int, int]:
        """First row and column of the map of one jaw."""
        below = 0 if upper else TEETH_ROWS + _MARGIN
        return (self.skin_height + _MARGIN + below, EYE_TEXELS + 3 * _MARGIN)

    def blank(self) -> Float32[np.ndarray, "row column 9"]:
        """Give an all-white texture: colour, relief, folds, blurred colour, other folds."""
        texture = np.ones((self.height, self.width, CHANNELS), np.float32)
        texture[..., [RELIEF, FIRST_FOLDS, SECOND_FOLDS]] = 0.0
        return texture


def atlas_for(texels_per_m: float) -> Atlas:
    """Lay the texture out at a resolution."""
    return Atlas(
        texels_per_m=texels_per_m,
        width=max(
            int(2 * HALF_TURN_RAD * RADIUS_M * texels_per_m),
            EYE_TEXELS + TEETH_COLUMNS + 4 * _MARGIN,
        ),
        skin_height=int((_ABOVE_EYES_M + _BELOW_EYES_M) * texels_per_m),
    )


@dataclass(frozen=True)
class SkinTexels:
    """The texels that show skin, with what lies under each."""

    row: Int[np.ndarray, " texel"]
    column: Int[np.ndarray, " texel"]
    position_m: Float64[np.ndarray, "texel 3"]
    """At rest, from the midpoint of the eyes."""

    masks: Mapping[str, Float64[np.ndarray, " texel"]]


def skin_texels(
    atlas: Atlas,
    rest_m: Vertices,
    triangles: Triangles,
    masks: Mapping[str, Float[np.ndarray, " vertex"]],
    eyes_m: Float[np.ndarray, "2 3"],
) -> SkinTexels:
    """Find the outermost skin under every texel."""
    place = atlas.skin_texels(rest_m, eyes_m)
    away = rest_m - eyes_m.mean(axis=0)
    seen = visibility(
        np.column_stack((place, unrolled(away)[:, 2] + 1.0)),
        triangles,
        width_px=atlas.width,
        height_px=atlas.skin_height,
        samples=1,
    )
    row, column = np.nonzero(seen.ids != NOTHING)
    corners = triangles[seen.ids[row, column]]
    weights = barycentric(np.column_stack((column, row)), place[corners])
    return SkinTexels(
        row=row,
        column=column,
        position_m=np.einsum("tc,tcd->td", weights, away[corners]),
        masks={
            name: np.einsum("tc,tc->t", weights, mask[corners].astype(np.float64))
            for name, mask in masks.items()
        },
    )
