"""Where a point lies in a triangle of the picture."""

import numpy as np
from jaxtyping import Float, Float64, Num


def barycentric(
    points: Num[np.ndarray, "point 2"], corners: Float[np.ndarray, "point 3 2"]
) -> Float64[np.ndarray, "point 3"]:
    """Weigh the corners of a triangle of its own for each point, so that they give the point.

    >>> barycentric(np.array([[1, 0]]), np.array([[[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]]])).tolist()
    [[0.75, 0.25, 0.0]]

    Args:
        points: One a triangle; a weight is below 0 where it lies outside.
        corners: The triangles, seen with some area.
    """
    ab, ac = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    ap = points - corners[:, 0]
    area = ab[:, 0] * ac[:, 1] - ac[:, 0] * ab[:, 1]
    u = (ap[:, 0] * ac[:, 1] - ac[:, 0] * ap[:, 1]) / area
    v = (ab[:, 0] * ap[:, 1] - ap[:, 0] * ab[:, 1]) / area
    return np.column_stack((1 - u - v, u, v))
