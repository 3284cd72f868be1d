"""A performance as one versioned JSON document, and back without loss."""

import json
from pathlib import Path

import numpy as np

from mien import __version__
from mien.core.errors import FormatError, InputError, UsageError
from mien.curves import CubicCurve
from mien.rig.performance import GAZE_ANGLES, HEAD_ANGLES, Performance
from mien.store.atomic import write_text_atomic
from mien.tracks.document import check_document
from mien.tracks.fields import Fields
from mien.tracks.parts import (
    event_to_json,
    events_from_json,
    provenance_from_json,
    provenance_to_json,
)

DOCUMENT = "mien/performance"
VERSION = 1
_ROWS = ("time_s", "value", "arrive", "leave")


def performance_to_json(performance: Performance) -> str:
    """Give a performance as one JSON document on one line of ASCII.

    A curve is an object of four lists with one number per key: ``time_s``, ``value``, ``arrive``
    and ``leave`` (slopes per second). Numbers are written so that they read back as they were.
    """
    content = {
        "document": DOCUMENT,
        "version": VERSION,
        "mien": __version__,
        "rig": performance.rig,
        "start_s": performance.start_s,
        "end_s": performance.end_s,
        "source_start_s": performance.source_start_s,
        "curves": {name: _curve_to_json(curve) for name, curve in performance.curves.items()},
        "head_rotation_rad": {
            angle: _curve_to_json(curve)
            for angle, curve in zip(HEAD_ANGLES, performance.head_rotation, strict=True)
        },
        "gaze_rad": {
            angle: _curve_to_json(curve)
            for angle, curve in zip(GAZE_ANGLES, performance.gaze, strict=True)
        },
        "events": [event_to_json(event) for event in performance.events],
        "warnings": list(performance.warnings),
        "provenance": provenance_to_json(performance.provenance),
    }
    return json.dumps(content, allow_nan=False)


def performance_from_json(text: str, *, name: str = "standard input") -> Performance:
    """Read what :func:`performance_to_json` wrote.

    Args:
        text: the document.
        name: where it came from, for error sentences.

    Raises:
        FormatError: another document or version, a field missing, or keys that form no curve.
    """
    fields = Fields.parse(text, name)
    check_document(fields, DOCUMENT, VERSION)
    curves = fields.section("curves")
    head, gaze = fields.section("head_rotation_rad"), fields.section("gaze_rad")
    pitch, yaw, roll = (_curve_from_json(head.section(angle)) for angle in HEAD_ANGLES)
    left_pitch, left_yaw, right_pitch, right_yaw = (
        _curve_from_json(gaze.section(angle)) for angle in GAZE_ANGLES
    )
    warnings = [str(one) for one in fields.items("warnings")]
    try:
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
    except UsageError as error:
        msg = f"{str(error).removesuffix('.')}, in {name}."
        raise FormatError(msg) from error


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


def _curve_to_json(curve: CubicCurve) -> dict[str, list[float]]:
    rows = (curve.times_s, curve.values, curve.arrive, curve.leave)
    return {name: row.astype(np.float64).tolist() for name, row in zip(_ROWS, rows, strict=True)}


def _curve_from_json(fields: Fields) -> CubicCurve:
    rows = [np.array(fields.numbers(name), dtype=np.float64) for name in _ROWS]
    lengths = {name: len(row) for name, row in zip(_ROWS, rows, strict=True)}
    if len(set(lengths.values())) > 1:
        msg = f"Expected lists of one length at {fields.where}, but they have {lengths}."
        raise FormatError(msg)
    try:
        return CubicCurve(*rows)
    except UsageError as error:
        msg = f"{str(error).removesuffix('.')}, at {fields.where}."
        raise FormatError(msg) from error
