"""An uncut video -> its aligned faces, landmarks and action units, with what was coded in it."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from mien.core.errors import InputError
from mien.core.track import Event
from mien.datasets.clips import LabelledVideo, Video
from mien.datasets.coded_clip import CodedClip
from mien.datasets.corpus import Corpus
from mien.datasets.prepared import write_video
from mien.datasets.synth_corpus import SYNTH
from mien.faces import CROP_SIZE_PX
from mien.pipeline.analysis import Analysis, analyse_video
from mien.pipeline.face_signals import aligned_frames
from mien.pipeline.settings import RunSettings
from mien.video import image_numbers, open_video
from mien.work.progress import Silent

FACE_PX = 128
"""Side of the aligned faces of uncut videos."""

MOST_RATE = 100
"""Frames a second above which every second, third ... picture is kept."""


@dataclass(frozen=True)
class Uncut:
    """One uncut recording and the movements that were coded in it."""

    key: str
    subject: str
    path: Path
    rate: Fraction | None
    """Of a folder of pictures; a file has its own."""

    clips: tuple[CodedClip, ...]

    @property
    def folder_name(self) -> str:
        """Name of its folder: the key without what divides folders."""
        return self.key.replace("/", "__").replace(":", "_")


def uncut_videos(corpus: Corpus) -> tuple[Uncut, ...]:
    """Gather the movements of a corpus by the recording that they lie in.

    A recording is what the corpus calls uncut, or a video file that its clips lie in. Drawn
    videos in which nothing happens count too: what is found in them is false.
    """
    by_path: dict[Path, list[CodedClip]] = defaultdict(list)
    for clip in corpus.clips:
        path = clip.uncut
        if path is None and clip.frames is not None and clip.frames.is_file():
            path = clip.frames
        if path is not None:
            by_path[path].append(clip)
    found = [
        Uncut(
            key=f"{clips[0].subject_key}/{path.stem if path.is_file() else path.name}",
            subject=clips[0].subject_key,
            path=path,
            rate=clips[0].rate if path.is_dir() else None,
            clips=tuple(clips),
        )
        for path, clips in by_path.items()
    ]
    if corpus.name == SYNTH:
        still = sorted(set((corpus.root / "long").glob("*/*.mp4")) - set(by_path))
        for path in still:
            subject = f"{SYNTH}/{path.parent.name}"
            found.append(Uncut(f"{subject}/{path.stem}", subject, path, None, ()))
    return tuple(found)


@dataclass(frozen=True)
class VideoTask:
    """Prepares one uncut video, unless it is there; gives why it cannot be prepared, or ""."""

    face_model: Path | None
    out: Path

    def __call__(self, uncut: Uncut) -> str:
        """Prepare one video."""
        folder = self.out / uncut.folder_name
        if (folder / "video.json").is_file():
            return ""
        try:
            write_video(folder, prepare_video(uncut, self.face_model))
        except InputError as error:
            return str(error)
        return ""


def prepare_video(uncut: Uncut, face_model: Path | None) -> LabelledVideo:
    """Read one uncut video and lay its largest face into a small crop, frame by frame.

    Raises:
        VideoError: it cannot be read, or is too short.
        InputError: no face, or nothing coded has its times.
    """
    settings = RunSettings(rate=uncut.rate, face_model=face_model, use_cache=False)
    analysis = analyse_video(uncut.path, settings, Silent())
    face = analysis.face
    if face is None:
        msg = f"No face that can be measured was found in {uncut.key}."
        raise InputError(msg)
    source = open_video(uncut.path, rate=uncut.rate)
    crops = [
        np.zeros((FACE_PX, FACE_PX), np.uint8) if frame.picture is None else _small(frame.picture)
        for frame in aligned_frames(source, face.aligned)
    ]
    track = face.track
    uniform = face.uniform.nearest
    step = max(-(-track.time.rate // MOST_RATE), 1)
    chosen = uniform[::step]
    scale = FACE_PX / CROP_SIZE_PX
    video = Video(
        name=uncut.key,
        subject=uncut.subject,
        rate=float(track.time.rate / step),
        start_s=track.time.start_s,
        faces=np.stack(crops)[chosen],
        landmarks_px=((face.aligned.landmarks_px[chosen] + 0.5) * scale - 0.5).astype(np.float64),
        unit_names=tuple(str(channel) for channel in track.channels),
        unit_curves=track.activation[::step],
    )
    events, emotions = _events(uncut, analysis)
    return LabelledVideo(video, events, emotions)


def _small(picture: np.ndarray) -> np.ndarray:
    import cv2

    small: np.ndarray = cv2.resize(picture, (FACE_PX, FACE_PX), interpolation=cv2.INTER_AREA)
    return small


def _events(uncut: Uncut, analysis: Analysis) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Turn frame numbers into seconds on the clock of the video."""
    first = image_numbers(uncut.path)[0] if uncut.path.is_dir() else 1
    rate = analysis.info.rate
    start_s = float(analysis.times_s[0])
    found: list[tuple[Event, str]] = []
    for clip in uncut.clips:
        if clip.onset is None or clip.offset is None:
            continue
        apex = clip.apex if clip.apex is not None else (clip.onset + clip.offset) // 2
        onset_s, apex_s, offset_s = (
            start_s + float((one - first) / rate) for one in (clip.onset, apex, clip.offset)
        )
        found.append((Event(clip.kind, onset_s, apex_s, offset_s), clip.emotion or ""))
    found.sort(key=lambda one: one[0].onset_s)
    return tuple(event for event, _ in found), tuple(emotion for _, emotion in found)
