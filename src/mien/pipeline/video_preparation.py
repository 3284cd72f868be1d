"""An uncut video -> its aligned faces, landmarks and action units, with what was coded in it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    refused: str = ""
    """Why it cannot be prepared, where that is known before it is read."""

    @property
    def folder_name(self) -> str:
        """Name of its folder: the key without what divides folders."""
        return self.key.replace("/", "__").replace(":", "_")


def uncut_videos(corpus: Corpus) -> tuple[Uncut, ...]:
    """Gather the movements of a corpus by the recording that they lie in.

    A recording is what the corpus calls uncut, or a video file that its coded clips lie in; a file
    without coded times is a clip alone. Drawn videos in which nothing happens count too: what is
    found in them is false. Recordings of two people, and two of one name, are refused.
    """
    by_path: dict[Path, list[CodedClip]] = defaultdict(list)
    for clip in corpus.clips:
        path = clip.uncut
        coded = clip.onset is not None and clip.offset is not None
        if path is None and coded and clip.frames is not None and clip.frames.is_file():
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
            refused=_people(path, clips),
        )
        for path, clips in by_path.items()
    ]
    if corpus.name == SYNTH:
        still = sorted(set((corpus.root / "long").glob("*/*.mp4")) - set(by_path))
        for path in still:
            subject = f"{SYNTH}/{path.parent.name}"
            found.append(Uncut(f"{subject}/{path.stem}", subject, path, None, ()))
    named: dict[str, list[Path]] = defaultdict(list)
    for one in found:
        named[one.folder_name].append(one.path)
    return tuple(
        replace(one, refused=one.refused or _namesakes(one.subject, named[one.folder_name]))
        for one in found
    )


def _people(path: Path, clips: Sequence[CodedClip]) -> str:
    """Give the sentence for a recording of more than one person; nothing for one."""
    people = list(dict.fromkeys(clip.subject_key for clip in clips))
    if len(people) == 1:
        return ""
    return (
        f"Expected one person in {path.name}, but it is coded for {' and '.join(people)}. "
        "Correct the subject, or cut a video of each person."
    )


def _namesakes(subject: str, paths: Sequence[Path]) -> str:
    """Give the sentence for recordings that would have the same name; nothing for one."""
    if len(paths) == 1:
        return ""
    names = " and ".join("/".join(path.parts[-2:]) for path in paths)
    return (
        f"Expected each uncut video of {subject} to have a name of its own, but {names} would have "
        "the same. Rename one of them."
    )


@dataclass(frozen=True)
class VideoTask:
    """Prepares one uncut video, unless it is there; gives why it cannot be prepared, or ""."""

    face_model: Path | None
    out: Path

    def __call__(self, uncut: Uncut) -> str:
        """Prepare one video."""
        if uncut.refused:
            return uncut.refused
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
        InputError: no face, or a coded movement lies outside the video.
    """
    settings = RunSettings(rate=uncut.rate, face_model=face_model, use_cache=False)
    analysis = analyse_video(uncut.path, settings, Silent())
    face = analysis.face
    if face is None:
        msg = f"No face that can be measured was found in {uncut.key}."
        raise InputError(msg)
    events, emotions = _events(uncut, analysis)
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
    return LabelledVideo(video, events, emotions)


def _small(picture: np.ndarray) -> np.ndarray:
    import cv2

    small: np.ndarray = cv2.resize(picture, (FACE_PX, FACE_PX), interpolation=cv2.INTER_AREA)
    return small


def _events(uncut: Uncut, analysis: Analysis) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Turn frame numbers into seconds on the clock of the video.

    Raises:
        InputError: a movement lies outside it.
    """
    numbers = image_numbers(uncut.path) if uncut.path.is_dir() else (1, len(analysis.times_s))
    first, last = numbers[0], numbers[-1]
    rate = analysis.info.rate
    start_s = float(analysis.times_s[0])
    found: list[tuple[Event, str]] = []
    for clip in uncut.clips:
        if clip.onset is None or clip.offset is None:
            continue
        if not first <= clip.onset <= clip.offset <= last:
            msg = (
                f"Expected {clip.key} within the frames {first} to {last} of {uncut.path.name}, "
                f"but it is coded from {clip.onset} to {clip.offset}. Correct the table, or copy "
                "the video again."
            )
            raise InputError(msg)
        apex = clip.apex if clip.apex is not None else (clip.onset + clip.offset) // 2
        onset_s, apex_s, offset_s = (
            start_s + float((one - first) / rate) for one in (clip.onset, apex, clip.offset)
        )
        found.append((Event(clip.kind, onset_s, apex_s, offset_s), clip.emotion or ""))
    found.sort(key=lambda one: one[0].onset_s)
    return tuple(event for event, _ in found), tuple(emotion for _, emotion in found)
