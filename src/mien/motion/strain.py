"""Optical strain: how the skin is stretched and sheared, whatever moves it."""

import numpy as np
from jaxtyping import Float


def optical_strain(
    flow_px: Float[np.ndarray, "*batch row column 2"], *, spacing_px: float = 1.0
) -> Float[np.ndarray, "*batch row column"]:
    """Size of the infinitesimal strain tensor at every cell of a flow field.

    With u to the right and v down: sqrt(u_x^2 + v_y^2 + (u_y + v_x)^2 / 2), the Frobenius norm.
    Central differences inside, one-sided ones at the rim. A shift or a small turn gives none.

    Source: Shreve et al., *Macro- and micro-expression spotting in long videos using
    spatio-temporal strain*, FG 2011.

    Args:
        flow_px: displacement (x right, y down) in pixels.
        spacing_px: distance between neighbouring cells in the same pixels.
    """
    u, v = flow_px[..., 0], flow_px[..., 1]
    u_y, u_x = np.gradient(u, spacing_px, axis=(-2, -1))
    v_y, v_x = np.gradient(v, spacing_px, axis=(-2, -1))
    strain: Float[np.ndarray, "*batch row column"] = np.sqrt(
        u_x**2 + v_y**2 + 0.5 * (u_y + v_x) ** 2
    )
    return strain
