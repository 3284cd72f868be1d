"""The 468 points of the MediaPipe face mesh, bound to the skin of the built-in head."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mien.core.arrays import Points3, Triangles, Vertices


@dataclass(frozen=True)
class LandmarkEmbedding:
    """Where every landmark lies on the mesh: a triangle and barycentric coordinates.

    The points move with identity and expression, as the skin does. Index and name of a landmark
    are MediaPipe's: 33 is the outer corner of the subject's right eye, 263 of the left.
    """

    triangle: Int[np.ndarray, " landmark"]
    """Index of a triangle of the head."""

    barycentric: Float[np.ndarray, "landmark 3"]
    """Weights of the triangle's corners; each row sums to 1."""

    corners: Int[np.ndarray, "landmark 3"]
    """Vertex indices of the triangle's corners."""

    @classmethod
    def on(
        cls,
        triangles: Triangles,
        triangle: Int[np.ndarray, " landmark"],
        barycentric: Float[np.ndarray, "landmark 3"],
    ) -> "LandmarkEmbedding":
        """Bind points to a mesh."""
        return cls(triangle=triangle, barycentric=barycentric, corners=triangles[triangle])

    def points(self, vertices_m: Vertices) -> Points3:
        """Positions in metres on a mesh with this topology, identity and expression included."""
        result: Points3 = np.einsum("lc,lcd->ld", self.barycentric, vertices_m[self.corners])
        return result
