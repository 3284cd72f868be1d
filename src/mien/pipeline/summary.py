"""The result in words and small tables, as a person reads them in a terminal."""

import math
from collections.abc import Mapping

from mien.core.track import Event, EventKind
from mien.pipeline.analysis import Analysis
from mien.pipeline.loop import LoopEntry
from mien.pipeline.result import TextTable
from mien.recognition.judged import judging_words
from mien.tracks import peak_activation, unit_names

_KINDS = {
    EventKind.MICRO: ("micro-expression", "micro-expressions"),
    EventKind.MACRO: ("longer movement", "longer movements"),
    EventKind.BLINK: ("blink", "blinks"),
}


def summary_lines(analysis: Analysis) -> tuple[str, ...]:
    """Say what was found, in sentences."""
    info = analysis.info
    track = analysis.track
    size = f"{info.width_px}x{info.height_px}"
    rate = f"{float(track.time.rate):.4g} per second"
    count = len(analysis.times_s)
    lines = [f"{info.name}: {size}, {count} frames, {rate}, {track.time.duration_s:.1f} s."]
    if analysis.face is None:
        lines.append("No face to read.")
        return tuple(lines)
    chosen = analysis.face.aligned.track
    share = float(chosen.success.mean())
    lines.append(
        f"Face {chosen.face_id} of {len(analysis.tracks)}, seen in {share:.0%} of the frames, "
        f"{chosen.eye_distance_px:.0f} px between the eyes, {chosen.model_kind} landmark models."
    )
    rest = analysis.face.rest
    if rest is not None:
        lines.append(
            f"Neutral face: {rest.source} "
            f"(frames: {rest.frames}, within {1000 * rest.spread_m:.1f} mm)."
        )
    counts = ", ".join(
        f"{len(track.of_kind(kind)) or 'no'} {words[len(track.of_kind(kind)) != 1]}"
        for kind, words in _KINDS.items()
    )
    lines.append(f"Found {counts}.")
    reading = analysis.face.reading
    lines += judging_words(reading)
    refused = sum(not one.long for one in reading.refused)
    if refused:
        noun = "movement was" if refused == 1 else "movements were"
        lines.append(f"{refused} more brief {noun} seen and not reported; --json says why.")
    if analysis.cached:
        lines.append(f"From an earlier run: {', '.join(analysis.cached)}.")
    return tuple(lines)


def event_table(analysis: Analysis) -> TextTable:
    """List the events."""
    return TextTable(
        title="Events",
        columns=(
            "kind",
            "onset s",
            "apex s",
            "offset s",
            "action units",
            "peak",
            "emotion",
            "sure",
        ),
        rows=tuple(_event_row(event) for event in analysis.track.events),
    )


def _event_row(event: Event) -> tuple[str, ...]:
    peak = peak_activation(event)
    emotion = ""
    if event.emotion is not None:
        best = event.emotion.best
        emotion = f"{best} {event.emotion.probabilities[best]:.0%}"
        if event.emotion.undecided:
            emotion = f"cannot tell ({emotion})"
    return (
        event.kind.value,
        f"{event.onset_s:.3f}",
        f"{event.apex_s:.3f}",
        f"{event.offset_s:.3f}",
        unit_names(event.units),
        "" if math.isnan(peak) else f"{peak:.2f}",
        emotion,
        "" if math.isnan(event.confidence) else f"{event.confidence:.2f}",
    )


def route_table(errors: Mapping[str, float]) -> TextTable:
    """List how far each file is from the curves, by the engine's own rule."""
    return TextTable(
        title="Curves as each route gives them to an engine",
        columns=("route", "largest difference"),
        rows=tuple((route, f"{error:.1e}") for route, error in errors.items()),
    )


def loop_table(entries: tuple[LoopEntry, ...]) -> TextTable:
    """List what was read from the video against what is read from the digital human."""
    return TextTable(
        title="Read from the video, and read back from the digital human",
        columns=("action unit", "peak", "read back", "correlation", "apex shift ms"),
        rows=tuple(
            (
                str(entry.channel),
                f"{entry.source_peak:.2f}",
                f"{entry.read_back_peak:.2f}",
                "" if math.isnan(entry.correlation) else f"{entry.correlation:.2f}",
                "" if math.isnan(entry.apex_shift_s) else f"{1000 * entry.apex_shift_s:+.0f}",
            )
            for entry in entries
        ),
    )
