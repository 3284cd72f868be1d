"""The main job on footage that mien makes itself, whose truth is known exactly."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from mien.core.arrays import ImageRgb
from mien.core.facs import channels_of
from mien.core.track import Event, EventKind
from mien.directing import PlannedMovement
from mien.evaluation import match_events
from mien.head import load_head
from mien.pipeline.analysis import Analysis
from mien.pipeline.result import RunResult, TextTable
from mien.pipeline.run import run_with_truth
from mien.pipeline.settings import RunSettings
from mien.recognition.emotion import emotion_posterior
from mien.report import TruthRow
from mien.synth.clip_plan import ClipPlan, HeadMotion
from mien.synth.footage import render_clip
from mien.tracks import unit_names
from mien.video import write_video
from mien.work import Progress

DEMO_CRF = 5


def demo_plan(seed: int = 0) -> ClipPlan:
    """Plan the demo: three seconds at 100 frames a second, a blink, two micro-expressions.

    The face is not among those that the recogniser's basis is made of, and moves differently
    from it: a smooth gain of sd .25 and a turn of 12 degrees.
    """
    person = next(p.name for p in load_head().people.values() if p.role == "shown")
    return ClipPlan(
        person=person,
        rate=Fraction(100),
        duration_s=3.0,
        movements=(
            PlannedMovement((*channels_of(1), *channels_of(2)), 0.35, 0.60, 0.70, 0.85),
            PlannedMovement((*channels_of(6), *channels_of(12)), 0.25, 2.05, 2.17, 2.34),
        ),
        blinks_s=(1.45,),
        head=HeadMotion(sway_px=2.0, seed=seed + 11),
        noise_sd=2.0,
        size_px=352,
        seed=seed,
    )


def run_demo(out: Path, settings: RunSettings, progress: Progress) -> RunResult:
    """Draw the demo's clip, do the whole job on it, and compare found with true.

    Raises:
        MienError: as the main job does.
    """
    plan = demo_plan(settings.seed)
    clip = out / "demo.mp4"
    progress.start("drawing the clip", plan.time.count)

    def counted() -> Iterator[ImageRgb]:
        for index, picture in enumerate(render_clip(plan)):
            progress.update(index + 1)
            yield picture

    write_video(clip, counted(), rate=plan.rate, crf=DEMO_CRF)
    progress.finish()
    truth = plan.truth()
    planned = truth.events
    run = run_with_truth(
        clip, out, settings, progress, truth=lambda analysis: _rows(planned, analysis)
    )
    rows = _rows(planned, run.analysis)
    result = run.result
    return replace(
        result,
        files=(clip, *result.files),
        tables=(_table(rows, settings.prior), *result.tables),
    )


def _rows(planned: tuple[Event, ...], analysis: Analysis) -> tuple[TruthRow, ...]:
    rows: list[TruthRow] = []
    for kind in (EventKind.MICRO, EventKind.BLINK):
        truth = [event for event in planned if event.kind is kind]
        found = analysis.track.of_kind(kind)
        overlap = 0.5 if kind is EventKind.MICRO else 0.2
        matches, left = match_events(truth, found, min_overlap=overlap)
        rows += [TruthRow(match.truth, match.found) for match in matches]
        rows += [TruthRow(None, event) for event in left]
    return tuple(rows)


def _table(rows: tuple[TruthRow, ...], prior: str) -> TextTable:
    return TextTable(
        title="Found against true",
        columns=(
            "event", "true units", "found units", "onset ms", "apex ms", "offset ms",
            "true emotion", "found emotion",
        ),
        rows=tuple(_row(row, prior) for row in rows),
    )  # fmt: skip


def _row(row: TruthRow, prior: str) -> tuple[str, ...]:
    planned, found = row.planned, row.found
    either = planned or found
    kind = either.kind.value if either is not None else ""
    if planned is None:
        return (kind, "none", unit_names(found.units) if found else "", "", "", "", "", "")
    true_emotion = _emotion_of(planned, prior) if planned.kind is EventKind.MICRO else ""
    if found is None:
        return (kind, unit_names(planned.units), "missed", "", "", "", true_emotion, "")
    moments = []
    for name in ("onset_s", "apex_s", "offset_s"):
        true_s = getattr(planned, name)
        moments.append(f"{1000 * true_s:.0f} {1000 * (getattr(found, name) - true_s):+.0f}")
    emotion = ""
    if found.emotion is not None:
        emotion = f"{found.emotion.best} {found.emotion.probabilities[found.emotion.best]:.0%}"
    return (
        kind,
        unit_names(planned.units),
        unit_names(found.units),
        *moments,
        true_emotion,
        emotion,
    )


def _emotion_of(event: Event, prior: str) -> str:
    """Name the emotion that the planned units speak for."""
    units = {unit.channel.au: 1.0 for unit in event.units}
    observable = frozenset({1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 20, 23, 24, 25, 26})
    return emotion_posterior(units, observable=observable, prior=prior).best
