"""The main job: a facial video goes in, an animated digital human comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mien.core.errors import UsageError
from mien.core.track import EventKind
from mien.export import route_errors, write_formats
from mien.pipeline.analysis import Analysis, analyse_video
from mien.pipeline.documents import ReportExtras, write_page, write_tables
from mien.pipeline.loop import LoopEntry, close_loop
from mien.pipeline.render_cache import RENDERED, kept_render, note_render
from mien.pipeline.rendering import render_performance
from mien.pipeline.result import RunResult
from mien.pipeline.settings import RunSettings
from mien.pipeline.summary import event_table, loop_table, route_table, summary_lines
from mien.report import TruthRow
from mien.rig import CORRECTED_RIG, Performance, perform
from mien.tracks import unseen_stretches
from mien.video import open_video
from mien.work import Progress

TruthOf = Callable[[Analysis], tuple[TruthRow, ...]]
"""Compares what was read with what is known."""


def write_analysis(analysis: Analysis, out: Path) -> RunResult:
    """Write what was read: tracks, events and a report.

    Raises:
        OutputError: a file cannot be written.
    """
    files = [*write_tables(analysis, out), write_page(analysis, out, ReportExtras())]
    return RunResult(
        out=out,
        files=tuple(files),
        lines=summary_lines(analysis),
        tables=(event_table(analysis),),
        warnings=analysis.warnings,
        data=_data(analysis, (), {}),
    )


def run_video(
    source: Path | int, out: Path, settings: RunSettings, progress: Progress
) -> RunResult:
    """Do the whole job for one video.

    Writes into ``out``: tracks and events, the performance, the files for engines, the digital
    human as video (alone and beside the source), and a report. The digital human is read back
    and compared. A video without a readable face gives empty tables, a report that says why, and
    a warning.

    Args:
        source: a file, a folder of numbered images, or the index of a camera.
        out: folder for the results; made when it is not there.
        settings: the user's choices.
        progress: told how far each stage is.

    Raises:
        MienError: as the stages do; nothing half-written stays behind.
    """
    return run_with_truth(source, out, settings, progress).result


@dataclass(frozen=True)
class FullRun:
    """A run with what it was made of."""

    result: RunResult
    analysis: Analysis


def run_with_truth(
    source: Path | int,
    out: Path,
    settings: RunSettings,
    progress: Progress,
    *,
    truth: TruthOf | None = None,
) -> FullRun:
    """Do the whole job, with a comparison to known truth in the report where there is one."""
    _refuse_own_result(source, out)
    recorded = _recorded(source, out, settings)
    analysis = analyse_video(recorded, settings, progress)
    files = list(write_tables(analysis, out))
    rows = truth(analysis) if truth is not None else ()
    if analysis.face is None:
        files.append(write_page(analysis, out, ReportExtras(truth=rows)))
        result = RunResult(
            out=out,
            files=tuple(files),
            lines=summary_lines(analysis),
            warnings=analysis.warnings,
            data=_data(analysis, (), {}),
        )
        return FullRun(result, analysis)
    performance = perform(analysis.track, settings.rig)
    progress.start("files for engines", None, "files")
    files += write_formats(performance, out)
    errors = route_errors(performance, out)
    progress.finish()
    # The digital human moves by the units themselves; ARKit's controls cannot show all of them.
    shown = perform(analysis.track, CORRECTED_RIG)
    rendered, kept = _rendered(shown, analysis, out, settings, progress)
    files += rendered
    loop: tuple[LoopEntry, ...] = ()
    if settings.loop:
        loop = close_loop(analysis.track, rendered[0], settings, progress)
    extras = ReportExtras(routes=errors, loop=loop, truth=rows, warnings=performance.warnings)
    files.append(write_page(analysis, out, extras))
    tables = [event_table(analysis), route_table(errors)]
    if loop:
        tables.append(loop_table(loop))
    reused = analysis.cached + (("rendering",) if kept else ())
    lines = summary_lines(replace(analysis, cached=reused))
    result = RunResult(
        out=out,
        files=tuple(files),
        lines=lines,
        tables=tuple(tables),
        warnings=analysis.warnings + performance.warnings,
        data=_data(analysis, loop, errors),
    )
    return FullRun(result, analysis)


def _refuse_own_result(source: Path | int, out: Path) -> None:
    """Refuse a source that this very run would write over."""
    if isinstance(source, int):
        return
    if source.resolve() in {(out / name).resolve() for name in RENDERED}:
        msg = f"This run would write over its own input {source}. Choose another folder with --out."
        raise UsageError(msg)


def _recorded(source: Path | int, out: Path, settings: RunSettings) -> Path:
    """Give the source's path; a camera is recorded into the output folder first."""
    if not isinstance(source, int):
        return source
    path = out / f"camera{source}.mp4"
    open_video(source, rate=settings.rate, record_to=path, record_s=settings.camera_duration_s)
    return path


def _rendered(
    performance: Performance,
    analysis: Analysis,
    out: Path,
    settings: RunSettings,
    progress: Progress,
) -> tuple[tuple[Path, Path], bool]:
    """Render, or keep the videos of an earlier run with the same performance."""
    kept = kept_render(performance, out, settings) if settings.use_cache else None
    if kept is not None:
        progress.start("rendering", None)
        progress.finish("kept from the last run")
        return kept, True
    rate = settings.rate if analysis.source.is_dir() else None
    source = open_video(analysis.source, rate=rate)
    files = render_performance(performance, analysis.track, source, out, settings, progress)
    note_render(performance, out, settings, files)
    return files, False


def _neutral(analysis: Analysis) -> dict[str, object] | None:
    """What was taken for the face at rest, and how closely its frames agree."""
    rest = analysis.face.rest if analysis.face is not None else None
    if rest is None:
        return None
    return {
        "source": rest.source,
        "frames": rest.frames,
        "spread_mm": 1000 * rest.spread_m,
    }


def _data(
    analysis: Analysis, loop: tuple[LoopEntry, ...], errors: Mapping[str, float]
) -> dict[str, object]:
    return {
        "source": analysis.info.name,
        "frames": len(analysis.times_s),
        "faces": len(analysis.tracks),
        "events": [
            {
                "kind": event.kind.value,
                "onset_s": event.onset_s,
                "apex_s": event.apex_s,
                "offset_s": event.offset_s,
                "units": {str(unit.channel): unit.activation for unit in event.units},
                "confidence": event.confidence,
                "emotion": dict(event.emotion.probabilities) if event.emotion else None,
                "emotion_undecided": event.emotion.undecided if event.emotion else "",
                "opinions": {
                    one.source: {f"AU{au:02d}": share for au, share in one.units.items()}
                    for one in event.opinions
                },
            }
            for event in analysis.track.events
        ],
        "neutral": _neutral(analysis),
        "cannot_tell": [
            {"start_s": one.start_s, "end_s": one.end_s, "reason": one.reason}
            for one in unseen_stretches(analysis.track)
        ],
        "refused": [
            {
                "onset_s": one.moments.onset_s,
                "apex_s": one.moments.apex_s,
                "offset_s": one.moments.offset_s,
                "confidence": one.confidence,
                "reason": one.refused,
            }
            for one in (analysis.face.reading.refused if analysis.face is not None else ())
            if not one.long
        ],
        "speech": [
            {"start_s": one.start_s, "end_s": one.end_s}
            for one in (analysis.face.reading.speech if analysis.face is not None else ())
        ],
        "smallest_micro_expression": {
            f"AU{au:02d}": least
            for au, least in (
                analysis.face.reading.smallest if analysis.face is not None else {}
            ).items()
        },
        "micro_expressions": len(analysis.track.of_kind(EventKind.MICRO)),
        "cached": list(analysis.cached),
        "stage_cpu_ms_per_frame": dict(analysis.stage_cpu_ms),
        "route_errors": dict(errors),
        "loop": [
            {
                "channel": str(entry.channel),
                "correlation": entry.correlation,
                "apex_shift_s": entry.apex_shift_s,
            }
            for entry in loop
        ],
    }
