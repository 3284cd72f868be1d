"""Who and what the pictures show: rendered people, and the demo's clip as mien reads it."""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float

from mien.core.arrays import ImageRgb
from mien.core.facs import Channel
from mien.core.track import ActionUnitTrack, Event, EventKind
from mien.faces import CROP_SIZE_PX, crop_shrink, warp_crop
from mien.head import Head, Person, au_delta, load_head
from mien.pipeline.analysis import Analysis, FaceAnalysis, analyse_video
from mien.pipeline.demo import DEMO_CRF, demo_plan
from mien.pipeline.settings import RunSettings
from mien.recognition.finding import Finding
from mien.render import Portrait
from mien.synth.footage import render_clip
from mien.video import open_video, write_video
from mien.work import Silent


def shown_person() -> Person:
    """The person of the demo and of the rendered videos."""
    return load_head().people_of("shown")[0]


def face_with(
    person: Person,
    activations: dict[Channel, float] | None = None,
    *,
    size_px: int,
    quality: str = "fast",
    view: str = "face",
    head_rotation_rad: tuple[float, float, float] = (0.0, 0.0, 0.0),
    gaze_rad: Float[np.ndarray, "eye angle"] | None = None,
) -> ImageRgb:
    """Draw a person with action units at the given activations."""
    head: Head = load_head()
    chosen = activations or {}
    deltas = [np.zeros_like(head.mean_m), *(au_delta(head, channel) for channel in chosen)]
    portrait = Portrait(
        head,
        person,
        width_px=size_px,
        height_px=size_px,
        quality=quality,
        view=view,
        unit_deltas_m=np.stack(deltas).astype(np.float32),
    )
    return portrait.frame(
        np.array([0.0, *chosen.values()]),
        head_rotation_rad=head_rotation_rad,
        gaze_rad=gaze_rad,
    )


@dataclass(frozen=True)
class DemoReading:
    """The demo's clip: what is true, and what mien reads."""

    truth: ActionUnitTrack
    analysis: Analysis
    face: FaceAnalysis
    crops: dict[int, ImageRgb]
    """Aligned faces by frame: every tenth, and all frames of the micro-expressions."""

    frames: dict[int, ImageRgb]
    """The pictures themselves, the same frames."""

    @property
    def first(self) -> Finding:
        """The first micro-expression found."""
        return min(
            (f for f in self.face.reading.findings if f.event.kind is EventKind.MICRO),
            key=lambda finding: finding.event.apex_s,
        )

    @property
    def strongest(self) -> Finding:
        """The micro-expression with the largest score."""
        found = (f for f in self.face.reading.findings if f.event.kind is EventKind.MICRO)
        return max(found, key=lambda finding: finding.movement.score)

    def skin_field(self, finding: Finding) -> Float[np.ndarray, "row column 2"]:
        """Measured motion of the cells that show skin; 0 elsewhere."""
        return np.where(self.face.basis.seen[..., None], finding.movement.field_px, 0.0)

    def frame_at(self, time_s: float) -> int:
        """Number of the kept frame nearest a time."""
        times = self.analysis.times_s
        return min(self.crops, key=lambda index: abs(times[index] - time_s))


@cache
def demo_reading() -> DemoReading:
    """Draw the demo's clip, write it as video and read it, as ``mien demo`` does."""
    plan = demo_plan()
    with tempfile.TemporaryDirectory(prefix="mien-docs-") as folder:
        clip = Path(folder) / "demo.mp4"
        write_video(clip, render_clip(plan), rate=plan.rate, crf=DEMO_CRF)
        analysis = analyse_video(clip, RunSettings(use_cache=False), Silent())
        if analysis.face is None:
            msg = f"The demo's face was not read: {analysis.warnings}."
            raise RuntimeError(msg)
        micro = analysis.track.of_kind(EventKind.MICRO)
        transforms = analysis.face.aligned.transforms
        shrink = crop_shrink(transforms)
        crops, frames = {}, {}
        for frame in open_video(clip).frames():
            if frame.index % 10 == 0 or any(_inside(one, frame.time_s) for one in micro):
                matrix = transforms[frame.index]
                crops[frame.index] = warp_crop(frame.rgb, matrix, CROP_SIZE_PX, shrink=shrink)
                frames[frame.index] = frame.rgb
    return DemoReading(plan.truth(), analysis, analysis.face, crops, frames)


def _inside(event: Event, time_s: float) -> bool:
    return event.onset_s - 0.02 <= time_s <= event.offset_s + 0.02
