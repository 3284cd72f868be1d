"""Tables of the documentation that stand in the code."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from docs_making.subjects import demo_reading

from mien.core.facs import ACTION_UNITS, channels_of
from mien.core.track import Event, EventKind
from mien.evaluation import match_events
from mien.head import au_weights
from mien.recognition.atoms import READ_UNITS
from mien.recognition.posture import POSTURE_UNITS
from mien.rig import load_rig
from mien.store.atomic import write_text_atomic
from mien.tracks import events_dictionary, openface_dictionary, unit_names

_NOTE = "<!-- Written by tools/make_docs.py; run it again after a change. -->\n\n"
_NUMBERED = re.compile(r"(eye_lmk_[xyXYZ]|[xyXYZp])_\d+")


def table_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table in Markdown, under a note that says what wrote it."""
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows]
    return _NOTE + "\n".join(lines) + "\n"


def _cells(name: str, facts: Mapping[str, object]) -> tuple[str, str, str]:
    meaning = str(facts["Description"])
    levels = facts.get("Levels")
    if isinstance(levels, Mapping):
        told = (key if key == value else f"{key} ({value})" for key, value in levels.items())
        meaning += " Values: " + ", ".join(told) + "."
    return (f"`{name}`", meaning, str(facts.get("Units", "")))


def write_event_columns(path: Path) -> None:
    """List the columns of events.tsv."""
    rows = [_cells(name, facts) for name, facts in events_dictionary().items()]
    write_text_atomic(path, table_text(("column", "meaning", "unit"), rows))


def write_track_columns(path: Path) -> None:
    """List the columns of tracks.csv that are not numbered points."""
    rows = [
        (*_cells(name, facts), str(facts["Method"]))
        for name, facts in openface_dictionary().items()
        if not _NUMBERED.fullmatch(name)
    ]
    write_text_atomic(path, table_text(("column", "meaning", "unit", "how it is obtained"), rows))


def write_units(path: Path) -> None:
    """List the action units: how each is read, and what it moves."""
    rig = load_rig("arkit52")
    rows = []
    for unit in ACTION_UNITS:
        weights = au_weights(channels_of(unit.number)[0])
        shape = ", ".join(f"{_plain(name)} {weight:g}" for name, weight in weights.items())
        shape = shape or "none"
        row = rig.row(unit.number)
        controls = "none"
        if row is not None and row.controls:
            controls = ", ".join(f"{_plain(k)} {v:g}" for k, v in row.controls.items())
        ways = [
            word
            for word, known in (("brief: flow", READ_UNITS), ("slow: landmarks", POSTURE_UNITS))
            if unit.number in known
        ]
        if unit.number in {43, 45}:
            ways = ["opening of the eyes"]
        sides = "left, right" if unit.sided else "midline"
        rows.append(
            (
                f"AU{unit.number}",
                unit.name,
                sides,
                "; ".join(ways) or "not read",
                _same(shape, controls),
            )
        )
    columns = ("unit", "name", "sides", "how it is read", "nearest ARKit shapes")
    write_text_atomic(path, table_text(columns, rows))


def _same(shape: str, controls: str) -> str:
    if _names(shape) == _names(controls):
        return controls
    return f"head: {shape}; rig: {controls}"


def _names(text: str) -> set[str]:
    return set(text.split(", "))


def _plain(name: str) -> str:
    """Name a control without its side."""
    return name.replace("{Side}", "").removesuffix("Left").removesuffix("Right")


def write_demo(path: Path) -> None:
    """Set what mien reads from the demo's clip against what the clip was made with."""
    demo = demo_reading()
    rows: list[tuple[str, ...]] = []
    for kind, least in ((EventKind.MICRO, 0.5), (EventKind.BLINK, 0.2)):
        truth = [event for event in demo.truth.events if event.kind is kind]
        matches, left = match_events(truth, demo.analysis.track.of_kind(kind), min_overlap=least)
        rows += [_row(match.truth, match.found) for match in matches]
        rows += [(kind.value, "none", unit_names(event.units), "", "", "", "") for event in left]
    columns = ("event", "true units", "found units", "onset ms", "apex ms", "offset ms", "emotion")
    write_text_atomic(path, table_text(columns, rows))


def _row(truth: Event, found: Event | None) -> tuple[str, ...]:
    named = (truth.kind.value, unit_names(truth.units))
    if found is None:
        return (*named, "missed", "", "", "", "")
    moments = []
    for name in ("onset_s", "apex_s", "offset_s"):
        true_s = getattr(truth, name)
        moments.append(f"{1000 * true_s:.0f} {1000 * (getattr(found, name) - true_s):+.0f}")
    emotion = ""
    if found.emotion is not None:
        emotion = f"{found.emotion.best} {found.emotion.probabilities[found.emotion.best]:.0%}"
    return (*named, unit_names(found.units), *moments, emotion)
