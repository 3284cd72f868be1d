"""How the cells of an aligned face move with each shape, in one view of one person."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32
from scipy import sparse
from scipy.ndimage import gaussian_filter

from mien.core.arrays import Points2, Triangles
from mien.faces import CROP_SIZE_PX, RIGID_POINTS
from mien.faces.alignment import layout_of, similarity
from mien.head import Head, Person
from mien.head.cells import cell_pooling
from mien.head.view import View
from mien.recognition.canonical import placement_of
from mien.synth.shapes import shape_deltas

GRID = 28
"""Cells along each side, as flow images of apex frames are published."""

_SCALE = 1400.0  # pixels per metre before alignment; it cancels
_STEP = 0.3  # fields are taken at this activation, where micro-expressions live


@dataclass(frozen=True)
class FaceView:
    """How a face is held before a camera, and how it is cut out."""

    rotation_rad: tuple[float, float, float]
    distance_m: float
    """Of the camera: the nearer, the stronger the perspective."""

    zoom: float = 1.0
    """Size of the face against the usual one in the crop."""

    shift: tuple[float, float] = (0.0, 0.0)
    """Shift of the crop (right, down), in parts of its side."""

    roll_rad: float = 0.0
    """Turn of the crop."""


@dataclass(frozen=True)
class MotionFields:
    """Motion of the cells in pixels of a crop of 256 px, for one view of one person."""

    shapes_px: Float32[np.ndarray, "shape row column 2"]
    """Displacement by each shape at weight 1."""

    rigid_px: Float32[np.ndarray, "mode row column 2"]
    """Displacement by the six rigid motions, each of 1 px in the mean."""

    seen: Bool[np.ndarray, "row column"]
    """Cells that show skin of the face."""


def motion_fields(
    head: Head, person: Person, view: FaceView, *, blur_cells: float = 0.0
) -> MotionFields:
    """Take the fields from the geometry, perspective and hidden parts included.

    Args:
        head: the built-in head.
        person: whose face.
        view: how it is held and cut out.
        blur_cells: standard deviation of the blur that measuring flow adds, in cells.
    """
    vertices = person.vertices_m.astype(np.float64)
    camera = View.of_pose(
        view.rotation_rad,
        scale_px_per_m=_SCALE,
        translation_px=(0.0, 0.0),
        distance_m=view.distance_m,
    )
    rest = camera.project(vertices)
    crop = registered_crop(camera.project(head.landmarks.points(vertices)), view)
    pool, cover = cell_pooling(
        _carried(rest, crop),
        camera.depth_m(vertices),
        _skin(head),
        head.masks["face"],
        size_px=CROP_SIZE_PX,
        grid=GRID,
    )
    used = np.unique(pool.indices)
    pool = pool[:, used]
    linear = crop[:, :2]
    seen = cover >= 0.5  # noqa: PLR2004 - half of the cell
    shapes = [
        _pooled(pool, camera.project(vertices[used] + _STEP * delta[used]) - rest[used], linear)
        / _STEP
        for delta in shape_deltas(head)
    ]
    rigid = [_pooled(pool, motion, linear) for motion in _rigid(camera, vertices[used])]
    rigid = [field / max(float(np.abs(field[seen]).mean()), 1e-9) for field in rigid]
    return MotionFields(
        shapes_px=_blurred(np.stack(shapes), seen, blur_cells),
        rigid_px=_blurred(np.stack(rigid), seen, blur_cells),
        seen=seen,
    )


def _skin(head: Head) -> Triangles:
    skin = head.parts["skin"]
    inside = ((head.triangles >= skin.start) & (head.triangles < skin.stop)).all(axis=1)
    triangles: Triangles = head.triangles[inside]
    return triangles


def registered_crop(landmarks_px: Points2, view: FaceView) -> Float[np.ndarray, "2 3"]:
    """Give the map from picture to crop: registered as mien does, then off by the view's jitter."""
    layout = layout_of(landmarks_px[RIGID_POINTS][None]) * CROP_SIZE_PX
    aligned = similarity(landmarks_px[RIGID_POINTS], layout)
    placed = placement_of(_carried(landmarks_px, aligned), size_px=CROP_SIZE_PX)
    back = np.diag(1 / np.asarray(placed.stretch))
    middle = np.full(2, CROP_SIZE_PX / 2 - 0.5)
    start = back @ (aligned[:, 2] - middle - CROP_SIZE_PX * np.asarray(placed.shift))
    cosine, sine = np.cos(view.roll_rad), np.sin(view.roll_rad)
    turn = view.zoom * np.array([[cosine, -sine], [sine, cosine]])
    moved = turn @ start + middle + CROP_SIZE_PX * np.array(view.shift)
    return np.column_stack((turn @ back @ aligned[:, :2], moved))


def _carried(points_px: Points2, matrix: Float[np.ndarray, "2 3"]) -> Points2:
    carried: Points2 = points_px @ matrix[:, :2].T + matrix[:, 2]
    return carried


def _pooled(
    pool: sparse.csr_array, moved_px: Points2, linear: Float[np.ndarray, "2 2"]
) -> Float[np.ndarray, "row column 2"]:
    field: Float[np.ndarray, "row column 2"] = ((pool @ moved_px) @ linear.T).reshape(GRID, GRID, 2)
    return field


def _rigid(camera: View, vertices: Float[np.ndarray, "vertex 3"]) -> list[Points2]:
    """Motion of the picture when the head shifts or turns a little."""
    rest = camera.project(vertices)
    step = 1e-3
    axes = np.asarray(camera.rotation)
    motions = [camera.project(vertices + step * axes[axis]) - rest for axis in range(3)]
    centred = vertices - vertices.mean(axis=0)
    turns = (step * np.cross(axis, centred) for axis in np.eye(3))
    return [*motions, *(camera.project(vertices + turn) - rest for turn in turns)]


def _blurred(
    fields: Float[np.ndarray, "field row column 2"],
    seen: Bool[np.ndarray, "row column"],
    blur_cells: float,
) -> Float32[np.ndarray, "field row column 2"]:
    """Blur over the seen cells; what is not seen stays 0."""
    mask = seen.astype(np.float64)
    if blur_cells <= 0:
        return (fields * mask[..., None]).astype(np.float32)
    sigma = (0, blur_cells, blur_cells, 0)
    weight = gaussian_filter(mask, blur_cells)
    soft = gaussian_filter(fields * mask[..., None], sigma) / np.maximum(weight, 1e-6)[..., None]
    return (soft * mask[..., None]).astype(np.float32)
