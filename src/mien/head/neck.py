"""How a turning head takes its neck along."""

import typing
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64
from numba import njit

from mien.core.arrays import Points3, Vertices
from mien.head.pose import HeadPose
from mien.head.rotation import turned
from mien.head.view import head_rotation

_PIVOT_FROM_EYES_M = (0.0, -0.075, -0.092)  # between skull base and upper neck
_AXIS = np.array([0.0, 0.857, 0.515])  # chin and nape lie on one level along it
_STILL_M, _TURNING_M = -0.075, -0.008  # along the axis from the pivot


@dataclass(frozen=True)
class Neck:
    """Which points turn with the head, and about what."""

    pivot_m: Float64[np.ndarray, "3"]
    share: Float64[np.ndarray, " vertex"]
    """0 where a vertex stays with the shoulders, 1 where it turns with the head."""

    def turn_points(self, points_m: Points3, pose: HeadPose) -> Float64[np.ndarray, "point 3"]:
        """Move points that belong to the head."""
        matrix = head_rotation(*pose.rotation_rad)
        moved: Float64[np.ndarray, "point 3"] = (
            turned(points_m - self.pivot_m, matrix) + self.pivot_m + np.array(pose.translation_m)
        )
        return moved

    def turn_vertices(
        self, vertices_m: Vertices, pose: HeadPose
    ) -> Float64[np.ndarray, "vertex 3"]:
        """Move the whole mesh; the neck bends between shoulders and head."""
        if not any(pose.rotation_rad):
            shifted: Float64[np.ndarray, "vertex 3"] = vertices_m + np.array(pose.translation_m)
            return shifted
        result = np.empty(vertices_m.shape)
        _bend(
            np.ascontiguousarray(vertices_m, np.float64),
            self.share,
            self.pivot_m,
            head_rotation(*pose.rotation_rad) - np.eye(3),
            np.array(pose.translation_m, np.float64),
            result,
        )
        return result


@njit(cache=True, nogil=True)
@typing.no_type_check
def _bend(vertices, share, pivot, change, shift, result):  # noqa: ANN001, ANN202
    """Turn every vertex by its share of a change of rotation."""
    for vertex in range(vertices.shape[0]):
        x = vertices[vertex, 0] - pivot[0]
        y = vertices[vertex, 1] - pivot[1]
        z = vertices[vertex, 2] - pivot[2]
        for row in range(3):
            turned_by = change[row, 0] * x + change[row, 1] * y + change[row, 2] * z
            result[vertex, row] = (vertices[vertex, row] + turned_by * share[vertex]) + shift[row]


def neck_of(rest_m: Vertices, eyes_m: Float[np.ndarray, "2 3"]) -> Neck:
    """Lay the bend of the neck into a mesh at rest."""
    pivot = eyes_m.mean(axis=0) + np.array(_PIVOT_FROM_EYES_M)
    along = np.clip(((rest_m - pivot) @ _AXIS - _STILL_M) / (_TURNING_M - _STILL_M), 0, 1)
    return Neck(pivot, along * along * (3 - 2 * along))
