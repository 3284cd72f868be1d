"""Dense flow between pictures of one aligned face, without the motion of the head."""

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from mien.motion.flow import GRID, dense_flow
from mien.motion.rigid import remove_similarity, zone_weights
from mien.motion.strain import optical_strain

_RIGID_RADIUS_PX = 10.0


def face_flow(
    reference: UInt8[np.ndarray, "size size"],
    pictures: UInt8[np.ndarray, "frame size size"],
    rigid_px: Float[np.ndarray, "point 2"],
    *,
    grid: int,
) -> Float32[np.ndarray, "frame grid grid 2"]:
    """Displacement of every cell of a face at rest to where it is seen in other pictures.

    Dense inverse search at full size (a small picture loses half of the motion), the similarity of
    nose and eye corners removed, then the mean over each cell.

    Args:
        reference: the aligned face at rest, grey.
        pictures: the aligned face at other times.
        rigid_px: points that move with the skull, in the aligned face.
        grid: cells along each side of the result.

    Returns:
        pixels of the aligned face, x right and y down.
    """
    size = reference.shape[0]
    dense = np.stack([dense_flow(reference, picture) for picture in pictures])
    pooled = np.stack([_pooled(field, GRID) for field in dense])
    weights = zone_weights(rigid_px, size_px=size, radius_px=_RIGID_RADIUS_PX)
    remaining, _ = remove_similarity(pooled, weights)
    cells = np.stack([_pooled(field, grid) for field in dense])
    left: Float32[np.ndarray, "frame grid grid 2"] = cells - _spread(pooled - remaining, grid)
    return left.astype(np.float32)


def with_strain(
    flow_px: Float[np.ndarray, "frame grid grid 2"],
) -> Float32[np.ndarray, "frame grid grid 3"]:
    """Put the optical strain beside the two directions of a flow, in the same pixels a cell."""
    strain = optical_strain(flow_px)
    return np.concatenate([flow_px, strain[..., None]], axis=-1).astype(np.float32)


def _pooled(field: np.ndarray, grid: int) -> np.ndarray:
    pooled: np.ndarray = cv2.resize(field, (grid, grid), interpolation=cv2.INTER_AREA)
    return pooled


def _spread(
    rigid_px: Float[np.ndarray, "frame row column 2"], grid: int
) -> Float[np.ndarray, "frame grid grid 2"]:
    """Give a motion of the whole head on another grid; it is linear in the place."""
    at = (np.arange(GRID) + 0.5) / GRID - 0.5
    y, x = (axis.ravel() for axis in np.meshgrid(at, at, indexing="ij"))
    known = np.stack([np.ones_like(x), x, y], axis=1)
    wanted = (np.arange(grid) + 0.5) / grid - 0.5
    y, x = (axis.ravel() for axis in np.meshgrid(wanted, wanted, indexing="ij"))
    new = np.stack([np.ones_like(x), x, y], axis=1)
    weights = new @ np.linalg.pinv(known)
    flat = rigid_px.reshape(len(rigid_px), -1, 2)
    spread: Float[np.ndarray, "frame grid grid 2"] = np.einsum("nc,fcd->fnd", weights, flat)
    return spread.reshape(len(rigid_px), grid, grid, 2)
