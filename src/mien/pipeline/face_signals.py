"""From a tracked face to signals on a uniform time base: crops, flow, lids, landmarks, pose."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Float, Float32

from mien.core.arrays import Times
from mien.faces import (
    CROP_SIZE_PX,
    RIGID_POINTS,
    FaceTrack,
    crop_shrink,
    crop_transforms,
    eye_openness,
    gaze_of,
    head_pose,
    smooth_landmarks,
    turn_from_camera,
    warp_crop,
)
from mien.faces.pose import upright_points
from mien.head import load_head
from mien.motion import (
    GRID,
    AlignedFrame,
    CellFlow,
    Stillness,
    measure_cell_flow,
    remove_similarity,
    zone_weights,
)
from mien.pipeline.veils import veils_of
from mien.recognition.atoms import face_basis
from mien.recognition.basis import Basis
from mien.recognition.blinks import relative_opening
from mien.recognition.canonical import placement_of
from mien.recognition.face_reading import FaceSignals
from mien.recognition.posture import Rest, posture_model, read_posture
from mien.recognition.uniform import Resampling, rate_of_stamps, uniform_time
from mien.recognition.visibility import (
    FARTHEST_TURN_RAD,
    quarters_of,
    turned_away,
    visibility_of,
)
from mien.video import VideoSource, prefetched
from mien.work import Progress

_RIGID_RADIUS_PX = 10.0
_MESH_POINTS = 468
_OPEN = 0.8


@dataclass(frozen=True)
class AlignedFace:
    """A face with its smoothed alignment."""

    track: FaceTrack
    transforms: Float[np.ndarray, "frame 2 3"]
    """Map from the video's frame to the aligned face; NaN where there is none."""

    landmarks_px: Float32[np.ndarray, "frame point 2"]
    """The 468 mesh points, unsmoothed, in the aligned face."""

    turn_rad: Float[np.ndarray, " frame"]
    """How far the face looks past the camera; NaN where there is none."""

    @property
    def magnification(self) -> float:
        """Pixels of the aligned face for one of the video, median over the frames."""
        known = self.transforms[np.isfinite(self.transforms).all(axis=(1, 2)), :, :2]
        return float(np.median(np.sqrt(np.abs(np.linalg.det(known)))))

    @property
    def rest_px(self) -> Float[np.ndarray, "point 2"]:
        """Median place of every point in the aligned face, while it looks at the camera."""
        facing = self.turn_rad <= FARTHEST_TURN_RAD
        shown = self.landmarks_px[facing] if facing.any() else self.landmarks_px
        median: Float[np.ndarray, "point 2"] = np.nanmedian(shown, axis=0)
        return median.astype(np.float64)


def align_face(track: FaceTrack) -> AlignedFace:
    """Lay a tracked face into its crop.

    Raises:
        FaceError: the track is refused or shows no face.
    """
    transforms = crop_transforms(track)
    points = track.landmarks_px[:, :_MESH_POINTS, :2]
    # The crop follows the smoothed head; the points in it keep their own movement.
    placed = np.einsum("fij,fpj->fpi", transforms[:, :, :2], points) + transforms[:, None, :, 2]
    turn_rad = turn_from_camera(smooth_landmarks(track), turn_deg=track.turn_deg)
    return AlignedFace(track, transforms, placed.astype(np.float32), turn_rad)


def aligned_frames(source: VideoSource, face: AlignedFace) -> Iterator[AlignedFrame]:
    """Decode the video again and cut the aligned grey face out of every frame."""
    import cv2

    shrink = crop_shrink(face.transforms)
    boxes_px = _boxes(face.track)
    stillness = Stillness()
    frames = prefetched(source.frames())
    for frame, matrix, box_px in zip(frames, face.transforms, boxes_px, strict=False):
        grey = np.asarray(cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2GRAY))
        if not np.isfinite(matrix).all():
            stillness.add(grey, None)
            yield AlignedFrame(frame.time_s, None, frame.key)
            continue
        still, change = stillness.add(grey, box_px)
        crop = warp_crop(grey, matrix, CROP_SIZE_PX, shrink=shrink)
        yield AlignedFrame(frame.time_s, crop, frame.key, still, change)


def _boxes(track: FaceTrack) -> list[tuple[int, int, int, int] | None]:
    """Left, top, right, bottom of the face in every frame."""
    points = track.landmarks_px[:, :_MESH_POINTS, :2]
    boxes: list[tuple[int, int, int, int] | None] = []
    for frame in points:
        if not np.isfinite(frame).all():
            boxes.append(None)
            continue
        left, top = (int(edge) for edge in frame.min(axis=0))
        right, bottom = (int(edge) for edge in frame.max(axis=0))
        boxes.append((left, top, right, bottom))
    return boxes


def measure_motion(source: VideoSource, face: AlignedFace, progress: Progress) -> CellFlow:
    """Measure the motion of the aligned face over the whole video."""
    return measure_cell_flow(aligned_frames(source, face), progress=progress.update)


def basis_of(face: AlignedFace) -> Basis:
    """Lay the action units' motion fields over this face."""
    return basis_at(face.rest_px)


def basis_at(rest_px: Float[np.ndarray, "point 2"]) -> Basis:
    """Lay the action units' motion fields over a face whose mesh points at rest are known."""
    head = load_head()
    people = [person for person in head.people.values() if person.role == "basis"]
    return face_basis(head, people, rest_px, size_px=CROP_SIZE_PX)


def rigid_zone(rest_px: Float[np.ndarray, "point 2"]) -> Float[np.ndarray, "row column"]:
    """Weights of the cells that move with the skull: eye corners and nose."""
    return zone_weights(rest_px[RIGID_POINTS], size_px=CROP_SIZE_PX, radius_px=_RIGID_RADIUS_PX)


def rate_of(times_s: Times, nominal: Fraction) -> Fraction:
    """Rate of the uniform time base: the video's own where its stamps keep to it.

    Where they do not (variable rate), the reciprocal of the median step, as a fraction with a
    denominator of at most 1001.
    """
    step_s = float(np.median(np.diff(times_s)))
    if abs(step_s * float(nominal) - 1) < 0.05:  # noqa: PLR2004 - stamps are rounded
        return nominal
    return rate_of_stamps(times_s)


def without_head_motion(
    flow_px: Float32[np.ndarray, "frame row column 2"], face: AlignedFace
) -> Float32[np.ndarray, "frame row column 2"]:
    """Take a shift, turn and scale of the nose and eye corners out of every field."""
    still, _ = remove_similarity(flow_px, rigid_zone(face.rest_px))
    return still


def upright_mesh(track: FaceTrack) -> Float[np.ndarray, "frame point 3"]:
    """The mesh points as the reading of posture takes them."""
    return upright_points(track.landmarks_px[:, :_MESH_POINTS], track.turn_deg)


def signals_of(
    face: AlignedFace, basis: Basis, flow: CellFlow, rate: Fraction, rest: Rest | None = None
) -> tuple[FaceSignals, Resampling]:
    """Bring everything that was measured onto one uniform time base.

    Args:
        face: the aligned face.
        basis: the action units' fields on it.
        flow: its motion.
        rate: of the time base.
        rest: the person's face at rest where it is known.
    """
    track = face.track
    head = load_head()
    people = [person for person in head.people.values() if person.role == "basis"]
    uniform = uniform_time(flow.times_s, rate)
    still = without_head_motion(flow.flow_px, face)
    rotation = head_pose(smooth_landmarks(track), turn_deg=track.turn_deg)
    gaze = gaze_of(track.landmarks_px, rotation, turn_deg=track.turn_deg)
    upright = upright_mesh(track)
    quarter = quarters_of(face.rest_px, size_px=CROP_SIZE_PX, grid=GRID)
    veils = veils_of(track, quarter, basis.seen, face.landmarks_px, flow, uniform)
    visibility = visibility_of(
        (turned_away(uniform(face.turn_rad)), *veils), quarter, step_s=uniform.time.step_s
    )
    # A hidden or turned eye is no measure of how wide it usually is.
    opening = uniform(eye_openness(track.landmarks_px))
    opening[visibility.lost[:, [1, 0]]] = np.nan
    ratio = relative_opening(uniform.time.times_s, opening)
    usable = (np.nan_to_num(ratio).min(axis=1) > _OPEN) & ~visibility.lost.any(axis=1)
    posture = read_posture(posture_model(head, people), uniform(upright), usable, rest=rest)
    unseen = {
        **{frame: visibility.reasons[frame] for frame in np.flatnonzero(visibility.blind).tolist()},
        **{
            int(sample): track.reasons.get(int(frame), "no face")
            for sample, frame in enumerate(uniform.nearest)
            if not track.success[frame]
        },
    }
    signals = FaceSignals(
        time=uniform.time,
        flow_px=uniform(still),
        opening_ratio=ratio,
        posture=posture,
        head_rotation_rad=uniform(rotation),
        gaze_rad=uniform(gaze),
        unseen=unseen,
        visibility=visibility,
        steps_s=flow.steps_s,
        magnification=face.magnification,
        held_back=flow.held_back,
        placement=placement_of(face.rest_px, size_px=CROP_SIZE_PX),
    )
    return signals, uniform
