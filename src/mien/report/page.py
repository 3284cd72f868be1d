"""The report as one HTML file that loads nothing from elsewhere."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from mien import __version__
from mien.core.errors import UsageError
from mien.core.facs import action_unit
from mien.core.track import ActionUnitTrack, EmotionPosterior, Event, EventKind
from mien.report.content import EventDetail, ReportContent, TruthRow
from mien.report.pictures import arrow_path, image_uri
from mien.report.timeline import quiet_units, timeline_svg
from mien.report.words import (
    KIND_NAMES,
    NOTHING,
    channel_phrase,
    evidence_words,
    milliseconds,
    number,
    seconds,
    significant,
    unit_phrase,
)
from mien.store.atomic import write_text_atomic
from mien.tracks import UnseenStretch, peak_activation, seen_frames, unit_names, unseen_stretches

_OPEN_DETAILS = 12  # beyond this many events the page starts with all of them folded
_SMALLEST_SHARE = 0.01  # labels below are not drawn
_LIKELY, _MOST_OPINIONS = 0.3, 8
_PLURALS = {
    EventKind.MICRO: ("micro-expression", "micro-expressions"),
    EventKind.MACRO: ("longer movement", "longer movements"),
    EventKind.BLINK: ("blink", "blinks"),
}


def write_report(path: Path, content: ReportContent) -> None:
    """Write one self-contained HTML page: no script, nothing loaded from elsewhere.

    Raises:
        UsageError: an event of a face that has no track.
        OutputError: the file cannot be written.
    """
    write_text_atomic(path, report_html(content))


def report_html(content: ReportContent) -> str:
    """Give the page of :func:`write_report` as text.

    Raises:
        UsageError: an event of a face that has no track.
    """
    environment = Environment(
        loader=PackageLoader("mien.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=number,
        seconds=seconds,
        milliseconds=milliseconds,
        significant=significant,
        channel=channel_phrase,
    )
    return environment.get_template("report.html.j2").render(
        content=content,
        dash=NOTHING,
        version=__version__,
        summary=content.summary or _summary(content),
        facts=_facts(content),
        faces=[_face(face, track) for face, track in sorted(content.tracks.items())],
        measured=any(seen_frames(track).any() for track in content.tracks.values()),
        details=[_detail(content, one) for one in content.details],
        methods=_methods(content),
        unfold=len(content.details) <= _OPEN_DETAILS,
        events=_event_rows(content.tracks),
        smallest=[(f"AU{au:02d}", least) for au, least in content.smallest.items()],
        truth=[_truth(row) for row in content.truth],
        total_ms=sum(one.cpu_ms_per_frame for one in content.timings),
    )


def count_sentence(events: list[Event], faces: int, duration_s: float | None) -> str:
    """Count events in one sentence.

    >>> count_sentence([], 1, 4.0)
    'No event on 1 face in 4.00 s.'
    """
    counts = Counter(event.kind for event in events)
    parts = [
        f"{counts[kind]} {_PLURALS[kind][counts[kind] != 1]}" for kind in EventKind if counts[kind]
    ]
    listed = " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]])) or "No event"
    where = f" on {faces} face{'s' * (faces != 1)}"
    return listed + where + (f" in {duration_s:.2f} s." if duration_s is not None else ".")


def _summary(content: ReportContent) -> tuple[str, ...]:
    if not content.tracks:
        return ()
    events = [event for track in content.tracks.values() for event in track.events]
    counted = count_sentence(events, len(content.tracks), content.source.duration_s)
    if any(event.kind is EventKind.MICRO for event in events):
        return (counted,)
    if not any(seen_frames(track).any() for track in content.tracks.values()):
        return (counted, "A face was found, but it could not be measured in any sample.")
    return (
        counted,
        (
            "No micro-expression was found. Movements smaller than the noise of this video or "
            "briefer than a few of its frames cannot be seen."
        ),
    )


def _methods(content: ReportContent) -> list[str]:
    """How posteriors were obtained, each way once."""
    emotions = (one.event.emotion for one in content.details)
    return list(dict.fromkeys(emotion.method for emotion in emotions if emotion))


def _facts(content: ReportContent) -> list[tuple[str, str]]:
    source = content.source
    rate = source.rate
    usual = "varies" if rate is None else f"{float(rate):.6g} frames/s"
    if rate is not None and rate.denominator != 1:
        usual += f" ({rate})"
    facts = [
        ("Picture", f"{source.width_px} × {source.height_px} px"),  # noqa: RUF001 - a times sign
        ("Frame rate", usual),
        ("Frames", NOTHING if source.frame_count is None else str(source.frame_count)),
        ("Duration", NOTHING if source.duration_s is None else f"{source.duration_s:.2f} s"),
    ]
    if source.rotation_deg:
        facts.append(("Turned by", f"{source.rotation_deg}°"))
    facts.append(("Faces", str(len(content.tracks))))
    if source.face_model:
        facts.append(("Landmark models", source.face_model))
    return facts


@dataclass(frozen=True)
class _Face:
    number: int
    timeline: str
    quiet: str
    seen_percent: float
    unseen: list[tuple[str, int]]
    """Reason and number of samples, most frequent first."""

    stretches: tuple[UnseenStretch, ...]

    rate: float


def _face(number_: int, track: ActionUnitTrack) -> _Face:
    quiet = quiet_units(track)
    return _Face(
        number=number_,
        timeline=timeline_svg(track, standalone=False),
        quiet=", ".join(f"AU{au:02d}" for au in quiet),
        seen_percent=100 * float(seen_frames(track).mean()),
        unseen=Counter(track.unseen.values()).most_common(),
        stretches=unseen_stretches(track),
        rate=float(track.time.rate),
    )


@dataclass(frozen=True)
class _Picture:
    name: str
    time_s: float
    uri: str
    width: int
    height: int
    arrows: str = ""
    longest_px: float = float("nan")
    stretch: float = 1.0


@dataclass(frozen=True)
class _Detail:
    detail: EventDetail
    kind: str
    headline: str
    units: list[tuple[str, str, str]]
    """Name with intensity, full name, what goes with it."""

    pictures: list[_Picture]
    evidence: list[tuple[str, str, str]]
    cosines: list[tuple[str, float]]
    sources: list[str]
    """Names of the recognisers that said something of units."""

    opinions: list[tuple[str, list[float], bool]]
    """Unit, its probability by each of them, and whether it is named in the end."""

    shares: list[tuple[str, float]]
    rest: float
    """Probability of the labels that are not listed."""

    uncertain: str


def _detail(content: ReportContent, detail: EventDetail) -> _Detail:
    event = detail.event
    if detail.face_id not in content.tracks:
        known = sorted(content.tracks)
        msg = f"Expected an event of the faces {known}, but got one of face {detail.face_id}."
        raise UsageError(msg)
    evidence = [
        (*evidence_words(name)[:1], significant(value), evidence_words(name)[1])
        for name, value in event.evidence.items()
    ]
    if np.isfinite(detail.noise_px):
        evidence.append(("noise of one cell", significant(detail.noise_px), "px"))
    shares, rest = _shares(event.emotion)
    names = unit_names(event.units).replace("+", " + ")
    return _Detail(
        detail=detail,
        kind=event.kind.value,
        headline=f"{KIND_NAMES[event.kind]} at {seconds(event.apex_s)}"
        + (f": {names}" if names else ""),
        units=[
            (
                unit_phrase(unit),
                action_unit(unit.channel.au).name,
                "; ".join(
                    filter(
                        None,
                        (
                            f"confidence {unit.confidence:.2f}"
                            if np.isfinite(unit.confidence)
                            else "",
                            f"one of: {unit.family}" if unit.family else "",
                        ),
                    )
                ),
            )
            for unit in event.units
        ],
        pictures=_pictures(detail),
        evidence=evidence,
        cosines=list(detail.cosines.items())[:8],
        sources=[one.source for one in event.opinions if one.units],
        opinions=_opinions(event),
        shares=shares,
        rest=rest,
        uncertain=_uncertainty(content.tracks[detail.face_id], event),
    )


def _opinions(event: Event) -> list[tuple[str, list[float], bool]]:
    """Units that are named, or that a recogniser takes for likely, most agreed on first."""
    said = [one.units for one in event.opinions if one.units]
    if not said:
        return []
    named = {unit.channel.au for unit in event.units}
    units = {au: [float(one[au]) for one in said] for au in said[0]}
    shown = [au for au, shares in units.items() if au in named or max(shares) >= _LIKELY]
    shown.sort(key=lambda au: (au not in named, -sum(units[au])))
    return [(f"AU{au:02d}", units[au], au in named) for au in shown[:_MOST_OPINIONS]]


def _uncertainty(track: ActionUnitTrack, event: Event) -> str:
    """How fine the times and the choice of units can be."""
    text = f"Times are read at steps of {milliseconds(track.time.step_s)}"
    brief = event.duration_s / track.time.step_s
    text += f"; the event covers {brief + 1:.0f} samples."
    if np.isfinite(event.confidence):
        text += f" Confidence {event.confidence:.2f}."
    return text


def _shares(emotion: EmotionPosterior | None) -> tuple[list[tuple[str, float]], float]:
    if emotion is None:
        return [], 0.0
    ranked = sorted(emotion.probabilities.items(), key=lambda one: -one[1])
    shown = [(label, share) for label, share in ranked if share >= _SMALLEST_SHARE]
    return shown, max(0.0, 1.0 - sum(share for _, share in shown))


def _pictures(detail: EventDetail) -> list[_Picture]:
    event = detail.event
    given = [
        (name, time_s, image)
        for name, time_s, image in (
            ("onset", event.onset_s, detail.onset_rgb),
            ("apex", event.apex_s, detail.apex_rgb),
            ("offset", event.offset_s, detail.offset_rgb),
        )
        if image is not None
    ]
    pictures = [
        _Picture(name, time_s, image_uri(image), image.shape[1], image.shape[0])
        for name, time_s, image in given
    ]
    apex = next((one for one in pictures if one.name == "apex"), None)
    if detail.flow_px is not None and apex is not None:
        path, longest, stretch = arrow_path(
            detail.flow_px, (apex.width, apex.height), detail.noise_px
        )
        moved = _Picture(
            "motion", apex.time_s, apex.uri, apex.width, apex.height, path, longest, stretch
        )
        pictures.insert(pictures.index(apex) + 1, moved)
    return pictures


def _event_rows(tracks: Mapping[int, ActionUnitTrack]) -> list[dict[str, object]]:
    found = [(event, face) for face, track in tracks.items() for event in track.events]
    found.sort(key=lambda one: (one[0].onset_s, one[1]))
    return [
        {
            "face": face,
            "event": event,
            "kind": KIND_NAMES[event.kind],
            "units": unit_names(event.units).replace("+", " + ") or NOTHING,
            "peak": number(peak_activation(event)),
            "label": _label(event.emotion),
            "share": number(event.emotion.probabilities[event.emotion.best])
            if event.emotion
            else "",
        }
        for event, face in found
    ]


def _label(emotion: EmotionPosterior | None) -> str:
    if emotion is None:
        return NOTHING
    return f"cannot tell: {emotion.undecided}" if emotion.undecided else emotion.best


def _truth(row: TruthRow) -> dict[str, object]:
    planned, found = row.planned, row.found
    verdict = "missed" if found is None else "not planned" if planned is None else "found"

    def units(event: Event | None) -> str:
        return (unit_names(event.units).replace("+", " + ") if event else "") or NOTHING

    def shift(moment: str) -> str:
        if planned is None or found is None:
            return NOTHING
        off_s: float = getattr(found, moment) - getattr(planned, moment)
        return f"{off_s * 1000:+.0f}"

    kinds = [event.kind for event in (planned, found) if event is not None]
    return {
        "verdict": verdict,
        "kind": KIND_NAMES[kinds[0]],
        "planned": planned,
        "found": found,
        "planned_units": units(planned),
        "found_units": units(found),
        "shifts": [shift(moment) for moment in ("onset_s", "apex_s", "offset_s")],
    }
