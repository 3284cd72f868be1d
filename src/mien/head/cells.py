"""From motion of vertices to mean motion of the cells of a picture of the face."""

import numpy as np
from jaxtyping import Float
from scipy import sparse

from mien.core.arrays import Points2, Triangles
from mien.head.barycentric import barycentric
from mien.head.zbuffer import front_triangles

_SAMPLES = 4  # along each side of a cell
_FACE = 0.5  # of the mask


def cell_pooling(
    points_px: Points2,
    depth_m: Float[np.ndarray, " vertex"],
    triangles: Triangles,
    face: Float[np.ndarray, " vertex"],
    *,
    size_px: int,
    grid: int,
) -> tuple[sparse.csr_array, Float[np.ndarray, "row column"]]:
    """Build the matrix that turns motion of vertices into mean motion of cells.

    Only the skin that is seen counts: each cell is sampled on a grid of 4 x 4, and each sample
    belongs to the triangle nearest the viewer there.

    Args:
        points_px: where the vertices are in the picture.
        depth_m: their distance; smaller is nearer.
        triangles: the skin, which hides what lies behind it.
        face: mask of the vertices; skin outside it belongs to no cell.
        size_px: side of the picture.
        grid: cells along each side.

    Returns:
        A matrix of (grid * grid, vertex), rows of unseen cells empty; and the seen share of each.
    """
    side = grid * _SAMPLES
    xy = (points_px + 0.5) / (size_px / side) - 0.5
    index, _ = front_triangles(xy, depth_m, triangles, width_px=side, height_px=side)
    hit = index >= 0
    mask = (face[triangles] * 1.0).mean(axis=1)
    hit &= np.where(hit, mask[np.maximum(index, 0)], 0.0) > _FACE
    row, column = np.nonzero(hit)
    cell = (row // _SAMPLES) * grid + column // _SAMPLES
    corner = triangles[index[row, column]]
    share = barycentric(np.column_stack((column, row)), xy[corner])
    count = np.bincount(cell, minlength=grid * grid)
    weight = share / count[cell][:, None]
    pool = sparse.csr_array(
        (weight.ravel(), (np.repeat(cell, 3), corner.ravel())), shape=(grid * grid, len(points_px))
    )
    return pool, (count / _SAMPLES**2).reshape(grid, grid)
