"""Landmarks and optical flow that follow from the geometry, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float16, Float32, Float64
from scipy import sparse

from mien.core.arrays import Points2
from mien.faces import CROP_SIZE_PX, RIGID_POINTS
from mien.faces.alignment import layout_of, similarity
from mien.head.barycentric import barycentric
from mien.head.cells import cell_pooling
from mien.head.zbuffer import front_triangles
from mien.synth.footage import Poses
from mien.synth.stage import Stage

GRIDS = (28, 32)
"""Cells along each side of the aligned face, as flow images and mien's reader have."""


@dataclass(frozen=True)
class TrueMotion:
    """Motion of one clip."""

    landmarks_px: Float32[np.ndarray, "frame 468 2"]
    """Where the points of the face mesh fall in the picture, hidden ones too."""

    crop_from_frame: Float32[np.ndarray, "frame 2 3"]
    """Similarity that carries each picture onto the aligned face of 256 px."""

    flow28_px: Float16[np.ndarray, "frame 28 28 2"]
    """Mean motion of the cells of the aligned face against the reference frame, in its pixels
    (x right, y down); NaN where a cell shows no skin."""

    flow32_px: Float16[np.ndarray, "frame 32 32 2"]
    reference_frame: int
    onset_apex_px: Float16[np.ndarray, "event height width 2"]
    """Motion of every pixel from onset to apex, head motion included; NaN off the person."""

    onset_apex_frames: tuple[tuple[int, int], ...]
    """Frames between which it is taken, from 0."""


def true_motion(
    stage: Stage,
    poses: Poses,
    *,
    reference: int,
    pairs: Sequence[tuple[int, int]],
) -> TrueMotion:
    """Follow every point of the mesh through a clip.

    Args:
        stage: the person and the camera.
        poses: of every frame.
        reference: frame against which the cells' motion is taken.
        pairs: frames (onset, apex) between which every pixel's motion is taken.
    """
    rest = stage.vertices_m(*poses[reference])
    rigid = RIGID_POINTS
    reference_px = stage.landmarks_px(rest).astype(np.float64)
    layout = layout_of(reference_px[rigid][None]) * CROP_SIZE_PX
    to_crop = similarity(reference_px[rigid], layout)
    screen = stage.camera.screen(rest)
    pools = [_pool(stage, _carried(screen[:, :2], to_crop), -screen[:, 2], grid) for grid in GRIDS]
    base = _carried(screen[:, :2], to_crop)
    used = np.unique(np.concatenate([pool.indices for pool, _ in pools]))
    pools = [(pool[:, used], seen) for pool, seen in pools]
    count = len(poses)
    landmarks = np.empty((count, len(stage.head.landmarks.triangle), 2), np.float32)
    crops = np.empty((count, 2, 3), np.float32)
    fields = [np.full((count, grid, grid, 2), np.nan, np.float16) for grid in GRIDS]
    for frame, pose in enumerate(poses):
        vertices = rest if frame == reference else stage.vertices_m(*pose)
        points = stage.landmarks_px(vertices).astype(np.float64)
        landmarks[frame] = points
        matrix = similarity(points[rigid], layout)
        crops[frame] = matrix
        moved = _carried(stage.camera.project(vertices[used]), matrix) - base[used]
        for field, (pool, seen) in zip(fields, pools, strict=True):
            mean = (pool @ moved).reshape(field.shape[1:])
            field[frame][seen] = mean[seen]
    return TrueMotion(
        landmarks_px=landmarks,
        crop_from_frame=crops,
        flow28_px=fields[0],
        flow32_px=fields[1],
        reference_frame=reference,
        onset_apex_px=np.stack([_full(stage, poses[a], poses[b]) for a, b in pairs])
        if pairs
        else np.zeros((0, stage.camera.height_px, stage.camera.width_px, 2), np.float16),
        onset_apex_frames=tuple((int(a), int(b)) for a, b in pairs),
    )


def _carried(points_px: Points2, matrix: Float[np.ndarray, "2 3"]) -> Points2:
    x, y = points_px[:, 0], points_px[:, 1]
    moved: Points2 = np.column_stack(
        [matrix[row, 0] * x + matrix[row, 1] * y + matrix[row, 2] for row in range(2)]
    )
    return moved


def _pool(
    stage: Stage, points_px: Points2, depth: Float[np.ndarray, " vertex"], grid: int
) -> tuple[sparse.csr_array, np.ndarray]:
    skin = len(stage.body.rest_m)
    pool, cover = cell_pooling(
        points_px[:skin],
        depth[:skin],
        stage.skin,
        np.asarray(stage.body.masks["face"]),
        size_px=CROP_SIZE_PX,
        grid=grid,
    )
    return pool, cover >= 0.5  # noqa: PLR2004 - half of the cell


def _full(
    stage: Stage,
    first: tuple[np.ndarray, object, np.ndarray],
    second: tuple[np.ndarray, object, np.ndarray],
) -> Float16[np.ndarray, "height width 2"]:
    before: Float64[np.ndarray, "vertex 3"] = stage.vertices_m(*first)  # type: ignore[arg-type]
    after: Float64[np.ndarray, "vertex 3"] = stage.vertices_m(*second)  # type: ignore[arg-type]
    camera = stage.camera
    screen = camera.screen(before)
    moved = camera.project(after) - screen[:, :2]
    index, _ = front_triangles(
        screen[:, :2],
        -screen[:, 2],
        stage.body.triangles,
        width_px=camera.width_px,
        height_px=camera.height_px,
    )
    row, column = np.nonzero(index >= 0)
    corners = stage.body.triangles[index[row, column]]
    share = barycentric(np.column_stack((column, row)), screen[:, :2][corners])
    flow = np.full((camera.height_px, camera.width_px, 2), np.nan, np.float16)
    flow[row, column] = np.einsum("pc,pcd->pd", share, moved[corners])
    return flow
