"""The first half of the main job: a video -> the track of one face and how it came about."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

import mien
from mien.core.arrays import Times
from mien.core.errors import FaceError, VideoError
from mien.core.facs import channels_of
from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.faces import FaceTrack, resolve_models, track_faces
from mien.motion import CellFlow
from mien.pipeline.cannot_tell import cannot_tell
from mien.pipeline.face_signals import (
    AlignedFace,
    align_face,
    basis_of,
    measure_motion,
    rate_of,
    signals_of,
)
from mien.pipeline.neutral import given_neutral, held_against
from mien.pipeline.settings import ALONE, PACKAGED, RunSettings
from mien.pipeline.stages import Followed, StageStore, flow_stage, tracks_stage
from mien.recognition.atoms import read_channels
from mien.recognition.basis import Basis
from mien.recognition.face_reading import FaceReading, read_face
from mien.recognition.fusion import TrainedRecogniser, packaged_recogniser
from mien.recognition.gates import SpottingThresholds
from mien.recognition.held import with_held
from mien.recognition.posture import Rest
from mien.recognition.uniform import Resampling
from mien.video import VideoInfo, VideoSource, open_video
from mien.work import Progress

MIN_DURATION_S = 0.2
"""A shorter clip holds no movement with its surroundings."""

_SHORTEST_S = MIN_DURATION_S - 0.0005
"""Time stamps may be rounded to milliseconds."""

_WIDEST_GAP = 1000
_WIDEST_GAP_SHARE = 10
"""A gap of more than 1000 steps, and of more than ten times as many as there are frames, is none.
"""

FEW_FRAMES_PER_S = 25
"""Below this rate half a second is a dozen frames, too few to see a micro-expression's course."""


@dataclass(frozen=True)
class FaceAnalysis:
    """What was read of the chosen face."""

    aligned: AlignedFace
    basis: Basis
    reading: FaceReading
    uniform: Resampling
    rest: Rest | None
    """What was taken for the face at rest; None where nothing of it could be seen."""

    @property
    def track(self) -> ActionUnitTrack:
        """The face's action units over time."""
        return self.reading.track


@dataclass(frozen=True)
class Analysis:
    """One video, read."""

    source: Path
    info: VideoInfo
    times_s: Times
    """Time stamps of all frames."""

    tracks: tuple[FaceTrack, ...]
    """Every face that was followed, the chosen one among them."""

    face: FaceAnalysis | None
    """The chosen face; None where there is none that can be read."""

    track: ActionUnitTrack
    """The chosen face's track; all unseen where there is none."""

    warnings: tuple[str, ...]
    cached: tuple[str, ...]
    """Stages that were taken from an earlier run."""

    stage_cpu_ms: Mapping[str, float] = field(default_factory=dict)
    """CPU milliseconds a frame, by stage."""

    model_source: str = ""


def analyse_video(source: Path | int, settings: RunSettings, progress: Progress) -> Analysis:
    """Read one video: follow the faces, measure the chosen one, recognise.

    A video without a readable face is a result too: a warning, and a track that is all unseen.

    Args:
        source: a file, a folder of numbered images, or the index of a camera.
        settings: the user's choices.
        progress: told how far each stage is.

    Raises:
        VideoError: nothing that can be read as video, or too short.
        FaceError: the face asked for by number is not there, or no neutral face of it where the
            settings say.
        UsageError: a neutral stretch outside the video.
        MissingError: no landmark models, and none can be fetched.
    """
    if isinstance(source, int):
        with tempfile.TemporaryDirectory(prefix="mien-camera-") as folder:
            path = Path(folder) / f"camera{source}.mp4"
            open_video(
                source, rate=settings.rate, record_to=path, record_s=settings.camera_duration_s
            )
            return analyse_video(path, replace(settings, rate=None, use_cache=False), progress)
    clock = _Clock()
    video = open_video(source, rate=settings.rate)
    warnings: list[str] = []
    _refuse_short(video)
    progress.start("landmark models", None, "files")
    models = resolve_models(settings.face_model, progress=lambda _: progress.update(0))
    progress.finish(models.kind)
    store = StageStore(video.sha256(), enabled=settings.use_cache)
    followed = store.get(
        tracks_stage(models.sha256, settings.rate),
        lambda: _follow(video, settings, progress),
        progress,
    )
    clock.lap("landmarks")
    tracks, times_s = followed.tracks, followed.times_s
    _refuse_short_times(video.info, times_s, followed.warnings)
    _refuse_jump(video.info, times_s)
    warnings += followed.warnings
    warnings += _rate_warning(times_s)
    chosen = _choose(tracks, settings.face, video.info.name)
    if chosen is None or chosen.refused:
        reason = chosen.refused if chosen is not None else ""
        warnings.append(reason or f"No face was found in {video.info.name}: the results are empty.")
        track = _all_unseen(times_s, rate_of(times_s, video.info.rate), reason or "no face")
        return Analysis(
            source, video.info, times_s, tracks, None, track, tuple(warnings), store.used,
            model_source=models.source,
        )  # fmt: skip
    warnings += chosen.warnings
    aligned = align_face(chosen)
    flow = store.get(
        flow_stage(models.sha256, settings.rate, chosen.face_id),
        lambda: _measure(video, aligned, progress),
        progress,
    )
    clock.lap("alignment and flow")
    progress.start("recognition", None)
    basis = basis_of(aligned)
    neutral = given_neutral(settings.neutral, video, aligned, models)
    rest = neutral.rest if neutral is not None else None
    signals, uniform = signals_of(aligned, basis, flow, rate_of(times_s, video.info.rate), rest)
    if neutral is not None:
        held = held_against(neutral, video, aligned, basis)
        signals = replace(signals, posture=with_held(signals.posture, held))
    clock.lap("signals")
    recogniser = recogniser_of(settings)
    reading = read_face(
        signals,
        basis,
        thresholds=SpottingThresholds(confidence=settings.confidence),
        prior=settings.prior,
        recogniser=recogniser,
    )
    clock.lap("recognition")
    progress.finish()
    warnings += cannot_tell(video.info.name, reading, signals.visibility, flow)
    provenance = Provenance(
        source=video.info.name,
        source_sha256=store.input_sha256,
        software={"mien": mien.__version__},
        models={**models.sha256, **(recogniser.sha256 if recogniser is not None else {})},
        settings={
            "prior": settings.prior,
            "confidence": f"{settings.confidence:g}",
            "recogniser": settings.recogniser,
            "neutral": _neutral_words(settings),
        },
        seed=settings.seed,
    )
    reading = replace(reading, track=replace(reading.track, provenance=provenance))
    face = FaceAnalysis(aligned, basis, reading, uniform, signals.posture.rest)
    return Analysis(
        source=source,
        info=video.info,
        times_s=times_s,
        tracks=tracks,
        face=face,
        track=reading.track,
        warnings=tuple(warnings),
        cached=store.used,
        stage_cpu_ms=clock.per_frame(len(times_s)),
        model_source=models.source,
    )


def recogniser_of(settings: RunSettings) -> TrainedRecogniser | None:
    """Load the trained recognisers that were chosen; None for analysis by synthesis alone.

    Raises:
        MissingError: a file of them is not there.
        FormatError: a file is cut short, of another version, or has other units.
    """
    if settings.recogniser == ALONE:
        return None
    if settings.recogniser == PACKAGED:
        return packaged_recogniser()
    return TrainedRecogniser(Path(settings.recogniser))


def _neutral_words(settings: RunSettings) -> str:
    neutral = settings.neutral
    if neutral is None:
        return "found"
    return neutral.name if isinstance(neutral, Path) else f"{neutral[0]:g}-{neutral[1]:g}"


def _follow(video: VideoSource, settings: RunSettings, progress: Progress) -> Followed:
    models = resolve_models(settings.face_model)
    progress.start("following faces", video.info.frame_count)
    tracks = track_faces(video, models, progress=lambda index, _: progress.update(index + 1))
    progress.finish()
    times_s = tracks[0].times_s if tracks else _frame_times(video)
    return Followed(tracks, times_s, video.warnings)


def _measure(video: VideoSource, aligned: AlignedFace, progress: Progress) -> CellFlow:
    progress.start("measuring motion", len(aligned.track.times_s))
    flow = measure_motion(video, aligned, progress)
    progress.finish()
    return flow


def _choose(tracks: tuple[FaceTrack, ...], wanted: int | None, name: str) -> FaceTrack | None:
    if wanted is None:
        usable = [track for track in tracks if not track.refused]
        return usable[0] if usable else (tracks[0] if tracks else None)
    for track in tracks:
        if track.face_id == wanted:
            return track
    known = ", ".join(str(track.face_id) for track in tracks) or "none"
    msg = f"There is no face {wanted} in {name}; the faces found are: {known}. Choose with --face."
    raise FaceError(msg)


def _frame_times(video: VideoSource) -> Times:
    return np.array([frame.time_s for frame in video.frames()], np.float64)


def _all_unseen(times_s: Times, rate: Fraction, reason: str) -> ActionUnitTrack:
    step_s = rate.denominator / rate.numerator
    count = max(1, round((times_s[-1] - times_s[0]) / step_s) + 1)
    channels = tuple(sorted({*read_channels(), *channels_of(43), *channels_of(45)}))
    return ActionUnitTrack(
        time=TimeBase(rate, count, float(times_s[0])),
        channels=channels,
        activation=np.full((count, len(channels)), np.nan),
        confidence=np.zeros((count, len(channels))),
        head_rotation_rad=np.full((count, 3), np.nan),
        gaze_rad=np.full((count, 2, 2), np.nan),
        unseen=dict.fromkeys(range(count), reason),
    )


def _refuse_short(video: VideoSource) -> None:
    info = video.info
    if info.duration_s is not None and info.duration_s < _SHORTEST_S:
        raise VideoError(_too_short(info.name, info.duration_s, info.frame_count, video.warnings))


def _refuse_short_times(info: VideoInfo, times_s: Times, warnings: tuple[str, ...]) -> None:
    length_s = 0.0
    if len(times_s) > 1:
        length_s = float(times_s[-1] - times_s[0] + np.median(np.diff(times_s)))
    if length_s < _SHORTEST_S:
        raise VideoError(_too_short(info.name, length_s, len(times_s), warnings))


def _refuse_jump(info: VideoInfo, times_s: Times) -> None:
    """Refuse a gap that no recording has: it would be filled with unseen frames by the million."""
    steps_s = np.diff(times_s)
    widest_s = max(_WIDEST_GAP, _WIDEST_GAP_SHARE * len(times_s)) * float(np.median(steps_s))
    at = int(np.argmax(steps_s))
    if steps_s[at] > widest_s:
        msg = (
            f"The time stamps of {info.name} jump from {times_s[at]:.2f} to {times_s[at + 1]:.2f} "
            f"s, so its {len(times_s)} frames are hardly one recording. Cut it there, or write it "
            "anew with true times."
        )
        raise VideoError(msg)


def _too_short(name: str, duration_s: float, frames: int | None, warnings: tuple[str, ...]) -> str:
    noun = "frame" if frames == 1 else "frames"
    counted = f"{frames} {noun}, " if frames is not None else ""
    return (
        f"{name} is too short ({counted}{duration_s:.2f} s): a movement cannot be told from rest "
        f"in less than {MIN_DURATION_S} s. {' '.join((*warnings, 'Give a longer clip.'))}"
    )


def _rate_warning(times_s: Times) -> list[str]:
    step_s = float(np.median(np.diff(times_s)))
    if step_s <= 1.0005 / FEW_FRAMES_PER_S:
        return []
    rate = f"{1 / step_s:.4g}"
    noun = "frame per second is" if rate == "1" else "frames per second are"
    return [
        (
            f"{rate} {noun} not enough for micro-expressions: events are "
            f"coarse, plus or minus {step_s * 1000:.0f} ms. Record with at least "
            f"{FEW_FRAMES_PER_S}, better 100, frames per second."
        )
    ]


class _Clock:
    """CPU time of the stages, one after the other."""

    def __init__(self) -> None:
        self._laps_s: dict[str, float] = {}
        self._last_s = time.process_time()

    def lap(self, stage: str) -> None:
        now_s = time.process_time()
        self._laps_s[stage] = now_s - self._last_s
        self._last_s = now_s

    def per_frame(self, frames: int) -> dict[str, float]:
        return {stage: 1000 * lap_s / frames for stage, lap_s in self._laps_s.items()}
