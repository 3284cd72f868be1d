"""One coded clip -> the arrays that recognisers read: crops, TIM pictures, flow, landmarks."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Shaped, UInt8

from mien.core.errors import FaceError
from mien.datasets.inputs import APEX_PX, FACE_PX, FLOW_IMAGE_PX, STEPS, clip_input
from mien.faces import (
    CROP_SIZE_PX,
    RIGID_POINTS,
    FaceModels,
    FaceTrack,
    crop_shrink,
    crop_transforms,
    track_faces,
    warp_crop,
)
from mien.motion import face_flow, interpolate_clip, with_strain
from mien.motion.interpolation import resampled_positions
from mien.pipeline.clip_window import ClipWindow
from mien.pipeline.face_signals import align_face

CODE_VERSION = "2"
"""Changes whenever a clip would be prepared otherwise."""

_MESH_POINTS = 468
_LEAST_FRAMES = 3
_NEAR = 1  # pictures on either side that are averaged against noise
_APEX_OFFSETS = (0, -2, -1, 1, 2)


def prepare_clip(
    window: ClipWindow, models: FaceModels, inputs: Sequence[str]
) -> Mapping[str, np.ndarray]:
    """Follow the face of one clip and make the asked-for inputs of it.

    Returns:
        arrays by input name, see :mod:`mien.datasets.inputs`, and ``frames``: the number of
        pictures, those that are missing included.

    Raises:
        FaceError: no face, one that is too small, or one that is lost within the clip.
        VideoError: the pictures cannot be read.
    """
    for name in inputs:
        clip_input(name)
    frames = window.pictures()
    if len(frames) < _LEAST_FRAMES:
        msg = f"Expected at least {_LEAST_FRAMES} pictures in {window.name}, got {len(frames)}."
        raise FaceError(msg)
    track = _tracked(window, models)
    face = align_face(track)
    shrink = crop_shrink(face.transforms)
    colour = np.stack(
        [
            warp_crop(rgb, matrix, CROP_SIZE_PX, shrink=shrink)
            for rgb, matrix in zip(frames, face.transforms, strict=True)
        ]
    )
    landmarks_px = _filled(face.landmarks_px[:, :_MESH_POINTS], window.places)
    colour = _filled(colour, window.places)
    grey = np.stack([_grey(one) for one in colour])
    rigid = face.rest_px[RIGID_POINTS]
    made: dict[str, np.ndarray] = {"frames": np.asarray(window.length)}
    if "rgb" in inputs:
        small = np.stack([_resized(one, FACE_PX) for one in colour])
        made["rgb"] = _pictures(interpolate_clip(small, STEPS))
    if "landmarks" in inputs:
        made["landmarks"] = _placed(landmarks_px, FACE_PX)
    volume = _volume(grey, rigid) if {"flow", "flow_image_own"} & set(inputs) else None
    if volume is not None and "flow" in inputs:
        made["flow"] = volume.astype(np.float16)
    most = None if volume is None else _most_motion(volume, window.length)
    if "flow_image" in inputs:
        first = 0 if window.onset is None else window.onset
        last = window.apex
        if last is None:
            last = most if most is not None else _most_motion(_volume(grey, rigid), window.length)
        made["flow_image"] = _flow_image(grey, rigid, first, last)
    if most is not None and "flow_image_own" in inputs:
        made["flow_image_own"] = _flow_image(grey, rigid, 0, most)
    if "apex" in inputs:
        middle = window.apex if window.apex is not None else window.length // 2
        made["apex"] = _apex(frames, track, window.places, middle)
    return made


def _tracked(window: ClipWindow, models: FaceModels) -> FaceTrack:
    tracks = [one for one in track_faces(window.source, models) if not one.refused]
    if not tracks:
        msg = f"No face that can be measured was found in {window.name}."
        raise FaceError(msg)
    track = tracks[0]
    lost = np.flatnonzero(~track.success)
    if len(lost):
        msg = f"The face of {window.name} is lost in {len(lost)} of {len(track.success)} pictures."
        raise FaceError(msg)
    return track


def _grey(picture: np.ndarray) -> np.ndarray:
    import cv2

    grey: np.ndarray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return grey


def _resized(picture: np.ndarray, size_px: int) -> np.ndarray:
    import cv2

    small: np.ndarray = cv2.resize(picture, (size_px, size_px), interpolation=cv2.INTER_AREA)
    return small


def _pictures(values: Float[np.ndarray, "..."]) -> UInt8[np.ndarray, "..."]:
    """Round to 8 bit; a cosine series leaves the range a little."""
    rounded: UInt8[np.ndarray, ...] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded


def _filled(
    values: Shaped[np.ndarray, "frame ..."], places: Sequence[int]
) -> Shaped[np.ndarray, "place ..."]:
    """Lay pictures or points on their time line; free places lie between their neighbours."""
    line = np.empty((places[-1] + 1, *values.shape[1:]), values.dtype)
    line[list(places)] = values
    for left, (first, last) in enumerate(pairwise(places)):
        for place in range(first + 1, last):
            share = (place - first) / (last - first)
            between = values[left] * (1 - share) + values[left + 1] * share
            line[place] = _pictures(between) if values.dtype == np.uint8 else between
    return line


def _placed(
    landmarks_px: Float[np.ndarray, "frame point 2"], size_px: int
) -> Float[np.ndarray, "step point 2"]:
    """Give the points at each of the 16 pictures, in pixels of the smaller face."""
    at = resampled_positions(len(landmarks_px), STEPS)
    left = np.minimum(at.astype(int), len(landmarks_px) - 2)
    share = (at - left)[:, None, None]
    points = landmarks_px[left] * (1 - share) + landmarks_px[left + 1] * share
    scale = size_px / CROP_SIZE_PX
    placed: Float[np.ndarray, "step point 2"] = (points + 0.5) * scale - 0.5
    return placed.astype(np.float32)


def _mean_around(
    grey: UInt8[np.ndarray, "frame size size"], middle: int
) -> UInt8[np.ndarray, "size size"]:
    near = grey[max(middle - _NEAR, 0) : middle + _NEAR + 1]
    mean: UInt8[np.ndarray, "size size"] = np.rint(near.mean(axis=0)).astype(np.uint8)
    return mean


def _volume(
    grey: UInt8[np.ndarray, "frame size size"], rigid_px: Float[np.ndarray, "point 2"]
) -> Float[np.ndarray, "step grid grid 3"]:
    """Flow and strain from the first pictures to each of the 16, in px of the smaller face."""
    reference = _mean_around(grey, 0)
    pictures = _pictures(interpolate_clip(grey, STEPS))
    flow = face_flow(reference, pictures, rigid_px, grid=FACE_PX)
    return with_strain(flow * (FACE_PX / CROP_SIZE_PX))


def _most_motion(volume: Float[np.ndarray, "step grid grid 3"], frames: int) -> int:
    """Give the picture of the window that lies where the flow is largest."""
    size = np.hypot(volume[..., 0], volume[..., 1]).mean(axis=(1, 2))
    return round(float(resampled_positions(frames, STEPS)[int(np.argmax(size))]))


def _flow_image(
    grey: UInt8[np.ndarray, "frame size size"],
    rigid_px: Float[np.ndarray, "point 2"],
    first: int,
    last: int,
) -> Float[np.ndarray, "grid grid 3"]:
    reference, apex = _mean_around(grey, first), _mean_around(grey, last)
    image: Float[np.ndarray, "grid grid 3"] = with_strain(
        face_flow(reference, apex[None], rigid_px, grid=FLOW_IMAGE_PX)
    )[0]
    return image


def _apex(
    frames: Sequence[UInt8[np.ndarray, "height width 3"]],
    track: FaceTrack,
    places: Sequence[int],
    middle: int,
) -> UInt8[np.ndarray, "picture size size 3"]:
    transforms = crop_transforms(track, size_px=APEX_PX)
    shrink = crop_shrink(transforms)
    chosen = [int(np.argmin(np.abs(np.array(places) - middle - one))) for one in _APEX_OFFSETS]
    return np.stack([warp_crop(frames[i], transforms[i], APEX_PX, shrink=shrink) for i in chosen])
