"""The analysis as files: tracks, events, report."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mien.core.arrays import ImageRgb
from mien.core.track import Event, EventKind
from mien.faces import CROP_SIZE_PX, crop_shrink, warp_crop
from mien.faces.track import eye_distances
from mien.head import load_head
from mien.pipeline.analysis import Analysis, FaceAnalysis
from mien.pipeline.loop import LoopEntry
from mien.report import (
    EventDetail,
    ExportRoute,
    LoopRow,
    Refusal,
    ReportContent,
    SourceFacts,
    StageTiming,
    TruthRow,
    write_report,
)
from mien.tracks import (
    OpenFaceGeometry,
    events_dictionary,
    openface_dictionary,
    openface_geometry,
    write_dictionary,
    write_events_tsv,
    write_openface_csv,
    write_tracks_parquet,
)
from mien.video import open_video


@dataclass(frozen=True)
class ReportExtras:
    """What a report shows beyond the analysis."""

    routes: Mapping[str, float] | None = None
    loop: tuple[LoopEntry, ...] = ()
    truth: tuple[TruthRow, ...] = ()
    warnings: tuple[str, ...] = ()


def write_tables(analysis: Analysis, out: Path) -> tuple[Path, ...]:
    """Write the tracks as Parquet and OpenFace CSV, the events as a table, and their dictionaries.

    Raises:
        OutputError: a file cannot be written.
    """
    face_id = analysis.face.aligned.track.face_id if analysis.face is not None else 0
    tracks = {face_id: analysis.track}
    files = {
        name: out / name
        for name in ("tracks.parquet", "tracks.csv", "tracks.json", "events.tsv", "events.json")
    }
    write_tracks_parquet(files["tracks.parquet"], tracks)
    geometry = _geometry(analysis)
    write_openface_csv(files["tracks.csv"], tracks, geometry={face_id: geometry})
    write_dictionary(files["tracks.json"], openface_dictionary(geometry=geometry))
    write_events_tsv(files["events.tsv"], tracks)
    write_dictionary(files["events.json"], events_dictionary())
    return tuple(files.values())


def _geometry(analysis: Analysis) -> OpenFaceGeometry:
    face = analysis.face
    if face is None:
        return OpenFaceGeometry()
    seen = face.aligned.track
    return openface_geometry(
        face.uniform(seen.landmarks_px.astype(np.float64)),
        analysis.track.head_rotation_rad,
        frame_size_px=seen.frame_size_px,
        eye_distance_mm=_eye_distance_mm(),
        turn_deg=seen.turn_deg,
    )


def _eye_distance_mm() -> float:
    """Mean distance between the eye centres of the built-in people."""
    head = load_head()
    meshes_m = [head.landmarks.points(person.vertices_m) for person in head.people.values()]
    return 1000 * float(eye_distances(np.array(meshes_m, np.float32)).mean())


def write_page(analysis: Analysis, out: Path, extras: ReportExtras) -> Path:
    """Write ``report.html``.

    Raises:
        OutputError: the file cannot be written.
    """
    path = out / "report.html"
    face = analysis.face
    info = analysis.info
    face_id = face.aligned.track.face_id if face is not None else 0
    content = ReportContent(
        title=info.name,
        source=SourceFacts(
            name=info.name,
            width_px=info.width_px,
            height_px=info.height_px,
            rate=None if info.variable_rate else info.rate,
            frame_count=len(analysis.times_s),
            duration_s=info.duration_s,
            rotation_deg=info.rotation_deg,
            face_model=face.aligned.track.model_kind if face is not None else "",
        ),
        tracks={face_id: analysis.track} if face is not None else {},
        details=_details(analysis, face) if face is not None else (),
        warnings=analysis.warnings + extras.warnings,
        refused=_refusals(face) if face is not None else (),
        smallest=face.reading.smallest if face is not None else {},
        routes=tuple(
            ExportRoute(name=name, max_error=error) for name, error in (extras.routes or {}).items()
        ),
        loop=tuple(LoopRow(e.channel, e.correlation, e.apex_shift_s) for e in extras.loop),
        truth=extras.truth,
        timings=tuple(
            StageTiming(stage, cpu_ms) for stage, cpu_ms in analysis.stage_cpu_ms.items()
        ),
        provenance=analysis.track.provenance,
        why_empty="" if face is not None else " ".join(analysis.warnings),
    )
    write_report(path, content)
    return path


def _refusals(face: FaceAnalysis) -> tuple[Refusal, ...]:
    """Movements that are not reported in any way: long ones are, as longer movements."""
    return tuple(
        Refusal(one.moments.apex_s, one.refused) for one in face.reading.refused if not one.long
    )


def _details(analysis: Analysis, face: FaceAnalysis) -> tuple[EventDetail, ...]:
    findings = [f for f in face.reading.findings if f.event.kind is EventKind.MICRO]
    pictures = _pictures(analysis, face, [finding.event for finding in findings])
    return tuple(
        EventDetail(
            event=finding.event,
            face_id=face.aligned.track.face_id,
            onset_rgb=pictures.get(finding.event.onset_s),
            apex_rgb=pictures.get(finding.event.apex_s),
            offset_rgb=pictures.get(finding.event.offset_s),
            flow_px=finding.movement.field_px.astype(np.float64),
            noise_px=face.reading.noise_px,
            cosines=finding.cosines,
        )
        for finding in findings
    )


def _pictures(analysis: Analysis, face: FaceAnalysis, events: list[Event]) -> dict[float, ImageRgb]:
    """Aligned faces at the moments of the events, from one more pass over the video."""
    moments = sorted({t for e in events for t in (e.onset_s, e.apex_s, e.offset_s)})
    if not moments:
        return {}
    times_s = analysis.times_s
    wanted: dict[int, list[float]] = {}
    for moment in moments:
        wanted.setdefault(int(np.argmin(np.abs(times_s - moment))), []).append(moment)
    transforms = face.aligned.transforms
    shrink = crop_shrink(transforms)
    pictures: dict[float, ImageRgb] = {}
    rate = analysis.info.rate if analysis.source.is_dir() else None
    for frame in open_video(analysis.source, rate=rate).frames():
        if frame.index in wanted and np.isfinite(transforms[frame.index]).all():
            crop = warp_crop(frame.rgb, transforms[frame.index], CROP_SIZE_PX, shrink=shrink)
            for moment in wanted[frame.index]:
                pictures[moment] = crop
        if frame.index >= max(wanted):
            break
    return pictures
