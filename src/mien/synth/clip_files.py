"""One planned clip -> its pictures, its exact truth, and a note that both are whole."""

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mien.core.arrays import ImageRgb
from mien.core.errors import OutputError
from mien.core.track import EventKind
from mien.directing import Directed
from mien.store.atomic import cannot_write, write_bytes_atomic, write_text_atomic
from mien.store.digest import sha256_of_files, sha256_of_path
from mien.synth.footage import Poses, poses_of, render_footage, stage_of_person
from mien.synth.footage_plan import FootagePlan, plan_clip_footage, plan_long_footage
from mien.synth.options import SynthOptions
from mien.synth.true_motion import TrueMotion, true_motion
from mien.tracks import write_events_tsv, write_tracks_parquet
from mien.video import write_video

PICTURES, LONG, TRUTH = "CASME2_RAW_selected", "long", "truth"
"""Folders of the corpus: clips as folders of pictures, long videos as files, and the truth."""

NOTE = "clip.json"
"""Written last: what it stands beside is whole."""

SCHEMA, VERSION = "mien/synth-clip", 1


@dataclass(frozen=True)
class ClipTask:
    """Writes one clip or long video of a corpus; a worker keeps the person it has built."""

    options: SynthOptions
    out: Path

    def __call__(self, item: tuple[str, int]) -> Mapping[str, Any]:
        """Write the clip of a kind (``clip`` or ``long``) and number, unless it is there whole.

        Returns the note.

        Raises:
            OutputError: it cannot be written; nothing half-written stays.
        """
        kind, number = item
        planned = plan_clip_footage if kind == "clip" else plan_long_footage
        plan = planned(self.options, number)
        truth = self.out / TRUTH / plan.subject / plan.name
        known = _kept(truth, self.out)
        if known is not None:
            return known
        try:
            return _write(plan, kind, self.options, self.out, truth)
        except OSError as error:
            raise OutputError(cannot_write(truth, error)) from error


def _kept(truth: Path, out: Path) -> Mapping[str, Any] | None:
    """Give the note of a clip that is there whole."""
    try:
        note: Mapping[str, Any] = json.loads((truth / NOTE).read_text(encoding="utf-8"))
        footage = out / note["footage"]
        whole = all((truth / name).is_file() for name in note["files_sha256"])
        if footage.is_dir():
            whole = whole and sum(1 for _ in footage.glob("img*.jpg")) == note["frames"]
        else:
            whole = whole and footage.is_file()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return note if whole else None


def _write(
    plan: FootagePlan, kind: str, options: SynthOptions, out: Path, truth: Path
) -> Mapping[str, Any]:
    directed = plan.directed()
    poses = poses_of(plan, directed)
    stage = stage_of_person(
        plan.person, options.size_px, options.quality, plan.person_seed, mismatch=plan.mismatch
    )
    frames = render_footage(plan, stage, poses)
    if kind == "clip":
        footage = out / PICTURES / plan.subject / plan.name
        digest = _write_pictures(footage, frames, plan)
    else:
        footage = out / LONG / plan.subject / f"{plan.name}.mp4"
        write_video(footage, frames, rate=plan.time.rate, crf=plan.crf)
        digest = sha256_of_path(footage)
    micro = [move for move in plan.movements if move.kind is EventKind.MICRO]
    pairs = [(plan.time.nearest(m.onset_s), plan.time.nearest(m.apex_s)) for m in micro]
    reference = pairs[0][0] if kind == "clip" else 0
    motion = true_motion(stage, poses, reference=reference, pairs=pairs)
    write_tracks_parquet(truth / "tracks.parquet", {0: directed.track})
    write_events_tsv(truth / "events.tsv", {0: directed.track})
    write_bytes_atomic(truth / "motion.npz", _motion_bytes(motion, directed, poses))
    names = ("tracks.parquet", "events.tsv", "motion.npz")
    note = {
        "schema": SCHEMA,
        "version": VERSION,
        "kind": kind,
        "footage": footage.relative_to(out).as_posix(),
        "footage_sha256": digest,
        "files_sha256": {name: sha256_of_path(truth / name) for name in names},
        **described(plan),
    }
    write_text_atomic(truth / NOTE, json.dumps(note, indent=1) + "\n")
    return note


def described(plan: FootagePlan) -> dict[str, Any]:
    """Tell everything that was drawn for a clip, as JSON can hold it."""
    light = replace(plan.light)
    return {
        "number": plan.number,
        "subject": plan.subject,
        "name": plan.name,
        "person": plan.person,
        "rate": str(plan.time.rate),
        "frames": plan.time.count,
        "first_frame": plan.first_frame,
        "movements": [
            {
                "kind": move.kind.value,
                "emotion": move.label,
                "units": {str(c): round(move.peak_of(c), 6) for c in move.channels},
                "onset_s": move.onset_s,
                "apex_s": move.apex_s,
                "hold_s": move.hold_s,
                "offset_s": move.offset_s,
                "onset_frame": plan.frame_of(move.onset_s),
                "apex_frame": plan.frame_of(move.apex_s),
                "offset_frame": plan.frame_of(move.offset_s),
            }
            for move in plan.movements
        ],
        "speech": [asdict(one) for one in plan.speech],
        "pose_deg": list(plan.pose_deg),
        "life": {name: value for name, value in asdict(plan.life).items() if value is not None},
        "light": asdict(light),
        "sensor": asdict(plan.sensor),
        "jpeg_quality": plan.jpeg_quality,
        "crf": plan.crf,
        "mismatch": plan.mismatch,
        "seed": plan.seed,
        "person_seed": plan.person_seed,
    }


def _write_pictures(folder: Path, frames: Iterator[ImageRgb], plan: FootagePlan) -> str:
    """Write the pictures beside their place, then put them there as one."""
    import cv2

    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        paths = []
        for number, picture in enumerate(frames, start=plan.first_frame):
            done, data = cv2.imencode(
                ".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, plan.jpeg_quality]
            )
            if not done:
                msg = f"Cannot encode picture {number} of {folder.name} as JPEG."
                raise OutputError(msg)
            paths.append(part / f"img{number}.jpg")
            paths[-1].write_bytes(data.tobytes())
        digest = sha256_of_files(paths)
        if folder.exists():
            shutil.rmtree(folder)  # left by a run that was ended before its note was written
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return digest


def _motion_bytes(motion: TrueMotion, directed: Directed, poses: Poses) -> bytes:
    buffer = io.BytesIO()
    np.savez(
        buffer,
        landmarks_px=motion.landmarks_px,
        crop_from_frame=motion.crop_from_frame,
        flow28_px=motion.flow28_px,
        flow32_px=motion.flow32_px,
        reference_frame=np.int32(motion.reference_frame),
        onset_apex_px=motion.onset_apex_px,
        onset_apex_frames=np.array(motion.onset_apex_frames, np.int32).reshape(-1, 2),
        head_rotation_rad=np.array([pose.rotation_rad for _, pose, _ in poses]),
        head_translation_m=directed.head_translation_m,
    )
    return buffer.getvalue()
