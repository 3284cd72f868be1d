"""How much the cells of a face move when nothing happens."""

import numpy as np
from jaxtyping import Float

QUANTILE = 0.25
_RAYLEIGH_QUARTILE = 0.7585  # 25 % point of the length of a unit normal vector in the plane
MIN_FLOOR_PX = 0.02


def noise_floor(
    flow_px: Float[np.ndarray, "frame row column 2"],
) -> Float[np.ndarray, "row column"]:
    """Standard deviation of each cell's displacement at rest, in pixels a component.

    A low quantile of the lengths, scaled to a standard deviation: on busy video most frames
    move, and a median deviation would call that noise. Never below .02 px, the resolution of the
    flow itself. NaN frames are left out.
    """
    seen = np.isfinite(flow_px).all(axis=(1, 2, 3))
    if not seen.any():
        return np.full(flow_px.shape[1:3], np.nan)
    length = np.linalg.norm(flow_px[seen], axis=-1)
    floor: Float[np.ndarray, "row column"] = np.maximum(
        np.quantile(length, QUANTILE, axis=0) / _RAYLEIGH_QUARTILE, MIN_FLOOR_PX
    )
    return floor
