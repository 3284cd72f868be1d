"""Any track comes back from Parquet and from JSON as it was."""

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mien.core.facs import ACTION_UNITS, EMOTIONS, channels_of
from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, EmotionPosterior, Event, EventKind, Opinion, UnitPeak
from mien.tracks import (
    read_tracks_parquet,
    track_from_json,
    track_to_json,
    write_tracks_parquet,
)

# The shape checker looks at random items of the containers that strategies build.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")

CHANNELS = [channel for unit in ACTION_UNITS for channel in channels_of(unit.number)]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SHARES = st.floats(0, 1) | st.just(math.nan)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
TABLES = st.dictionaries(TEXTS, TEXTS, max_size=3)


@st.composite
def posteriors(draw: st.DrawFn) -> EmotionPosterior:
    weights = draw(st.lists(st.floats(0, 1), min_size=10, max_size=10).filter(lambda w: sum(w) > 0))
    total = sum(weights)
    shares = {label: weight / total for label, weight in zip(EMOTIONS, weights, strict=True)}
    return EmotionPosterior(shares, draw(TEXTS), draw(TEXTS), draw(TEXTS))


@st.composite
def opinions(draw: st.DrawFn) -> Opinion:
    shares = st.floats(0, 1)
    units = draw(st.dictionaries(st.sampled_from((1, 4, 12, 26)), shares, max_size=3))
    return Opinion(draw(TEXTS), units, draw(st.dictionaries(TEXTS, shares, max_size=2)))


@st.composite
def events(draw: st.DrawFn) -> Event:
    onset, apex, offset = sorted(draw(st.tuples(*[st.floats(0, 1e4)] * 3)))
    return Event(
        kind=draw(st.sampled_from(EventKind)),
        onset_s=onset,
        apex_s=apex,
        offset_s=offset,
        units=tuple(
            draw(
                st.lists(
                    st.builds(UnitPeak, st.sampled_from(CHANNELS), SHARES, SHARES, TEXTS),
                    max_size=2,
                )
            )
        ),
        confidence=draw(SHARES),
        emotion=draw(st.none() | posteriors()),
        reference=draw(TEXTS),
        evidence=draw(st.dictionaries(TEXTS, NUMBERS, max_size=2)),
        opinions=tuple(draw(st.lists(opinions(), max_size=2))),
    )


@st.composite
def tracks(draw: st.DrawFn) -> ActionUnitTrack:
    frames = draw(st.integers(1, 4))
    channels = tuple(draw(st.lists(st.sampled_from(CHANNELS), max_size=3, unique=True)))
    kind = draw(st.sampled_from([np.float32, np.float64]))
    width: Any = 32 if kind is np.float32 else 64
    shares = st.floats(0, 1, width=width) | st.just(math.nan)
    angles = st.floats(-7, 7, width=width) | st.just(math.nan)

    def array(*shape: int, elements: st.SearchStrategy[float]) -> np.ndarray:
        return draw(hnp.arrays(kind, shape, elements=elements))

    return ActionUnitTrack(
        time=TimeBase(
            draw(st.fractions(Fraction(1, 100), 1000, max_denominator=1001)),
            frames,
            draw(st.floats(-1e5, 1e5)),
        ),
        channels=channels,
        activation=array(frames, len(channels), elements=shares),
        confidence=array(frames, len(channels), elements=shares),
        head_rotation_rad=array(frames, 3, elements=angles),
        gaze_rad=array(frames, 2, 2, elements=angles),
        events=tuple(draw(st.lists(events(), max_size=2))),
        unseen=draw(st.dictionaries(st.integers(0, frames - 1), TEXTS, max_size=2)),
        provenance=draw(
            st.builds(Provenance, TEXTS, TEXTS, TABLES, TABLES, TABLES, st.none() | st.integers())
        ),
    )


def same(one: object, other: object) -> bool:
    """Equality in which NaN equals NaN, down to the bits of arrays."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=True)
    if isinstance(one, dict) and isinstance(other, dict):
        return one == other
    return repr(one) == repr(other)


def differences(one: ActionUnitTrack, other: ActionUnitTrack) -> list[str]:
    return [name for name in vars(one) if not same(getattr(one, name), getattr(other, name))]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.integers(0, 10**6), tracks(), max_size=3))
def test_any_tracks_come_back_from_parquet(given_tracks: dict[int, ActionUnitTrack]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tracks.parquet"
        write_tracks_parquet(path, given_tracks)
        read = read_tracks_parquet(path)
    assert sorted(read) == sorted(given_tracks)
    for face, track in given_tracks.items():
        assert differences(track, read[face]) == []


@settings(max_examples=40, deadline=None)
@given(tracks())
def test_any_track_comes_back_from_json(track: ActionUnitTrack) -> None:
    read = track_from_json(track_to_json(track))
    changed = differences(track, read)
    if track.activation.dtype == np.float64:
        assert changed == []
    else:
        arrays = {"activation", "confidence", "head_rotation_rad", "gaze_rad"}
        assert set(changed) == arrays  # as float64, with the same values
        for name in arrays:
            assert same(getattr(track, name).astype(np.float64), getattr(read, name))


def test_half_precision_comes_back_as_half_precision(
    track: ActionUnitTrack, tmp_path: Path
) -> None:
    half = replace(track, activation=track.activation.astype(np.float16))
    write_tracks_parquet(tmp_path / "t.parquet", {0: half})
    assert differences(half, read_tracks_parquet(tmp_path / "t.parquet")[0]) == []


def test_json_is_one_line_of_ascii_without_nan(track: ActionUnitTrack) -> None:
    text = track_to_json(track)
    assert text.isascii()
    assert "\n" not in text
    assert "NaN" not in text
    assert "Infinity" not in text


def test_the_document_names_its_kind_and_version_first(track: ActionUnitTrack) -> None:
    assert track_to_json(track).startswith('{"document": "mien/track", "version": 1, "mien": "')
