"""Raw mesh points -> smoothed points, and one stable upright crop for each frame."""

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8
from scipy.signal import savgol_filter

from mien.core.arrays import Points2, Times
from mien.core.errors import FaceError
from mien.faces.track import FaceTrack, continuous_runs
from mien.faces.warping import apply_transform, shrink_of, warp

CROP_SIZE_PX = 256
EYES_APART = 0.34
"""Distance between the eye centres in crop widths; at .40 the chin falls out of the crop."""

EYE_LINE = 0.33
"""Height of the eye line in crop heights, from the top.

The lower rim of the chin then lies at .95 to .98 of the height, the brows at .18."""

RIGID_POINTS = np.array([33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 98, 327])
"""Eye corners and nose: the points that expressions move least. The first four are the subject's
right, then left eye."""

SMOOTHING_S = 0.3
"""Window of the smoothing; shorter ones leave jitter, longer ones round head movements off."""

_ORDER = 2
_UNEVEN = 0.1


def smooth_landmarks(track: FaceTrack) -> Float32[np.ndarray, "frame point 3"]:
    """Smooth the points of each continuous run without delay; NaN where the face was not found.

    A parabola is fitted around each frame over 0.3 s (Savitzky & Golay 1964), less in short
    runs; runs of up to three frames stay as they are. Unevenly timed runs are fitted by their
    true times.
    """
    smoothed = np.full_like(track.landmarks_px, np.nan)
    for run in continuous_runs(track.times_s, track.success):
        smoothed[run] = _smooth_run(track.times_s[run], track.landmarks_px[run])
    return smoothed


def _smooth_run(
    times_s: Times, points: Float32[np.ndarray, "frame point 3"]
) -> Float32[np.ndarray, "frame point 3"]:
    count = len(times_s)
    if count <= _ORDER + 1:
        return points
    steps_s = np.diff(times_s)
    step_s = float(np.median(steps_s))
    window = round(SMOOTHING_S / step_s) | 1
    window = min(max(window, _ORDER + 3), count if count % 2 else count - 1)
    if window <= _ORDER + 1:
        return points
    if float(np.abs(steps_s - step_s).max()) > _UNEVEN * step_s:
        return _smooth_uneven(times_s, points, window)
    return np.asarray(savgol_filter(points, window, _ORDER, axis=0), np.float32)


def _smooth_uneven(
    times_s: Times, points: Float32[np.ndarray, "frame point 3"], window: int
) -> Float32[np.ndarray, "frame point 3"]:
    """Fit the parabola by true times; the window keeps its number of frames at the ends."""
    smoothed = np.empty_like(points)
    flat = points.reshape(len(points), -1)
    for frame in range(len(points)):
        first = min(max(frame - window // 2, 0), len(points) - window)
        part = slice(first, first + window)
        powers = np.vander(times_s[part] - times_s[frame], _ORDER + 1, increasing=True)
        weights = np.linalg.pinv(powers)[0]
        smoothed[frame] = (weights @ flat[part]).reshape(points.shape[1:])
    return smoothed


def crop_transforms(
    track: FaceTrack, *, size_px: int = CROP_SIZE_PX
) -> Float[np.ndarray, "frame 2 3"]:
    """Give the map from frame to crop coordinates [px] for each frame; NaN without a face.

    Each is the similarity that carries 13 points of eyes and nose, smoothed, best onto the
    track's own median layout of them (Umeyama 1991), which is placed with level eyes, their
    centres .34 of the crop apart and .33 below its top. The layout is the person's own, so size
    and turn do not follow the shape of the nose.

    Raises:
        FaceError: no frame of the track shows the face, or it is refused.
    """
    if track.refused:
        raise FaceError(track.refused)
    if not track.success.any():
        msg = f"Face {track.face_id} is in no frame, so it cannot be aligned. Choose another face."
        raise FaceError(msg)
    points = smooth_landmarks(track)[:, RIGID_POINTS, :2].astype(np.float64)
    target = layout_of(points[track.success]) * size_px
    transforms = np.full((len(points), 2, 3), np.nan)
    for frame in np.flatnonzero(track.success):
        transforms[frame] = similarity(points[frame], target)
    return transforms


def layout_of(points: Float[np.ndarray, "frame 13 2"]) -> Float[np.ndarray, "13 2"]:
    """Median place of the rigid points in parts of the crop."""
    eyes = np.array([[0.5 - EYES_APART / 2, EYE_LINE], [0.5 + EYES_APART / 2, EYE_LINE]])
    placed = np.empty_like(points)
    for frame, one in enumerate(points):
        matrix = similarity(_eye_centres(one), eyes)
        placed[frame] = apply_transform(matrix, one)
    layout = np.asarray(np.median(placed, axis=0))
    matrix = similarity(_eye_centres(layout), eyes)
    return apply_transform(matrix, layout)


def _eye_centres(rigid: Float[np.ndarray, "13 2"]) -> Float[np.ndarray, "2 2"]:
    return np.asarray(rigid[:4].reshape(2, 2, 2).mean(axis=1))


def similarity(source: Points2, target: Points2) -> Float[np.ndarray, "2 3"]:
    """Give the turn, size and shift that carry points best onto others in least squares.

    Source: Umeyama, *Least-squares estimation of transformation parameters between two point
    patterns*, IEEE TPAMI 13(4), 1991; in the plane it has this closed form.
    """
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    a, b = source - source_mean, target - target_mean
    along = float((a * b).sum())
    across = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum())
    cos, sin = along / float((a * a).sum()), across / float((a * a).sum())
    linear = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([linear, target_mean - linear @ source_mean])


def warp_crop(
    image: UInt8[np.ndarray, "height width ..."],
    matrix: Float[np.ndarray, "2 3"],
    size_px: int = CROP_SIZE_PX,
    *,
    shrink: int | None = None,
) -> UInt8[np.ndarray, "size size ..."]:
    """Cut the aligned face out of a frame (colour or grey) by one cubic interpolation.

    Faces of more than twice the size are averaged over blocks of ``shrink`` pixels first; pass
    :func:`crop_shrink` of the whole track, so that all its frames are treated alike.

    Raises:
        FaceError: the frame shows no face (its matrix is NaN).
    """
    if not np.isfinite(matrix).all():
        msg = "This frame shows no face to cut out: leave frames without success out."
        raise FaceError(msg)
    return warp(image, matrix, size_px, interpolation=cv2.INTER_CUBIC, shrink=shrink)


def crop_shrink(transforms: Float[np.ndarray, "frame 2 3"]) -> int:
    """Block size [px] for :func:`warp_crop` that suits the median size of the face."""
    known = transforms[np.isfinite(transforms[:, 0, 0])]
    if not len(known):
        return 1
    scales = [abs(np.linalg.det(matrix[:, :2])) for matrix in known]
    middle = known[int(np.argsort(scales)[len(scales) // 2])]
    return shrink_of(middle)
