"""How much the cells of a face move when nothing happens."""

import numpy as np
from jaxtyping import Float

QUANTILE = 0.25
MIN_FLOOR_PX = 0.02


def noise_floor(
    flow_px: Float[np.ndarray, "frame row column 2"], *, quantile: float = QUANTILE
) -> Float[np.ndarray, "row column"]:
    """Standard deviation of each cell's displacement at rest, in pixels a component.

    A low quantile of the lengths, scaled to a standard deviation: on busy video most frames
    move, and a median deviation would call that noise. Never below .02 px, the resolution of the
    flow itself. NaN frames are left out.

    Args:
        flow_px: displacement of every cell.
        quantile: of the lengths; a higher one where the motion itself is what counts as noise.
    """
    seen = np.isfinite(flow_px).all(axis=(1, 2, 3))
    if not seen.any():
        return np.full(flow_px.shape[1:3], np.nan)
    length = np.linalg.norm(flow_px[seen], axis=-1)
    floor: Float[np.ndarray, "row column"] = np.maximum(
        np.quantile(length, quantile, axis=0) / _length_at(quantile), MIN_FLOOR_PX
    )
    return floor


def _length_at(quantile: float) -> float:
    """Quantile of the length of a unit normal vector in the plane (Rayleigh).

    >>> round(_length_at(0.25), 4)
    0.7585
    """
    return float(np.sqrt(-2 * np.log1p(-quantile)))
