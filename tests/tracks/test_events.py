"""events.tsv and what it says."""

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import FormatError, UsageError
from mien.core.facs import ACTION_UNITS, Channel, channels_of
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, Event, EventKind, UnitPeak
from mien.tracks import (
    EVENT_COLUMNS,
    read_events_tsv,
    unit_names,
    units_named,
    write_events_tsv,
)

CHANNELS = [channel for unit in ACTION_UNITS for channel in channels_of(unit.number)]


def test_pandas_reads_the_columns_of_bids_and_ours(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "events.tsv"
    write_events_tsv(path, {0: track, 4: replace(track, events=())})
    table = pd.read_csv(path, sep="\t", na_values="n/a")
    assert list(table.columns) == list(EVENT_COLUMNS)
    assert list(table.columns[:3]) == ["onset", "duration", "trial_type"]
    row = table.iloc[0]
    assert row["onset"] == 0.5
    assert row["duration"] == pytest.approx(0.1001)
    assert row["apex"] == 0.6
    # 0.5 s is sample 0; 0.1 s later at 29.97 a second is 2.997 samples on
    assert (row["onset_frame"], row["apex_frame"], row["offset_frame"]) == (0, 3, 3)
    assert (row["trial_type"], row["emotion"], row["emotion_p"]) == ("micro", "happiness", 0.75)
    assert (row["intensity"], row["intensity_letter"]) == (0.6, "C")
    assert row["au_list"] == "AU12R+AU23"
    assert row["reference"] == "the face at rest, a second\taround"
    assert table.iloc[1][["emotion", "intensity", "au_list", "confidence"]].isna().all()


def test_the_table_is_read_back_as_far_as_it_tells(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "events.tsv"
    write_events_tsv(path, {4: track})
    row, blink = read_events_tsv(path)
    assert row.face_id == 4
    assert (row.event.onset_s, row.event.apex_s, row.event.offset_s) == (0.5, 0.6, 0.6001)
    assert [str(unit.channel) for unit in row.event.units] == ["AU12R", "AU23"]
    assert all(math.isnan(unit.activation) for unit in row.event.units)
    assert row.event.emotion is None
    assert (row.emotion, row.emotion_p, row.intensity) == ("happiness", 0.75, 0.6)
    assert row.offset_frame_inclusive == 3
    assert row.event.reference == track.events[0].reference
    assert blink.event.kind is EventKind.BLINK
    assert math.isnan(blink.intensity)
    assert blink.emotion == ""


@settings(deadline=None)
@given(st.tuples(*[st.floats(0, 1e5)] * 3).map(sorted))
def test_any_moments_are_read_back_to_a_microsecond(moments: list[float]) -> None:
    onset, apex, offset = moments
    track = ActionUnitTrack(
        time=TimeBase(Fraction(100), 1),
        channels=(),
        activation=np.zeros((1, 0)),
        confidence=np.zeros((1, 0)),
        head_rotation_rad=np.zeros((1, 3)),
        gaze_rad=np.zeros((1, 2, 2)),
        events=(Event(EventKind.MACRO, onset, apex, offset),),
    )
    with TemporaryDirectory() as folder:
        write_events_tsv(Path(folder) / "e.tsv", {0: track})
        (row,) = read_events_tsv(Path(folder) / "e.tsv")
    read = (row.event.onset_s, row.event.apex_s, row.event.offset_s)
    assert read == pytest.approx(moments, abs=1e-6)


def test_no_event_gives_the_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "events.tsv"
    write_events_tsv(path, {})
    assert path.read_text(encoding="utf-8") == "\t".join(EVENT_COLUMNS) + "\n"
    assert read_events_tsv(path) == ()


def test_events_of_all_faces_are_in_order_of_onset(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "events.tsv"
    write_events_tsv(path, {1: track, 0: track})
    table = pd.read_csv(path, sep="\t")
    assert table["onset"].is_monotonic_increasing
    assert table["face_id"].tolist() == [0, 1, 0, 1]


@given(st.lists(st.sampled_from(CHANNELS), min_size=1, unique=True))
def test_unit_names_stand_for_the_same_channels(channels: list[Channel]) -> None:
    units = tuple(UnitPeak(channel, 0.5, 0.5) for channel in channels)
    assert set(units_named(unit_names(units))) == set(channels)


@pytest.mark.parametrize("text", ["", "12", "AU", "AU12X", "AU12L+", "AU12L AU06", "AU99"])
def test_names_that_are_no_units_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="Expected"):
        units_named(text)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("trial_type", "type", "Expected the columns trial_type in e.tsv"),
        ("micro", "tiny", "one of micro, macro, blink under trial_type in row 2 of e.tsv"),
        ("0.500000", "early", "a number under onset in row 2 of e.tsv, but got 'early'"),
        ("0.600000", "0.400000", "onset <= apex <= offset"),
        ("0.500000", "n/a", "onset <= apex <= offset"),
        ("happiness", "joy", "one of anger, disgust"),
        ("AU12R", "AU99R", "an action unit among"),
        ("\t0\t3\t3\t", "\t0\t3.5\t3\t", "a whole number under apex_frame in row 2 of e.tsv"),
    ],
)
def test_a_changed_table_is_refused_with_a_sentence(
    track: ActionUnitTrack, tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    path = tmp_path / "e.tsv"
    write_events_tsv(path, {0: track})
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FormatError) as error:
        read_events_tsv(path)
    assert sentence in str(error.value)


def test_a_row_that_was_cut_off_is_refused(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "e.tsv"
    write_events_tsv(path, {0: track})
    path.write_text(path.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    with pytest.raises(FormatError, match=r"row 3 of e\.tsv, but the row ends before"):
        read_events_tsv(path)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"onset\n"])
def test_files_that_are_no_such_table_are_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "e.tsv"
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"e\.tsv"):
        read_events_tsv(path)
