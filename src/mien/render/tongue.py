"""The tongue: papillae, a furrow along its middle, wet."""

import numpy as np
from jaxtyping import Float, Float32, Float64

from mien.head.noise import smoothstep, value_noise
from mien.render.atlas import TONGUE_COLUMNS, TONGUE_ROWS

_FLESH = np.array([0.46, 0.185, 0.165])


def tongue_texels(tongue_m: Float[np.ndarray, "vertex 3"]) -> Float64[np.ndarray, "vertex 2"]:
    """Map a tongue from above: column over its width, row from root to tip."""
    low, high = tongue_m.min(axis=0), tongue_m.max(axis=0)
    share = (tongue_m - low) / np.maximum(high - low, 1e-9)
    return np.column_stack((share[:, 0] * (TONGUE_COLUMNS - 1), share[:, 2] * (TONGUE_ROWS - 1)))


def paint_tongue(rng: np.random.Generator) -> Float32[np.ndarray, "row column 5"]:
    """Paint colour and the slopes of the relief along columns and rows."""
    row, column = np.mgrid[:TONGUE_ROWS, :TONGUE_COLUMNS]
    across = column / (TONGUE_COLUMNS - 1) * 2 - 1
    along = row / (TONGUE_ROWS - 1)
    points = np.stack((across * 22.0, along * 55.0, 0 * across), axis=-1).reshape(-1, 3)
    papillae = value_noise(points, 0.9, rng).reshape(row.shape)
    patches = value_noise(points, 6.0, rng).reshape(row.shape)
    coat = smoothstep(0.9, 0.45, along) * smoothstep(0.9, 0.4, np.abs(across))
    furrow = np.exp(-((across / 0.06) ** 2)) * smoothstep(1.0, 0.75, along)
    light = 1 + 0.06 * papillae + 0.06 * patches - 0.22 * furrow
    colour = _FLESH * light[..., None] * (1 - coat[..., None] * np.array([0.0, -0.25, -0.22]))
    height_mm = 0.10 * papillae + 0.12 * patches - 0.9 * furrow
    slope_row, slope_column = np.gradient(height_mm)
    column_mm, row_mm = 44.0 / TONGUE_COLUMNS, 55.0 / TONGUE_ROWS
    painted: Float32[np.ndarray, "row column 5"] = np.dstack(
        (np.clip(colour, 0.01, 1), slope_column / column_mm, slope_row / row_mm)
    ).astype(np.float32)
    return painted
