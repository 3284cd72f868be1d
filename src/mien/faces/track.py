"""One face over a whole video."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Float32

from mien.core.arrays import Times
from mien.core.errors import UsageError

SMALL_EYE_DISTANCE_PX = 60.0
"""Below this distance between the eyes a warning is due: small movements drown in pixel noise."""

USELESS_EYE_DISTANCE_PX = 30.0
"""Below this distance a track is refused: half a percent of the face's width is under 0.3 px."""

_EYE_CORNERS = np.array([[33, 133], [362, 263]])
"""The subject's right and left eye, two corners each."""


@dataclass(frozen=True)
class FaceTrack:
    """The mesh points of one face in every frame of a video, raw: no filter has touched them."""

    face_id: int
    """0 for the face seen longest and largest, and so on down."""

    times_s: Times
    """Time of every frame of the video, whether the face is in it or not."""

    success: Bool[np.ndarray, " frame"]
    """Whether the face was found."""

    landmarks_px: Float32[np.ndarray, "frame point 3"]
    """Image x, y and depth (smaller towards the camera) in pixels; NaN where not found."""

    score: Float32[np.ndarray, " frame"]
    """How sure the network is that it sees a face, 0..1; 0 where not found."""

    frame_size_px: tuple[int, int]
    """Width and height of the frames."""

    model_kind: Literal["official", "wheel"]
    blendshapes: Float32[np.ndarray, "frame 52"] | None = None
    """Scores in the order of :data:`mien.faces.BLENDSHAPE_NAMES`; None without the official set."""

    reasons: Mapping[int, str] = field(default_factory=dict)
    """Why the face was not found, by frame."""

    warnings: tuple[str, ...] = ()
    refused: str = ""
    """Why the track cannot be measured; empty when it can."""

    turn_deg: int = 0
    """Counter-clockwise turn that would put the picture upright: 0, 90, 180 or 270. Points are in
    the coordinates of the frames as they are."""

    def __post_init__(self) -> None:
        """Refuse arrays of different lengths."""
        lengths = {len(self.times_s), len(self.success), len(self.landmarks_px), len(self.score)}
        if len(lengths) != 1:
            msg = f"Expected arrays of one length, but got {sorted(lengths)} frames."
            raise UsageError(msg)

    @property
    def eye_distance_px(self) -> float:
        """Median distance between the eye centres; NaN without any frame.

        Depth is included, so turning away does not shorten it.
        """
        if not self.success.any():
            return float("nan")
        return float(np.median(eye_distances(self.landmarks_px[self.success])))


def eye_distances(
    landmarks_px: Float32[np.ndarray, "frame point 3"],
) -> Float[np.ndarray, " frame"]:
    """Distance between the eye centres in pixels, depth included."""
    centres = landmarks_px[:, _EYE_CORNERS].mean(axis=2)
    return np.asarray(np.linalg.norm(centres[:, 0] - centres[:, 1], axis=-1), np.float64)


def continuous_runs(times_s: Times, success: Bool[np.ndarray, " frame"]) -> tuple[slice, ...]:
    """Stretches in which the face was found in every frame and no time is missing.

    A step of more than twice the median step is a gap.

    >>> continuous_runs(np.arange(5.0), np.array([True, True, False, True, True]))
    (slice(0, 2, None), slice(3, 5, None))
    """
    steps_s = np.diff(times_s)
    median_s = float(np.median(steps_s)) if steps_s.size else 0.0
    gap = np.concatenate([[True], steps_s > 2 * median_s])
    previous = np.concatenate([[False], success[:-1]])
    following = np.concatenate([success[1:] & ~gap[1:], [False]])
    starts = np.flatnonzero(success & (~previous | gap))
    ends = np.flatnonzero(success & ~following) + 1
    return tuple(slice(int(a), int(b)) for a, b in zip(starts, ends, strict=True))
