"""Turning many points by one small matrix.

Written without the matrix product of numpy: that hands ten thousand rows of three to the threads of
the linear algebra library, which then wait in a busy loop and take the other cores from the bands
of the picture.
"""

import numpy as np
from jaxtyping import Float, Float64


def turned(
    points: Float[np.ndarray, "*many 3"], matrix: Float[np.ndarray, "3 3"]
) -> Float64[np.ndarray, "*many 3"]:
    """Multiply every point by the matrix.

    >>> quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    >>> turned(np.array([[2.0, 0.0, 5.0]]), quarter).tolist()
    [[0.0, 2.0, 5.0]]
    """
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    result = np.zeros(points.shape)
    for row in range(3):
        result[..., row] = matrix[row, 0] * x + matrix[row, 1] * y + matrix[row, 2] * z
    return result
