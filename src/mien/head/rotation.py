"""Turning many points by one small matrix.

Written without the matrix product of numpy: that hands ten thousand rows of three to the threads of
the linear algebra library, which then wait in a busy loop and take the other cores from the bands
of the picture.
"""

import typing

import numpy as np
from jaxtyping import Float, Float64
from numba import njit


def turned(
    points: Float[np.ndarray, "*many 3"], matrix: Float[np.ndarray, "3 3"]
) -> Float64[np.ndarray, "*many 3"]:
    """Multiply every point by the matrix.

    >>> quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    >>> turned(np.array([[2.0, 0.0, 5.0]]), quarter).tolist()
    [[0.0, 2.0, 5.0]]
    """
    flat = np.ascontiguousarray(points, np.float64).reshape(-1, 3)
    result = np.empty(flat.shape)
    _turn(flat, np.ascontiguousarray(matrix, np.float64), result)
    return result.reshape(points.shape)


@njit(cache=True, nogil=True)
@typing.no_type_check
def _turn(points, matrix, result):  # noqa: ANN001, ANN202
    for point in range(points.shape[0]):
        x = points[point, 0]
        y = points[point, 1]
        z = points[point, 2]
        for row in range(3):
            result[point, row] = matrix[row, 0] * x + matrix[row, 1] * y + matrix[row, 2] * z
