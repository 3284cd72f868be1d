"""Finding faces of any size in a picture of any orientation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from mien.core.arrays import ImageRgb
from mien.faces.detector import Detection, FaceDetector, box_overlaps
from mien.faces.landmarker import FaceLandmarker, Mesh
from mien.faces.region import Region, region_of_box, region_of_landmarks
from mien.faces.warping import invert_transform, quarter_turn, warp
from mien.store.models import FaceModels

TURNS_DEG = (0, 90, 180, 270)

_TILE_PX = 360
"""Side of a tile: a face with 20 px between the eyes fills an eighth of it, as the detector
needs."""

_SMALL_FACE_PX = 60.0
_LOCAL_SIDE_PX = 256
_DISAGREEMENT = 0.25
"""Mean distance between mesh and key points, in eye distances, from which the mesh is wrong."""

_PRESENCE = 0.5

_MESH_EYES = np.array([[33, 133], [362, 263]])
_MESH_NOSE, _MESH_LIPS = 1, (13, 14)


@dataclass(frozen=True)
class FoundFace:
    """A mesh that the detector bears out."""

    mesh: Mesh
    detection_score: float


class FaceSearch:
    """The detectors and the landmark network of one set of models."""

    def __init__(self, models: FaceModels) -> None:
        self._near = FaceDetector(models.detector)
        self._far = FaceDetector(models.far_detector) if models.far_detector else None
        self._landmarker = FaceLandmarker(models.landmarks)

    def fit(self, image: ImageRgb, region: Region) -> Mesh | None:
        """Fit the mesh in a region; None where no face is there."""
        mesh = self._landmarker.fit(image, region)
        return mesh if mesh.presence >= _PRESENCE else None

    def faces(
        self, image: ImageRgb, turn_deg: int, *, tiles: bool, known: Sequence[Mesh] = ()
    ) -> tuple[FoundFace, ...]:
        """Find all faces that detector and mesh agree upon, best first.

        ``turn_deg`` (0, 90, 180, 270) turns the picture counter-clockwise for the detector. With
        ``tiles``, overlapping parts are searched too where nothing or only a small face is seen.
        Faces on which a ``known`` mesh lies already are left out.
        """
        found: list[FoundFace] = []
        for detection in self._detections(image, turn_deg, tiles=tiles):
            if any(_agree(one, detection) for one in known):
                continue
            mesh = self._fit_detection(image, detection)
            if mesh is not None and not any(same_face(mesh, other.mesh) for other in found):
                found.append(FoundFace(mesh, detection.score))
        return tuple(found)

    def confirms(self, image: ImageRgb, mesh: Mesh) -> bool | None:
        """Say whether a detector finds the same face where the mesh lies; None if it finds none."""
        points = mesh.points_px[:, :2].astype(np.float64)
        region = region_of_landmarks(points)
        region = Region(region.centre_px, region.side_px * 4 / 3, region.roll_rad)
        forward = region.to_square(_LOCAL_SIDE_PX)
        detections = self._near.detect(warp(image, forward, _LOCAL_SIDE_PX))
        if not detections:
            return None
        back = invert_transform(forward)
        return any(_agree(mesh, detection.mapped(back)) for detection in detections)

    def upright_score(self, image: ImageRgb, turn_deg: int) -> float:
        """How upright and how well borne out the best face of the turned picture is, 0..1."""
        return max(
            (
                face.detection_score * face.mesh.presence * _uprightness(face.mesh, turn_deg)
                for face in self.faces(image, turn_deg, tiles=False)
            ),
            default=0.0,
        )

    def _fit_detection(self, image: ImageRgb, detection: Detection) -> Mesh | None:
        mesh = self.fit(image, region_of_box(detection.box_px, detection.key_points_px[:2]))
        if mesh is None:
            return None
        # The second fit looks where the first one found the face: the box alone is coarse.
        mesh = self.fit(image, region_of_landmarks(mesh.points_px[:, :2].astype(np.float64)))
        return mesh if mesh is not None and _agree(mesh, detection) else None

    def _detections(self, image: ImageRgb, turn_deg: int, *, tiles: bool) -> tuple[Detection, ...]:
        turned, back = quarter_turn(image, turn_deg)
        found = self._near.detect(turned)
        if self._far and max((d.eye_distance_px for d in found), default=0) < _SMALL_FACE_PX:
            found += self._far.detect(turned)
        if tiles and max((d.eye_distance_px for d in found), default=0) < _SMALL_FACE_PX:
            found += self._in_tiles(turned)
        return tuple(detection.mapped(back) for detection in _distinct(found))

    def _in_tiles(self, image: ImageRgb) -> tuple[Detection, ...]:
        height, width = image.shape[:2]
        side = min(_TILE_PX, height, width)
        # Where the whole picture is hardly larger than a tile, smaller tiles still gain size.
        side = side if max(height, width) > 1.5 * side else max(side // 2, 1)
        found: list[Detection] = []
        for top in _tile_starts(height, side):
            for left in _tile_starts(width, side):
                tile = image[top : top + side, left : left + side]
                shift = np.array([[1.0, 0.0, left], [0.0, 1.0, top]])
                found += [detection.mapped(shift) for detection in self._near.detect(tile)]
        return tuple(found)


def _tile_starts(length: int, side: int) -> list[int]:
    """Starts of tiles that overlap by at least half, the last one flush with the end."""
    count = max(-(-2 * (length - side) // side), 0) + 1
    return [round(i * (length - side) / max(count - 1, 1)) for i in range(count)]


def _distinct(found: tuple[Detection, ...]) -> list[Detection]:
    kept: list[Detection] = []
    for detection in sorted(found, key=lambda one: -one.score):
        boxes = np.array([one.box_px for one in kept]).reshape(-1, 4)
        if not (box_overlaps(detection.box_px, boxes) > 0.3).any():  # noqa: PLR2004 - as the detector
            kept.append(detection)
    return kept


def mesh_key_points(points_px: Float32[np.ndarray, "point 3"]) -> Float32[np.ndarray, "4 2"]:
    """Right eye, left eye, nose tip and mouth centre of a mesh, as the detectors mean them."""
    flat = points_px[:, :2]
    eyes = flat[_MESH_EYES].mean(axis=1)
    return np.vstack([eyes, flat[_MESH_NOSE], flat[list(_MESH_LIPS)].mean(axis=0)])


def mesh_box(points_px: Float32[np.ndarray, "point 3"]) -> np.ndarray:
    """Left, top, width and height of all points of a mesh."""
    low, high = points_px[:, :2].min(axis=0), points_px[:, :2].max(axis=0)
    return np.concatenate([low, high - low]).astype(np.float64)


def same_face(one: Mesh, other: Mesh) -> bool:
    """Whether two meshes lie on each other by more than a third."""
    overlap = box_overlaps(mesh_box(one.points_px), mesh_box(other.points_px)[None])
    return bool(overlap[0] > 1 / 3)


def _uprightness(mesh: Mesh, turn_deg: int) -> float:
    """Cosine of the roll in the picture turned by ``turn_deg``, at least 0."""
    roll_rad = region_of_landmarks(mesh.points_px[:, :2].astype(np.float64)).roll_rad
    return max(float(np.cos(roll_rad - np.radians(turn_deg))), 0.0)


def _agree(mesh: Mesh, detection: Detection) -> bool:
    """Whether eyes, nose and mouth of mesh and detector lie together."""
    eyes = mesh.points_px[_MESH_EYES].mean(axis=1)
    distance = float(np.linalg.norm(eyes[0] - eyes[1]))
    apart = mesh_key_points(mesh.points_px) - detection.key_points_px[:4]
    return bool(np.linalg.norm(apart, axis=1).mean() <= _DISAGREEMENT * distance)
