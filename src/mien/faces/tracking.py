"""A video -> one track for every face in it."""

from collections.abc import Callable
from itertools import islice

from mien.faces.search import TURNS_DEG, FaceSearch
from mien.faces.track import FaceTrack
from mien.faces.tracker import FaceTracker
from mien.store.models import FaceModels
from mien.video import VideoSource, prefetched

_PROBED_FRAMES, _PROBE_STEP, _PROBES = 31, 5, 3
_CLEARLY_BETTER = 1.1
"""A turned picture must beat the picture as it is by this factor."""


def track_faces(
    source: VideoSource,
    models: FaceModels,
    *,
    max_faces: int = 4,
    blendshapes: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
) -> tuple[FaceTrack, ...]:
    """Follow every face of a video; empty where there is none.

    Decoding runs in a thread beside the networks. ``progress`` is called after each frame with
    its index and the number of frames (None where unknown). ``blendshapes`` adds the 52 scores
    of the official models (0.8 ms a frame).

    Raises:
        VideoError: not one frame can be decoded.
    """
    turn_deg = find_turn(source, models)
    tracker = FaceTracker(models, max_faces=max_faces, turn_deg=turn_deg, blendshapes=blendshapes)
    for frame in prefetched(source.frames()):
        tracker.update(frame.rgb, frame.time_s)
        if progress is not None:
            progress(frame.index, source.info.frame_count)
    return tracker.tracks()


def find_turn(source: VideoSource, models: FaceModels) -> int:
    """Find the turn that puts the picture upright: 0, 90, 180 or 270 degrees counter-clockwise.

    All four are tried on up to three frames of the first second that show a face. The detectors
    know upright faces only, and the mesh on a face upside down is wrong without knowing it.
    """
    search = FaceSearch(models)
    sums = dict.fromkeys(TURNS_DEG, 0.0)
    probes = 0
    for frame in islice(source.frames(), 0, _PROBED_FRAMES, _PROBE_STEP):
        scores = {turn: search.upright_score(frame.rgb, turn) for turn in TURNS_DEG}
        if any(scores.values()):
            probes += 1
            sums = {turn: sums[turn] + scores[turn] for turn in TURNS_DEG}
        if probes == _PROBES:
            break
    best = max(sums, key=lambda turn: sums[turn])
    return best if sums[best] > _CLEARLY_BETTER * sums[0] else 0
