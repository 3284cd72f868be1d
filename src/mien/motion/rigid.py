"""Removal of the rigid part of a face's motion: what the head did, not the face."""

import numpy as np
from jaxtyping import Float

from mien.motion.flow import GRID

_ITERATIONS = 4
_SCALE_FLOOR_PX = 0.02


def zone_weights(
    points_px: Float[np.ndarray, "point 2"], *, size_px: int, radius_px: float
) -> Float[np.ndarray, "row column"]:
    """Weight of each cell in the rigid fit: near the given points 1, far from them 0.

    Args:
        points_px: points that move with the skull (nose ridge, eye corners), in the aligned face.
        size_px: side of the aligned face.
        radius_px: standard deviation of each point's bell.
    """
    centres = (np.arange(GRID) + 0.5) * size_px / GRID - 0.5
    x, y = np.meshgrid(centres, centres)
    cells = np.stack([x, y], axis=-1)
    squared = np.square(cells[:, :, None, :] - points_px).sum(axis=-1)
    weights: Float[np.ndarray, "row column"] = np.exp(-squared / (2 * radius_px**2)).max(axis=-1)
    return np.where(weights > 0.05, weights, 0.0)  # noqa: PLR2004 - the far tail has no say


def remove_similarity(
    flow_px: Float[np.ndarray, "frame row column 2"], weights: Float[np.ndarray, "row column"]
) -> tuple[Float[np.ndarray, "frame row column 2"], Float[np.ndarray, " frame"]]:
    """Fit shift, turn and scale on the weighted cells of each frame and subtract them everywhere.

    Iteratively reweighted least squares with Cauchy weights, so that a moving lid or nostril in
    the zone does not pull the head along. Frames with NaN stay NaN.

    Returns:
        the remaining flow, and the weighted root-mean-square residual in the zone in pixels,
        which is the part of the motion that no similarity explains.
    """
    frames = flow_px.shape[0]
    used = np.flatnonzero(weights.ravel() > 0)
    grid = (np.arange(GRID) + 0.5) / GRID - 0.5
    x, y = (axis.ravel() for axis in np.meshgrid(grid, grid))
    one, zero = np.ones_like(x), np.zeros_like(x)
    # Columns: shift x, shift y, scale, turn. Rows: x parts of all cells, then y parts.
    design = np.stack(
        [
            np.concatenate([one, zero]),
            np.concatenate([zero, one]),
            np.concatenate([x, y]),
            np.concatenate([-y, x]),
        ],
        axis=1,
    )
    both = np.concatenate([used, used + x.size])
    local = design[both]
    base = np.tile(weights.ravel()[used], 2)
    flat = flow_px.reshape(frames, -1, 2).astype(np.float64)
    target = np.concatenate([flat[:, used, 0], flat[:, used, 1]], axis=1)
    seen = np.isfinite(target).all(axis=1)
    parameters = np.full((frames, 4), np.nan)
    residual_px = np.full(frames, np.nan)
    if seen.any():
        wanted = target[seen]
        robust = np.ones_like(wanted)
        solution = np.zeros((len(wanted), 4))
        for _ in range(_ITERATIONS):
            weight = base * robust
            normal = np.einsum("fi,ij,ik->fjk", weight, local, local, optimize=True)
            right = np.einsum("fi,ij,fi->fj", weight, local, wanted, optimize=True)
            solution = np.linalg.solve(normal, right[..., None])[..., 0]
            error = wanted - solution @ local.T
            half = len(used)
            size = np.hypot(error[:, :half], error[:, half:])
            scale = np.maximum(1.5 * np.median(size, axis=1, keepdims=True), _SCALE_FLOOR_PX)
            robust = np.tile(1 / (1 + np.square(size / scale)), 2)
        parameters[seen] = solution
        residual_px[seen] = np.sqrt(
            (base * np.square(wanted - solution @ local.T)).sum(axis=1) / (base.sum() / 2)
        )
    rigid = parameters @ design.T
    cells = x.size
    rigid_field = np.stack([rigid[:, :cells], rigid[:, cells:]], axis=-1)
    remaining = flat - rigid_field
    return remaining.reshape(flow_px.shape).astype(np.float32), residual_px
