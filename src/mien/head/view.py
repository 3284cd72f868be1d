"""The camera: where a point of the head lands in the image, and which points are seen."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mien.core.arrays import Points2, Points3, Triangles, Vertices
from mien.core.errors import UsageError
from mien.head.zbuffer import front_triangles


def head_rotation(
    pitch_rad: float, yaw_rad: float, roll_rad: float = 0.0
) -> Float[np.ndarray, "3 3"]:
    """Rotation matrix of a head pose: nod, then turn; roll innermost.

    >>> face_forward = head_rotation(0.0, np.pi / 2) @ np.array([0.0, 0.0, 1.0])
    >>> face_forward.round(6).tolist()  # turned to the subject's left
    [1.0, 0.0, 0.0]

    Args:
        pitch_rad: Nod, positive down.
        yaw_rad: Turn, positive to the subject's left.
        roll_rad: Tilt, positive towards the subject's left shoulder.
    """
    sp, sy, sr = math.sin(pitch_rad), math.sin(yaw_rad), math.sin(roll_rad)
    cp, cy, cr = math.cos(pitch_rad), math.cos(yaw_rad), math.cos(roll_rad)
    # The product of the turn, the nod and the tilt, written out: it is needed often.
    return np.array(
        [
            [cy * cr - sy * sp * sr, cy * sr + sy * sp * cr, sy * cp],
            [-cp * sr, cp * cr, -sp],
            [-sy * cr - cy * sp * sr, -sy * sr + cy * sp * cr, cy * cp],
        ]
    )


@dataclass(frozen=True)
class View:
    """A camera on the z axis that looks at the head: weak perspective, or pinhole at a distance.

    >>> view = View(scale_px_per_m=1000.0, translation_px=(100.0, 80.0))
    >>> view.project(np.array([[0.01, 0.02, 0.0]])).tolist()
    [[110.0, 60.0]]
    """

    scale_px_per_m: float
    """Pixels per metre at the head's origin."""

    rotation: tuple[tuple[float, float, float], ...] = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    """Rotation of the head before it is projected, three rows."""

    translation_px: tuple[float, float] = (0.0, 0.0)
    """Image position of the head's origin."""

    distance_m: float = float("inf")
    """Distance of the camera from the head's origin; infinite for weak perspective."""

    def __post_init__(self) -> None:
        """Refuse a camera that forms no image."""
        if not (self.scale_px_per_m > 0 and self.distance_m > 0):
            msg = (
                "Expected scale and distance above 0, but got "
                f"{self.scale_px_per_m} px/m and {self.distance_m} m."
            )
            raise UsageError(msg)

    @classmethod
    def of_pose(
        cls,
        rotation_rad: tuple[float, float, float],
        *,
        scale_px_per_m: float,
        translation_px: tuple[float, float],
        distance_m: float = float("inf"),
    ) -> "View":
        """Build a view from pitch, yaw and roll."""
        rows = head_rotation(*rotation_rad)
        return cls(
            scale_px_per_m=scale_px_per_m,
            rotation=tuple((float(x), float(y), float(z)) for x, y, z in rows),
            translation_px=translation_px,
            distance_m=distance_m,
        )

    def turned(self, points_m: Points3) -> Points3:
        """Rotate points from the head's frame to the camera's."""
        result: Points3 = points_m @ np.asarray(self.rotation, dtype=np.float64).T
        return result

    def project(self, points_m: Points3) -> Points2:
        """Image position of points of the head."""
        turned = self.turned(points_m)
        # 1 / (1 - z / distance) stays exact for an infinite distance.
        scale = self.scale_px_per_m / (1.0 - turned[:, 2:] / self.distance_m)
        image: Points2 = np.asarray(self.translation_px) + scale * turned[:, :2] * (1.0, -1.0)
        return image

    def depth_m(self, points_m: Points3) -> Float[np.ndarray, " point"]:
        """Depth behind the plane through the origin that faces the camera; smaller is nearer."""
        return -self.turned(points_m)[:, 2]


def visible_vertices(
    vertices_m: Vertices,
    triangles: Triangles,
    view: View,
    *,
    width_px: int = 256,
    tolerance_m: float = 0.002,
) -> Bool[np.ndarray, " vertex"]:
    """Tell which vertices the camera sees, self-occlusion included.

    The mesh is drawn into a z-buffer of its own, ``width_px`` pixels wide and cut to the mesh, so
    the answer does not depend on the size of the picture.

    Args:
        vertices_m: Vertices in the head's frame.
        triangles: Triangles that hide what lies behind them, wound outward.
        view: The camera.
        width_px: Pixels along the longer side of the buffer.
        tolerance_m: Depth by which a vertex may lie behind the surface and still count as seen.
    """
    image, depth = view.project(vertices_m), view.depth_m(vertices_m)
    low = image.min(axis=0)
    extent = float((image.max(axis=0) - low).max())
    if not extent > 0:
        msg = f"Expected a mesh that covers some of the image, but its extent is {extent} px."
        raise UsageError(msg)
    scaled = (image - low) * ((width_px - 1) / extent)
    _, nearest_m = front_triangles(scaled, depth, triangles, width_px=width_px, height_px=width_px)
    # The farthest of the four neighbouring pixels: a vertex at a silhouette is not lost.
    column = np.clip(np.floor(scaled[:, 0]).astype(np.intp), 0, width_px - 2)
    row = np.clip(np.floor(scaled[:, 1]).astype(np.intp), 0, width_px - 2)
    corners = np.stack([nearest_m[row + dy, column + dx] for dy in (0, 1) for dx in (0, 1)])
    surface = np.where(np.isfinite(corners), corners, np.inf).max(axis=0)
    seen = depth <= surface + tolerance_m
    facing = _faces_camera(image, triangles)
    result: Bool[np.ndarray, " vertex"] = seen & facing
    return result


def _faces_camera(image: Points2, triangles: Triangles) -> Bool[np.ndarray, " vertex"]:
    """Vertices of at least one triangle that turns its outer side to the camera."""
    a, b, c = (image[triangles[:, corner]] for corner in range(3))
    doubled_area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (
        c[:, 0] - a[:, 0]
    )
    facing = np.zeros(len(image), dtype=np.bool_)
    # y points down, so an outward triangle runs clockwise in numbers.
    facing[triangles[doubled_area < 0].ravel()] = True
    return facing
