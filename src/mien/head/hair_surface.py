"""The skin and the shirt as something that hair lies on: distance and direction at any point."""

# ruff: noqa: PLR2004 - thresholds of masks

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from scipy.spatial import cKDTree

from mien.core.arrays import Points3
from mien.head.ground import Ground
from mien.head.head_size import HeadSize
from mien.head.normals import vertex_normals

_NEIGHBOURS = 3
_EAR = 0.1
_BESIDE_EAR_M = 0.011
_CHIN = 152  # landmark


@dataclass(frozen=True)
class HairSurface:
    """Points of skin and shirt with normals, without the ears: hair may fall behind them."""

    points_m: Float64[np.ndarray, "point 3"]
    normals: Float64[np.ndarray, "point 3"]
    tree: cKDTree
    size: HeadSize
    """Of this head beside the average one."""

    @classmethod
    def of(cls, ground: Ground) -> "HairSurface":
        """Take the surface of one head, its eyes' midpoint at the origin."""
        vertices = ground.mean_m.astype(np.float64)
        triangles = ground.part_triangles("skin", "shirt")
        normals = vertex_normals(vertices, triangles, ground.weld)
        skin = np.unique(ground.part_triangles("skin"))
        lies_on = (ground.masks["ears"] < _EAR) & (ground.masks["inside_mouth"] < 0.1)
        # Around an ear the skin turns every way; hair follows what lies farther from it.
        ear = vertices[ground.masks["ears"] > 0.5]
        lies_on &= cKDTree(ear).query(vertices)[0] > _BESIDE_EAR_M
        used = np.unique(triangles)
        used = used[lies_on[used] & (np.abs(normals[used]).max(axis=1) > 0)]
        chin_y_m = float(ground.landmarks.points(vertices)[_CHIN, 1])
        return cls(
            points_m=vertices[used],
            normals=normals[used],
            tree=cKDTree(vertices[used]),
            size=HeadSize.of(vertices[skin], ground.masks["ears"][skin] > _EAR, chin_y_m),
        )

    def distance(
        self, points_m: Points3
    ) -> tuple[Float64[np.ndarray, " point"], Float64[np.ndarray, "point 3"]]:
        """Signed distance from the surface (below 0 inside) and the direction away from it."""
        away, nearest = self.tree.query(points_m, k=_NEIGHBOURS)
        weight: Float64[np.ndarray, "point near"] = 1.0 / (np.asarray(away) + 1e-4)
        weight /= weight.sum(axis=1, keepdims=True)
        normal = np.einsum("pk,pkd->pd", weight, self.normals[nearest])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
        offset = points_m[:, None] - self.points_m[nearest]
        signed = np.einsum("pkd,pkd,pk->p", offset, self.normals[nearest], weight)
        return signed, normal
