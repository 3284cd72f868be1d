"""A person's face at rest, where the user says where it is shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from mien.core.arrays import ImageRgb
from mien.core.errors import FaceError, UsageError
from mien.core.facs import Channel
from mien.faces import (
    CROP_SIZE_PX,
    RIGID_POINTS,
    FaceModels,
    FaceTrack,
    FaceTracker,
    track_faces,
    warp_crop,
)
from mien.faces.alignment import similarity
from mien.faces.appearance import appearance_of
from mien.head import load_head
from mien.motion import pooled_flow
from mien.pipeline.face_signals import AlignedFace, upright_mesh, without_head_motion
from mien.recognition.basis import Basis
from mien.recognition.held import held_units
from mien.recognition.posture import Rest, posture_model, rest_of
from mien.video import Frame, VideoSource, open_video, read_still
from mien.video.image_folder import IMAGE_SUFFIXES

_FRAMES = 7
_PICTURE_PASSES = 3
"""A tracker settles on a face within this many frames."""

_OTHER_LOOK = 0.2
"""Difference in appearance (1 - cosine) from which a face is another person's, or lit otherwise."""


@dataclass(frozen=True)
class Neutral:
    """A person's face at rest."""

    rest: Rest
    grey: UInt8[np.ndarray, "s s"]
    """Laid into the crop of the face that is read."""


@dataclass(frozen=True)
class _Shown:
    """Some frames of one face."""

    rgb: tuple[ImageRgb, ...]
    points_px: Float[np.ndarray, "frame point 3"]

    @property
    def looks(self) -> Float[np.ndarray, "frame value"]:
        pairs = zip(self.rgb, self.points_px.astype(np.float32), strict=True)
        return np.stack([appearance_of(rgb, points) for rgb, points in pairs])


def given_neutral(
    neutral: tuple[float, float] | Path | None,
    video: VideoSource,
    face: AlignedFace,
    models: FaceModels,
) -> Neutral | None:
    """Take the face at rest from where the user says; None where nothing is said.

    Args:
        neutral: seconds of the video from and to, or a picture or video of the same person.
        video: the video that is read.
        face: the chosen face in it.
        models: the landmark models that found it.

    Raises:
        FaceError: no face there, or another person's.
        UsageError: a stretch outside the video, or no such file.
        VideoError: a file that cannot be read.
    """
    if neutral is None:
        return None
    name = video.info.name
    if isinstance(neutral, tuple):
        inside = _stretch(neutral, face.track, name)
        shown = _shown(video.frames(), face.track, inside)
        source = f"given, {neutral[0]:g} to {neutral[1]:g} s of {name}"
        return _neutral(upright_mesh(face.track)[inside], source, shown, face)
    if not neutral.is_file():
        msg = f"There is no file {neutral} with a neutral face. Check the path after --neutral."
        raise UsageError(msg)
    own = _shown(video.frames(), face.track, np.flatnonzero(face.track.success)).looks
    others = _faces_of(neutral, models)
    if not others:
        msg = f"Expected a neutral face in {neutral.name}, but it shows no face. Give another file."
        raise FaceError(msg)
    for track, shown in others:
        if 1 - float((own @ shown.looks.T).max()) < _OTHER_LOOK:
            points = upright_mesh(track)[track.success]
            return _neutral(points, f"given, {neutral.name}", shown, face)
    msg = (
        f"Expected the person of {name} in {neutral.name}, but it shows another one, or the same "
        "in other light. Give a neutral face of the same recording."
    )
    raise FaceError(msg)


def held_against(
    neutral: Neutral, video: VideoSource, face: AlignedFace, basis: Basis
) -> Mapping[Channel, float]:
    """Read what the face holds for the whole video, by the motion from rest to its usual look."""
    seen = np.flatnonzero(np.isfinite(face.transforms).all(axis=(1, 2)))
    wanted = _spread(seen)
    fields = []
    for frame in _frames_at(video.frames(), wanted):
        crop = warp_crop(_grey(frame.rgb), face.transforms[frame.index], CROP_SIZE_PX)
        fields.append(pooled_flow(neutral.grey, crop))
    still = without_head_motion(np.stack(fields), face)
    return held_units(np.median(still, axis=0), basis)


def _neutral(
    points: Float[np.ndarray, "frame point 3"], source: str, shown: _Shown, face: AlignedFace
) -> Neutral:
    head = load_head()
    model = posture_model(head, [one for one in head.people.values() if one.role == "basis"])
    target = face.rest_px[RIGID_POINTS]
    crops = [
        warp_crop(
            _grey(rgb),
            similarity(one[RIGID_POINTS, :2].astype(np.float64), target),
            CROP_SIZE_PX,
        )
        for rgb, one in zip(shown.rgb, shown.points_px, strict=True)
    ]
    grey = np.rint(np.mean(crops, axis=0, dtype=np.float64)).astype(np.uint8)
    return Neutral(rest_of(model, points, source), grey)


def _stretch(span_s: tuple[float, float], track: FaceTrack, name: str) -> np.ndarray:
    """Frames of a stretch that show the face."""
    start_s, end_s = span_s
    times_s = track.times_s
    first_s, last_s = float(times_s[0]), float(times_s[-1])
    step_s = float(np.median(np.diff(times_s)))
    if start_s < first_s - step_s or end_s > last_s + 2 * step_s:
        msg = (
            f"Expected a neutral stretch within {name}, which lasts from {first_s:.2f} to "
            f"{last_s + step_s:.2f} s, but got {start_s:g} to {end_s:g} s."
        )
        raise UsageError(msg)
    inside = np.flatnonzero((times_s >= start_s) & (times_s <= end_s) & track.success)
    if not len(inside):
        msg = (
            f"Expected a neutral face in {name} from {start_s:g} to {end_s:g} s, but the face was "
            "not seen there. Choose another stretch."
        )
        raise FaceError(msg)
    return inside


def _faces_of(path: Path, models: FaceModels) -> list[tuple[FaceTrack, _Shown]]:
    """Every face of a picture or video, the largest first."""
    if path.suffix.lower() in IMAGE_SUFFIXES:
        picture = read_still(path)
        frames = [Frame(index, float(index), picture) for index in range(_PICTURE_PASSES)]
        tracker = FaceTracker(models)
        for frame in frames:
            tracker.update(frame.rgb, frame.time_s)
        return [
            (track, _shown(iter(frames), track, np.flatnonzero(track.success)))
            for track in tracker.tracks()
        ]
    video = open_video(path)
    return [
        (track, _shown(video.frames(), track, np.flatnonzero(track.success)))
        for track in track_faces(video, models)
    ]


def _shown(frames: Iterator[Frame], track: FaceTrack, seen: np.ndarray) -> _Shown:
    """Some frames spread over those that show a face."""
    found = list(_frames_at(frames, _spread(seen)))
    points = track.landmarks_px[[frame.index for frame in found]]
    return _Shown(tuple(frame.rgb for frame in found), points.astype(np.float64))


def _spread(seen: np.ndarray) -> set[int]:
    places = np.linspace(0, len(seen) - 1, _FRAMES).round().astype(int)
    return set(seen[places].tolist())


def _frames_at(frames: Iterator[Frame], wanted: set[int]) -> Iterator[Frame]:
    for frame in frames:
        if frame.index in wanted:
            yield frame
        if frame.index >= max(wanted):
            return


def _grey(rgb: ImageRgb) -> UInt8[np.ndarray, "height width"]:
    import cv2

    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
