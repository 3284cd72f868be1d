"""A performance as one versioned JSON document, and back without loss."""

from pathlib import Path

import numpy as np
from pydantic import with_config
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from mien.core.errors import FormatError, InputError
from mien.curves import CubicCurve
from mien.rig.performance import GAZE_ANGLES, HEAD_ANGLES, Performance
from mien.store.atomic import write_text_atomic
from mien.tracks.fields import Fields
from mien.tracks.layouts import DESCRIBED, EventLayout, ProvenanceLayout
from mien.tracks.parts import (
    event_to_json,
    events_from_json,
    provenance_from_json,
    provenance_to_json,
)
from mien.tracks.versioned_document import VersionedDocument, refusing

_ROWS = ("time_s", "value", "arrive", "leave")


@with_config(DESCRIBED)
class CurveLayout(TypedDict):
    """The keys of a piecewise cubic curve, in the order of time."""

    time_s: list[float]
    value: list[float]
    arrive: list[float]
    """Slope by which the curve comes to the key, per second."""

    leave: list[float]
    """Slope by which it leaves the key, per second."""


class HeadCurvesLayout(TypedDict):
    """Rotation of the head."""

    pitch: CurveLayout
    yaw: CurveLayout
    roll: CurveLayout


class GazeCurvesLayout(TypedDict):
    """Gaze of each eye relative to the head."""

    left_pitch: CurveLayout
    left_yaw: CurveLayout
    right_pitch: CurveLayout
    right_yaw: CurveLayout


@with_config(DESCRIBED)
class PerformanceLayout(TypedDict):
    """Curves for the controls of one rig, and how the head and the eyes move."""

    rig: str
    start_s: float
    end_s: float
    source_start_s: float
    """Time of the first frame on the source's own clock."""

    curves: dict[str, CurveLayout]
    """By control."""

    head_rotation_rad: HeadCurvesLayout
    gaze_rad: GazeCurvesLayout

    events: list[EventLayout]
    warnings: list[str]
    provenance: ProvenanceLayout


PERFORMANCE_DOCUMENT = VersionedDocument("mien/performance", 1, PerformanceLayout)


def performance_to_json(performance: Performance) -> str:
    """Give a performance as one JSON document on one line of ASCII.

    A curve is an object of four lists with one number per key: ``time_s``, ``value``, ``arrive``
    and ``leave`` (slopes per second). Numbers are written so that they read back as they were.
    """
    pitch, yaw, roll = map(_curve_to_json, performance.head_rotation)
    left_pitch, left_yaw, right_pitch, right_yaw = map(_curve_to_json, performance.gaze)
    content: PerformanceLayout = {
        "rig": performance.rig,
        "start_s": performance.start_s,
        "end_s": performance.end_s,
        "source_start_s": performance.source_start_s,
        "curves": {name: _curve_to_json(curve) for name, curve in performance.curves.items()},
        "head_rotation_rad": {"pitch": pitch, "yaw": yaw, "roll": roll},
        "gaze_rad": {
            "left_pitch": left_pitch,
            "left_yaw": left_yaw,
            "right_pitch": right_pitch,
            "right_yaw": right_yaw,
        },
        "events": [event_to_json(event) for event in performance.events],
        "warnings": list(performance.warnings),
        "provenance": provenance_to_json(performance.provenance),
    }
    return PERFORMANCE_DOCUMENT.text(content)


def performance_from_json(text: str, *, name: str = "standard input") -> Performance:
    """Read what :func:`performance_to_json` wrote.

    Args:
        text: the document.
        name: where it came from, for error sentences.

    Raises:
        FormatError: another document or version, a field missing, or keys that form no curve.
    """
    fields = PERFORMANCE_DOCUMENT.fields(text, name)
    curves = fields.section("curves")
    head, gaze = fields.section("head_rotation_rad"), fields.section("gaze_rad")
    pitch, yaw, roll = (_curve_from_json(head.section(angle)) for angle in HEAD_ANGLES)
    left_pitch, left_yaw, right_pitch, right_yaw = (
        _curve_from_json(gaze.section(angle)) for angle in GAZE_ANGLES
    )
    warnings = [str(one) for one in fields.items("warnings")]
    with refusing(f"in {name}"):
        return Performance(
            rig=fields.text("rig"),
            curves={key: _curve_from_json(curves.section(key)) for key in curves.keys},
            head_rotation=(pitch, yaw, roll),
            gaze=(left_pitch, left_yaw, right_pitch, right_yaw),
            start_s=fields.number("start_s"),
            end_s=fields.number("end_s"),
            events=events_from_json(fields, "events"),
            warnings=tuple(warnings),
            provenance=provenance_from_json(fields.section("provenance")),
            source_start_s=fields.number("source_start_s"),
        )


def write_performance(performance: Performance, path: Path) -> tuple[Path, ...]:
    """Write ``performance.json``.

    Returns:
        The path written.

    Raises:
        OutputError: the file cannot be written.
    """
    write_text_atomic(path, performance_to_json(performance) + "\n")
    return (path,)


def read_performance(path: Path) -> Performance:
    """Read ``performance.json``.

    Raises:
        InputError: the file cannot be read.
        FormatError: it holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"Expected a performance in {path.name}, but it cannot be read: {error.strerror}."
        raise InputError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"Expected a performance in {path.name}, but it is not UTF-8 text."
        raise FormatError(msg) from error
    return performance_from_json(text, name=path.name)


def _curve_to_json(curve: CubicCurve) -> CurveLayout:
    return {
        "time_s": curve.times_s.astype(np.float64).tolist(),
        "value": curve.values.astype(np.float64).tolist(),
        "arrive": curve.arrive.astype(np.float64).tolist(),
        "leave": curve.leave.astype(np.float64).tolist(),
    }


def _curve_from_json(fields: Fields) -> CubicCurve:
    rows = [np.array(fields.numbers(name), dtype=np.float64) for name in _ROWS]
    lengths = {name: len(row) for name, row in zip(_ROWS, rows, strict=True)}
    if len(set(lengths.values())) > 1:
        msg = f"Expected lists of one length at {fields.where}, but they have {lengths}."
        raise FormatError(msg)
    with refusing(f"at {fields.where}"):
        return CubicCurve(*rows)
