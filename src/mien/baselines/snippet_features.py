"""What moves in a video and how it looks, snippet by snippet: two streams for temporal networks.

Published spotters read features of networks that were trained on a million videos of actions. Here
each snippet has the motion of the face (measured, without the head) and its appearance instead, so
that nothing is needed but the video.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32

from mien.core.errors import InputError, UsageError
from mien.datasets.clips import Video
from mien.faces import RIGID_POINTS
from mien.motion import (
    AlignedFrame,
    measure_cell_flow,
    remove_similarity,
    running_median,
    zone_weights,
)

FLOW_RATE = 50.0
"""Motion is measured about so often a second, or at every frame of slower video."""

SNIPPET_RATE = 25.0
"""Snippets a second, or one a frame of slower video."""

MOTION_CELLS, LOOK_CELLS = 8, 16
"""Cells along each side in which the features of motion and of appearance are averaged."""

FEATURES = 2 * 2 * MOTION_CELLS**2 + LOOK_CELLS**2
"""Displacement, velocity (two directions each), appearance."""

_ENLARGED_BELOW_PX = 160
_KEPT_BYTES = 4 * 2**30
_REST_HALF_WINDOW_S = 0.6
_VELOCITY_HALF_S = 0.06
_RIGID_RADIUS = 10 / 256
_WHITE = 255.0


class KeptArrays:
    """A function from a video to an array that keeps what it made, while the process lives."""

    def __init__(self, make: Callable[[Video], np.ndarray]) -> None:
        self._make = make
        self._kept: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()

    def __call__(self, video: Video) -> np.ndarray:
        """Give the array of a video, made at most once for the same content."""
        key = (video.name, content_digest(video))
        if key not in self._kept:
            self.keep(video, self._make(video))
        self._kept.move_to_end(key)
        return self._kept[key]

    def keep(self, video: Video, array: np.ndarray) -> None:
        """Take an array that was made before, such as one from a file."""
        array.setflags(write=False)
        self._kept[video.name, content_digest(video)] = array
        # The oldest go first; one that is mapped from a file takes no room.
        while len(self._kept) > 1 and sum(map(_room, self._kept.values())) > _KEPT_BYTES:
            self._kept.popitem(last=False)


def _room(array: np.ndarray) -> int:
    return 0 if isinstance(array, np.memmap) else array.nbytes


def content_digest(video: Video) -> str:
    """Digest of everything in a video that is no name."""
    total = hashlib.blake2b(repr((video.rate, video.faces.shape, video.unit_names)).encode())
    arrays = (video.faces, video.landmarks_px, video.unit_curves, video.seen)
    for array in arrays:
        total.update(b"none" if array is None else np.ascontiguousarray(array).data)
    return total.hexdigest()


def flow_stride(video: Video) -> int:
    """Frames from one measured motion to the next."""
    return max(1, round(video.rate / FLOW_RATE))


def snippet_stride(video: Video) -> int:
    """Frames from one snippet to the next; a multiple of the stride of the motion."""
    motion = flow_stride(video)
    return motion * max(1, round(video.rate / motion / SNIPPET_RATE))


def seen_frames(video: Video) -> Bool[np.ndarray, " frame"]:
    """Whether each frame shows a face whose landmarks are known."""
    seen: Bool[np.ndarray, " frame"] = np.isfinite(video.landmarks_px).all(axis=(1, 2))
    return seen if video.seen is None else seen & np.asarray(video.seen, bool)


def rest_landmarks(video: Video) -> Float[np.ndarray, "point 2"]:
    """Median place of every landmark in the aligned face, in its pixels.

    Raises:
        InputError: no frame shows a face.
    """
    seen = seen_frames(video)
    if not seen.any():
        msg = (
            f"Expected {video.name} to show a face with landmarks, but no frame of it does. Leave "
            "it out, or prepare the corpus again."
        )
        raise InputError(msg)
    median: Float[np.ndarray, "point 2"] = np.median(video.landmarks_px[seen], axis=0)
    return median.astype(np.float64)


def _measure(video: Video) -> Float32[np.ndarray, "step row column 2"]:
    rest_landmarks(video)  # refuses a video without a face
    size = video.faces.shape[1]
    # Dense inverse search loses half of a small picture's motion; enlarged twice, a fifth.
    scale = 2 if size < _ENLARGED_BELOW_PX else 1
    seen, stride = seen_frames(video), flow_stride(video)

    def frames() -> Iterator[AlignedFrame]:
        for frame in range(0, len(seen), stride):
            picture = None
            if seen[frame]:
                whole = np.asarray(video.faces[frame])
                picture = cv2.resize(
                    whole, (size * scale, size * scale), interpolation=cv2.INTER_CUBIC
                )
            yield AlignedFrame(frame / video.rate, picture)

    flow_px = measure_cell_flow(frames()).flow_px / np.float32(scale)
    return flow_px.astype(np.float32)


cell_flow = KeptArrays(_measure)
"""Displacement of 32 x 32 cells against the face at rest, in pixels of the aligned face (x right,
y down), shape (step, 32, 32, 2) with :func:`flow_stride` frames a step; NaN where there is no face.
Head motion is in it. Raises InputError for a video that shows no face."""


def head_free_flow(video: Video) -> Float32[np.ndarray, "step row column 2"]:
    """Subtract the similarity of nose and eye corners from the motion of the cells, in pixels."""
    size = video.faces.shape[1]
    zone = zone_weights(
        rest_landmarks(video)[RIGID_POINTS], size_px=size, radius_px=_RIGID_RADIUS * size
    )
    flow, _ = remove_similarity(cell_flow(video), zone)
    return flow


def _pooled(
    fields: Float32[np.ndarray, "step row column part"], cells: int
) -> Float32[np.ndarray, "step value"]:
    steps, rows, columns, parts = fields.shape
    blocks = fields.reshape(steps, cells, rows // cells, cells, columns // cells, parts)
    pooled: Float32[np.ndarray, "step value"] = blocks.mean(axis=(2, 4)).reshape(steps, -1)
    return pooled


def _without_rest(
    values: Float32[np.ndarray, "step ..."], step_s: float
) -> Float32[np.ndarray, "step ..."]:
    times_s = np.arange(len(values)) * step_s
    usual = running_median(times_s, values, half_window_s=_REST_HALF_WINDOW_S)
    left: Float32[np.ndarray, "step ..."] = (values - usual).astype(np.float32)
    return left


def _make(video: Video) -> Float32[np.ndarray, "snippet feature"]:
    stride, step_s = flow_stride(video), flow_stride(video) / video.rate
    motion = _pooled(head_free_flow(video), MOTION_CELLS)
    reach = max(1, round(_VELOCITY_HALF_S / step_s))
    ahead = np.minimum(np.arange(len(motion)) + reach, len(motion) - 1)
    behind = np.maximum(np.arange(len(motion)) - reach, 0)
    chosen = slice(0, None, snippet_stride(video) // stride)
    displacement = _without_rest(motion, step_s)[chosen]
    velocity = (motion[ahead] - motion[behind])[chosen]
    seen = seen_frames(video)[:: snippet_stride(video)]
    look = np.full((len(seen), LOOK_CELLS**2), np.nan, np.float32)
    for place in np.flatnonzero(seen):
        picture = np.asarray(video.faces[place * snippet_stride(video)])
        small = cv2.resize(picture, (LOOK_CELLS, LOOK_CELLS), interpolation=cv2.INTER_AREA)
        look[place] = small.astype(np.float32).ravel() / _WHITE
    look = _without_rest(look, snippet_stride(video) / video.rate)
    return np.concatenate([displacement, velocity, look], axis=1)


features_of = KeptArrays(_make)
"""Two streams of every snippet, shape (snippet, 512): displacement against the usual face of the
second around, velocity (both in pixels of the aligned face, head motion removed, 8 x 8 cells), and
change of grey against the usual face (-1..1, 16 x 16 cells). NaN where there is no face. Raises
InputError for a video that shows no face."""


@dataclass(frozen=True)
class Scale:
    """Brings features to mean 0 and deviation 1 as they had them in the training."""

    mean: Float32[np.ndarray, " feature"]
    deviation: Float32[np.ndarray, " feature"]

    def __call__(
        self, features: Float[np.ndarray, "step feature"]
    ) -> Float32[np.ndarray, "step feature"]:
        """Scale features; what is not seen becomes 0, the mean."""
        scaled: Float32[np.ndarray, "step feature"] = np.nan_to_num(
            (features - self.mean) / self.deviation, nan=0.0
        ).astype(np.float32)
        return scaled


def scale_of(features: Sequence[Float[np.ndarray, "_ feature"]]) -> Scale:
    """Learn the scale from the videos of a training.

    Raises:
        UsageError: there is no video, or none with a step that is seen.
    """
    seen = [one[np.isfinite(one).all(axis=1)] for one in features]
    if not sum(len(one) for one in seen):
        msg = "Expected features of at least one step that shows a face, but there is none."
        raise UsageError(msg)
    known = np.concatenate(seen)
    # A feature that never varies says nothing, whatever its unit.
    deviation = np.maximum(known.std(axis=0), 1e-4)
    return Scale(known.mean(axis=0).astype(np.float32), deviation.astype(np.float32))
