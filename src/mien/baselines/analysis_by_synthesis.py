"""mien's own spotter: motion of the face against the motion of the head's action units."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32

from mien.baselines.scored_intervals import EXPRESSIONS
from mien.baselines.snippet_features import KeptArrays, rest_landmarks, seen_frames
from mien.core.errors import InputError
from mien.core.facs import Channel
from mien.core.time import TimeBase
from mien.core.track import Event
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.faces import CROP_SIZE_PX, RIGID_POINTS, eye_openness
from mien.head import load_head
from mien.motion import AlignedFrame, measure_cell_flow, remove_similarity, zone_weights
from mien.recognition.atoms import READ_UNITS, face_basis
from mien.recognition.basis import Basis
from mien.recognition.blinks import relative_opening
from mien.recognition.face_reading import FaceSignals, read_face
from mien.recognition.posture import Posture
from mien.work import Progress

MOTION_RATE = 100.0
"""Motion is measured about so often a second, or at every frame of slower video."""

SHORTEST_S = 1.0
"""In less, a brief movement cannot be told from slow change."""

_RIGID_RADIUS_PX = 10.0
_LIDS = (43, 45)


def motion_stride(video: Video) -> int:
    """Frames from one measured motion to the next."""
    return max(1, round(video.rate / MOTION_RATE))


def _make(video: Video) -> Float32[np.ndarray, "step row column 2"]:
    rest_landmarks(video)  # refuses a video without a face
    seen, stride = seen_frames(video), motion_stride(video)

    def frames() -> Iterator[AlignedFrame]:
        for frame in range(0, len(seen), stride):
            picture = None
            if seen[frame]:
                whole = np.asarray(video.faces[frame])
                side = (CROP_SIZE_PX, CROP_SIZE_PX)
                picture = cv2.resize(whole, side, interpolation=cv2.INTER_CUBIC)
            yield AlignedFrame(frame / video.rate, picture)

    return measure_cell_flow(frames()).flow_px


features_of = KeptArrays(_make)
"""Displacement of 32 x 32 cells against the face at rest, in pixels of a face of 256, head motion
in it, shape (step, 32, 32, 2) with :func:`motion_stride` frames a step; NaN where there is no face.
Raises InputError for a video that shows no face."""


def signals_of(video: Video) -> tuple[FaceSignals, Basis]:
    """Bring a prepared video into what the reading of a face takes.

    Slow movement is that of the prepared action unit curves; without them none is known. Pose and
    gaze are not.

    Raises:
        InputError: no frame shows a face.
        FaceError: the landmarks do not span a face.
    """
    stride, scale = motion_stride(video), CROP_SIZE_PX / video.faces.shape[1]
    flow_px, seen = features_of(video), seen_frames(video)[::stride]
    rate = Fraction(video.rate / stride).limit_denominator(1001)
    time = TimeBase(rate, len(flow_px), video.start_s)
    rest_px = (rest_landmarks(video) + 0.5) * scale - 0.5
    head = load_head()
    people = [person for person in head.people.values() if person.role == "basis"]
    basis = face_basis(head, people, rest_px, size_px=CROP_SIZE_PX)
    zone = zone_weights(rest_px[RIGID_POINTS], size_px=CROP_SIZE_PX, radius_px=_RIGID_RADIUS_PX)
    still, _ = remove_similarity(flow_px, zone)
    flat = video.landmarks_px[::stride].astype(np.float32)
    opening = eye_openness(np.concatenate([flat, np.zeros_like(flat[..., :1])], axis=-1))
    opening[~seen] = np.nan
    signals = FaceSignals(
        time=time,
        flow_px=still,
        opening_ratio=relative_opening(time.times_s, opening),
        posture=_posture(video, seen),
        head_rotation_rad=np.full((len(flow_px), 3), np.nan),
        gaze_rad=np.full((len(flow_px), 2, 2), np.nan),
        unseen=dict.fromkeys(np.flatnonzero(~seen).tolist(), "no face"),
        magnification=scale,
    )
    return signals, basis


def _posture(video: Video, seen: Bool[np.ndarray, " step"]) -> Posture:
    residual_m = np.where(seen, 0.0, np.nan)
    channels = [Channel.parse(name) for name in video.unit_names]
    known = [place for place, channel in enumerate(channels) if channel.au in READ_UNITS]
    curves: Float[np.ndarray, "step channel"] = np.zeros((len(seen), 0))
    if video.unit_curves is not None:
        curves = np.asarray(video.unit_curves, np.float64)[:: motion_stride(video), known]
    else:
        known = []
    return Posture(tuple(channels[place] for place in known), curves, residual_m)


class AnalysisBySynthesisSystem:
    """Spots what the motion fields of the head's action units explain; it needs no training."""

    def __init__(self, budget: Budget) -> None:
        del budget  # there is nothing to train

    def fit(self, videos: Sequence[LabelledVideo], *, seed: int, progress: Progress) -> None:
        """Learn nothing: its thresholds were fixed on other footage."""

    def spot(self, video: Video) -> tuple[Event, ...]:
        """Find micro- and macro-expressions; blinks and closed eyes are neither.

        Raises:
            InputError: the video is shorter than a second, or shows no face.
            FaceError: the landmarks do not span a face.
        """
        length_s = len(video.faces) / video.rate
        if length_s < SHORTEST_S:
            msg = (
                f"Expected {video.name} to last at least {SHORTEST_S} s, but it has "
                f"{length_s:.2f} s: a brief movement cannot be told from slow change. Give a "
                "longer video."
            )
            raise InputError(msg)
        signals, basis = signals_of(video)
        events = read_face(signals, basis).track.events
        return tuple(event for event in events if event.kind in EXPRESSIONS and not _of_lids(event))


def _of_lids(event: Event) -> bool:
    return bool(event.units) and all(peak.channel.au in _LIDS for peak in event.units)


SPEC = SystemSpec(
    name="Analysis by synthesis",
    task=SystemTask.SPOTTING,
    category="ours",
    summary=(
        "Brief motion of the face is explained by the motion fields of the built-in head's action "
        "units, without training; here on the prepared face, enlarged to 256 pixels, with slow "
        "movement from the prepared action unit curves."
    ),
    source="mien",
    inputs=("faces", "landmarks_px", "unit_curves"),
    build=AnalysisBySynthesisSystem,
)
