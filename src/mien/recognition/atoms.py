"""Motion fields of the built-in head's action units, as they would look on one real face."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float
from scipy import sparse

from mien.core.arrays import Points2, Vertices
from mien.core.facs import Channel, channels_of
from mien.head import Head, Person, au_delta
from mien.head.cells import cell_pooling
from mien.motion import GRID
from mien.recognition.basis import Basis
from mien.recognition.registration import Registration, register

READ_UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 20, 23, 24, 25, 26)
"""Units that motion is read by. The lids' closing (43, 45, 46) is read off the eyes' opening."""

_AMPLITUDE = 0.3  # fields are taken at this activation, where micro-expressions live
_MIN_COVER = 0.5


def read_channels() -> tuple[Channel, ...]:
    """The channels of a basis, in order."""
    return tuple(channel for au in READ_UNITS for channel in channels_of(au))


def face_basis(
    head: Head,
    people: Sequence[Person],
    landmarks_px: Points2,
    *,
    size_px: int,
    grid: int = GRID,
) -> Basis:
    """Build the basis of one face: the mean over several people, each laid over the face.

    Args:
        head: the built-in head.
        people: whose fields are averaged.
        landmarks_px: the face's 468 landmarks at rest in the aligned face.
        size_px: side of the aligned face.
        grid: cells along each side.

    Raises:
        FaceError: the landmarks do not span a face.
    """
    channels = read_channels()
    fields = np.zeros((len(channels), grid, grid, 2))
    rigid = np.zeros((6, grid, grid, 2))
    cover = np.zeros((grid, grid))
    for person in people:
        own_fields, own_rigid, own_cover = _of_person(head, person, landmarks_px, size_px, grid)
        fields += own_fields / len(people)
        rigid += own_rigid / len(people)
        cover += own_cover / len(people)
    seen = (cover >= _MIN_COVER) & ~_in_eyes(landmarks_px, size_px, grid)
    return Basis(channels, fields, rigid, seen)


def _of_person(
    head: Head, person: Person, landmarks_px: Points2, size_px: int, grid: int
) -> tuple[
    Float[np.ndarray, "channel row column 2"],
    Float[np.ndarray, "mode row column 2"],
    Float[np.ndarray, "row column"],
]:
    vertices = person.vertices_m.astype(np.float64)
    points = head.landmarks.points(vertices)
    laid = register(points, landmarks_px, size_px=size_px)
    pool, cover = _pooling(head, vertices, laid, size_px, grid)
    rest = laid.project(vertices)
    fields = [
        (laid.project(vertices + _AMPLITUDE * au_delta(head, channel)) - rest) / _AMPLITUDE
        for channel in read_channels()
    ]
    modes = _rigid_motions(laid, vertices)
    shape = (grid, grid, 2)
    return (
        np.stack([(pool @ field).reshape(shape) for field in fields]),
        np.stack([(pool @ mode).reshape(shape) for mode in modes]),
        cover,
    )


def _rigid_motions(laid: Registration, vertices: Vertices) -> list[Float[np.ndarray, "vertex 2"]]:
    """Pixels per metre or radian of the head's shifts and turns, seen in the face."""
    scale = laid.scale_px_per_m
    centred = vertices - vertices.mean(axis=0)
    right, down, near = (centred @ axis for axis in laid.axes)
    one, zero = np.ones_like(right), np.zeros_like(right)
    return [
        scale * np.stack(pair, axis=1)
        for pair in (
            (one, zero),
            (zero, one),
            (right, down),  # towards the camera
            (-down, right),  # roll
            (near, zero),  # yaw
            (zero, near),  # pitch
        )
    ]


def _pooling(
    head: Head, vertices: Vertices, laid: Registration, size_px: int, grid: int
) -> tuple[sparse.csr_array, Float[np.ndarray, "row column"]]:
    """Pool over the skin of a person laid over the face."""
    skin = head.parts["skin"]
    triangles = head.triangles
    mine = triangles[((triangles >= skin.start) & (triangles < skin.stop)).all(axis=1)]
    return cell_pooling(
        laid.project(vertices),
        -laid.depth(vertices),
        mine,
        head.masks["face"],
        size_px=size_px,
        grid=grid,
    )


_EYE_RINGS = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
"""Mesh points round the openings of the right and the left eye."""


def _in_eyes(landmarks_px: Points2, size_px: int, grid: int) -> Bool[np.ndarray, "row column"]:
    """Cells inside the opening of an eye: what moves there is the eyeball."""
    centres = (np.arange(grid) + 0.5) * size_px / grid - 0.5
    x, y = np.meshgrid(centres, centres)
    inside = np.zeros(x.shape, dtype=bool)
    for ring in _EYE_RINGS:
        inside |= _inside(x, y, landmarks_px[list(ring)])
    return inside


def _inside(
    x: Float[np.ndarray, "row column"], y: Float[np.ndarray, "row column"], outline: Points2
) -> Bool[np.ndarray, "row column"]:
    """Even-odd rule: a point is inside when a ray to the right crosses the outline oddly often."""
    odd = np.zeros(x.shape, dtype=bool)
    for (ax, ay), (bx, by) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if ay == by:
            continue
        crosses = ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
        odd ^= crosses
    return odd
