"""Smoothing of cell fields over the face, without what lies beside it."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import gaussian_filter

DEVIATION_CELLS = 0.9


def smooth_cells(
    fields_px: Float[np.ndarray, "field row column 2"],
    seen: Bool[np.ndarray, "row column"],
    *,
    deviation_cells: float = DEVIATION_CELLS,
) -> Float[np.ndarray, "field row column 2"]:
    """Gaussian mean over neighbouring cells of the face.

    Noise of the flow differs from cell to cell, motion of skin hardly does: what the mean takes
    away is mostly noise. Measured fields and the fields that they are compared with must be
    smoothed alike. Cells beside the face have no say and come back as they were.

    Args:
        fields_px: displacements of the cells; a field with NaN stays NaN.
        seen: cells that show the face.
        deviation_cells: standard deviation of the Gaussian.
    """
    axes = (0.0, deviation_cells, deviation_cells, 0.0)
    inside = seen.astype(np.float32)
    weight = gaussian_filter(inside, deviation_cells, mode="constant", truncate=3.0)
    inner = np.where(seen[:, :, None], fields_px, 0)
    total = gaussian_filter(inner, axes, mode="constant", truncate=3.0)
    mean: Float[np.ndarray, "field row column 2"] = np.where(
        seen[:, :, None], total / np.maximum(weight, 1e-6)[:, :, None], fields_px
    )
    return mean.astype(fields_px.dtype)
