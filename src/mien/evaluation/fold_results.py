"""What a system said of the clips (or videos) of one fold, as bytes to be stored and gathered.

A result carries the sha256 of its split and the name of the run that made it, so that results of
another split, or of other settings, are never mixed in.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from mien.core.errors import FormatError, UsageError
from mien.core.track import EmotionPosterior, Event, EventKind
from mien.evaluation.systems import Predictions

PREDICTIONS_SCHEMA, EVENTS_SCHEMA, VERSION = "mien/fold-predictions", "mien/fold-events", 1

_META = "meta.json"
_ROUNDING = 1e-3  # of probabilities in half precision that sum to 1


@dataclass(frozen=True)
class FoldPredictions:
    """Predictions of the clips of one fold; they cannot be changed afterwards."""

    fold: str
    """Name of the fold in the split."""

    split_sha256: str
    run: str
    """What made them, such as system, settings and seed: results of one ledger share it."""

    names: tuple[str, ...]
    """Of the clips, in the order of the rows."""

    classes: tuple[str, ...]
    unit_numbers: tuple[int, ...]
    predictions: Predictions

    def __post_init__(self) -> None:
        """Refuse what is no prediction of every clip, and keep a copy that cannot be changed."""
        _check_names(self.fold, self.names)
        arrays = _arrays(self.predictions)
        for name, array in arrays.items():
            _check_array(self, name, array)
        object.__setattr__(self, "predictions", replace(self.predictions, **arrays))

    @cached_property
    def _meta(self) -> Mapping[str, Any]:
        return {
            "schema": PREDICTIONS_SCHEMA,
            "version": VERSION,
            "fold": self.fold,
            "split_sha256": self.split_sha256,
            "run": self.run,
            "names": list(self.names),
            "classes": list(self.classes),
            "unit_numbers": list(self.unit_numbers),
        }

    def digest(self) -> str:
        """Give the sha256 over everything in it, computed anew at each call."""
        total = hashlib.sha256(_canonical(self._meta))
        for name, array in sorted(_arrays(self.predictions).items()):
            total.update(f"\0{name}{array.shape}\0".encode())
            total.update(np.ascontiguousarray(array, "<f8").tobytes())
        return total.hexdigest()

    def to_bytes(self) -> bytes:
        """Write it as npz with a note in JSON; the same result gives the same bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            note = {**self._meta, "sha256": self.digest()}
            archive.writestr(zipfile.ZipInfo(_META), _canonical(note))
            for name, array in _arrays(self.predictions).items():
                held = io.BytesIO()
                np.save(held, array, allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), held.getvalue())
        return buffer.getvalue()


def fold_predictions_from_bytes(data: bytes) -> FoldPredictions:
    """Read predictions back.

    Raises:
        FormatError: they cannot be read, or are not those that were written.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            note = _note(archive.read(_META), PREDICTIONS_SCHEMA)
            arrays = {
                name.removesuffix(".npy"): np.load(
                    io.BytesIO(archive.read(name)), allow_pickle=False
                )
                for name in archive.namelist()
                if name != _META
            }
        result = FoldPredictions(
            fold=note["fold"],
            split_sha256=note["split_sha256"],
            run=note["run"],
            names=tuple(note["names"]),
            classes=tuple(note["classes"]),
            unit_numbers=tuple(note["unit_numbers"]),
            predictions=Predictions(**arrays),
        )
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, OSError, UsageError) as error:
        raise FormatError(_unreadable("predictions", error)) from error
    if result.digest() != note["sha256"]:
        raise FormatError(_changed("predictions"))
    return result


@dataclass(frozen=True)
class FoldEvents:
    """Events that were found in the videos of one fold.

    Kept of each are kind, times, confidence and emotion: what is scored.
    """

    fold: str
    """Name of the fold in the split."""

    split_sha256: str
    run: str
    """What made them, such as system, settings and seed: results of one ledger share it."""

    names: tuple[str, ...]
    """Of the videos."""

    events: tuple[tuple[Event, ...], ...]
    """In seconds on the clock of each video; a video without any has an empty one."""

    def __post_init__(self) -> None:
        """Refuse what does not say of every video what is in it."""
        _check_names(self.fold, self.names)
        if len(self.events) != len(self.names):
            msg = (
                f"Expected the events of {len(self.names)} videos of the fold {self.fold}, but got "
                f"{len(self.events)}."
            )
            raise UsageError(msg)
        for name, events in zip(self.names, self.events, strict=True):
            if not np.isfinite([(one.onset_s, one.apex_s, one.offset_s) for one in events]).all():
                msg = f"Expected finite times of every event, but one of {name} has another."
                raise UsageError(msg)

    @cached_property
    def _meta(self) -> Mapping[str, Any]:
        return {
            "schema": EVENTS_SCHEMA,
            "version": VERSION,
            "fold": self.fold,
            "split_sha256": self.split_sha256,
            "run": self.run,
            "videos": [
                [name, [_written(one) for one in events]]
                for name, events in zip(self.names, self.events, strict=True)
            ],
        }

    def digest(self) -> str:
        """Give the sha256 over everything in it."""
        return hashlib.sha256(_canonical(self._meta)).hexdigest()

    def to_bytes(self) -> bytes:
        """Write it as JSON; the same result gives the same bytes."""
        return _canonical({**self._meta, "sha256": self.digest()})


def fold_events_from_bytes(data: bytes) -> FoldEvents:
    """Read events back.

    Raises:
        FormatError: they cannot be read, or are not those that were written.
    """
    try:
        note = _note(data, EVENTS_SCHEMA)
        result = FoldEvents(
            fold=note["fold"],
            split_sha256=note["split_sha256"],
            run=note["run"],
            names=tuple(name for name, _ in note["videos"]),
            events=tuple(tuple(_read(one) for one in events) for _, events in note["videos"]),
        )
    except (ValueError, KeyError, TypeError, UsageError) as error:
        raise FormatError(_unreadable("events", error)) from error
    if result.digest() != note["sha256"]:
        raise FormatError(_changed("events"))
    return result


def _arrays(predictions: Predictions) -> Mapping[str, np.ndarray]:
    """Give what is said, in double precision and closed to writing."""
    arrays = {}
    for one in fields(Predictions):
        value = getattr(predictions, one.name)
        if value is not None:
            array = np.array(value, np.float64)
            array.setflags(write=False)
            arrays[one.name] = array
    return arrays


def _check_names(fold: str, names: Sequence[str]) -> None:
    if not names:
        msg = f"Expected predictions in the fold {fold}, but got none."
        raise UsageError(msg)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"Expected one prediction each, but the fold {fold} has two of {twice}."
        raise UsageError(msg)


def _check_array(result: FoldPredictions, name: str, array: np.ndarray) -> None:
    clips, units = len(result.names), len(result.unit_numbers)
    expected = {
        "emotion": (clips, len(result.classes)),
        "units": (clips, units),
        "unit_intensity": (clips, units),
        "times": (clips, 3),
        "step_units": (clips, *array.shape[1:2], units),
    }[name]
    if array.shape != expected:
        msg = (
            f"Expected {name} of the fold {result.fold} in the shape {expected}, but got "
            f"{array.shape}."
        )
        raise UsageError(msg)
    bad = ~np.isfinite(array.reshape(clips, -1)).all(axis=1)
    what = "finite numbers"
    if name in {"units", "unit_intensity", "step_units"}:
        bad |= ((array < 0) | (array > 1)).reshape(clips, -1).any(axis=1)
        what = "numbers from 0 to 1"
    if name == "emotion":
        bad |= (array < 0).any(axis=1) | (np.abs(array.sum(axis=1) - 1) > _ROUNDING)
        what = "probabilities that sum to 1"
    if bad.any():
        clip = result.names[int(np.argmax(bad))]
        msg = f"Expected {what} as {name} of every clip, but {clip} has others."
        raise UsageError(msg)


def _canonical(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()


def _note(data: bytes, schema: str) -> Mapping[str, Any]:
    note: Mapping[str, Any] = json.loads(data)
    if (note["schema"], note["version"]) != (schema, VERSION):
        msg = f"it is {note['schema']} {note['version']}, not {schema} {VERSION}"
        raise ValueError(msg)
    return note


def _unreadable(what: str, error: Exception) -> str:
    return f"The {what} of a fold cannot be read: {error}. Remove them, and run the fold again."


def _changed(what: str) -> str:
    return (
        f"Expected the {what} of a fold as they were written, but they were changed since. Remove "
        "them, and run the fold again."
    )


def _written(event: Event) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "kind": event.kind.value,
        "onset_s": float(event.onset_s),
        "apex_s": float(event.apex_s),
        "offset_s": float(event.offset_s),
        "confidence": float(event.confidence) if np.isfinite(event.confidence) else None,
    }
    if event.emotion is not None:
        facts["emotion"] = dict(event.emotion.probabilities)
        facts["prior"], facts["method"] = event.emotion.prior, event.emotion.method
    return facts


def _read(facts: Mapping[str, Any]) -> Event:
    emotion = facts.get("emotion")
    return Event(
        kind=EventKind(facts["kind"]),
        onset_s=facts["onset_s"],
        apex_s=facts["apex_s"],
        offset_s=facts["offset_s"],
        confidence=float("nan") if facts["confidence"] is None else facts["confidence"],
        emotion=EmotionPosterior(emotion, facts["prior"], facts["method"]) if emotion else None,
    )
