"""The native file, looked at from outside, and files that are none."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mien.core.errors import FormatError
from mien.core.track import ActionUnitTrack
from mien.tracks import read_tracks_parquet, write_tracks_parquet


def test_pandas_reads_one_row_a_frame_and_face(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "tracks.parquet"
    write_tracks_parquet(path, {0: track, 2: track})
    table = pd.read_parquet(path)
    assert table["face_id"].tolist() == [0] * 4 + [2] * 4
    assert table["frame_idx"].tolist() == [0, 1, 2, 3] * 2
    assert table["success"].tolist() == [True, True, False, True] * 2
    assert table["time_s"][1] == pytest.approx(0.5 + 1001 / 30000)
    assert table["AU12R"].iloc[3] == 0.6
    assert table["AU12R_confidence"].iloc[1] == 0.6
    assert table["confidence"].tolist()[:4] == pytest.approx([0.5, 0.6, 0.0, 0.5])
    assert table["head_yaw_rad"].iloc[1] == 0.2
    assert table["gaze_right_yaw_rad"].iloc[3] == -0.3
    assert table["unseen"].iloc[2] == 'a hand, "raised"'
    assert pd.isna(table["unseen"].iloc[1])


def test_faces_with_other_channels_leave_the_cells_of_each_other_empty(
    track: ActionUnitTrack, tmp_path: Path
) -> None:

    path = tmp_path / "tracks.parquet"
    fewer = replace(
        track,
        channels=track.channels[2:3],
        activation=track.activation[:, 2:3],
        confidence=track.confidence[:, 2:3],
    )
    write_tracks_parquet(path, {0: track, 1: fewer})
    assert pq.read_table(path)["AU12L"].null_count == 4
    assert read_tracks_parquet(path)[1].channels == fewer.channels


def test_no_track_gives_a_file_that_reads_as_none(tmp_path: Path) -> None:
    path = tmp_path / "tracks.parquet"
    write_tracks_parquet(path, {})
    assert read_tracks_parquet(path) == {}
    assert len(pd.read_parquet(path)) == 0


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tracks.parquet"
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(FormatError, match=r"Expected a Parquet file in tracks\.parquet"):
        read_tracks_parquet(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"Expected a Parquet file in none\.parquet"):
        read_tracks_parquet(tmp_path / "none.parquet")


def test_another_programs_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"AU12L": [0.5]}), path)
    with pytest.raises(FormatError, match=r"a track of mien in other\.parquet"):
        read_tracks_parquet(path)


def changed(path: Path, track: ActionUnitTrack, **changes: Any) -> None:
    """Write a track, then change fields of its metadata."""
    write_tracks_parquet(path, {0: track})
    table = pq.read_table(path)
    content = json.loads(table.schema.metadata[b"mien/track"])
    face = changes.pop("face", {})
    content |= changes
    content["faces"]["0"] |= face
    pq.write_table(table.replace_schema_metadata({b"mien/track": json.dumps(content)}), path)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"version": 2}, r"Expected version 1 of mien/track in t\.parquet, got 2\. Update mien"),
        ({"document": "mien/curve"}, "a mien/track document in .*, but got 'mien/curve'"),
        ({"face": {"rate": "0"}}, "Expected a rate above 0"),
        ({"face": {"count": 3}}, "Expected rows 0 to 2 of face 0"),
        ({"face": {"channels": ["AU99"]}}, "action unit among .* but got 99, at"),
        ({"face": {"channels": ["AU01L"]}}, "columns AU01L, AU01L_confidence in t.parquet"),
        ({"face": {"channels": ["AU23", "AU23"]}}, "every channel once"),
        ({"face": {"dtypes": {"gaze_rad": "int8"}}}, "float16, float32 or float64"),
        ({"face": {"events": [{}]}}, r"'kind' at t\.parquet\.faces\.0\.events\[0\]"),
    ],
)
def test_a_changed_file_is_refused_with_a_sentence(
    track: ActionUnitTrack, tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    path = tmp_path / "t.parquet"
    changed(path, track, **changes)
    with pytest.raises(FormatError, match=sentence):
        read_tracks_parquet(path)


def test_activations_out_of_range_are_refused(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_tracks_parquet(path, {0: track})
    table = pq.read_table(path)
    place = table.column_names.index("AU23")
    table = table.set_column(place, "AU23", pa.array(np.full(4, 1.5)))
    pq.write_table(table, path)
    with pytest.raises(FormatError, match=r"Expected activation in 0\.\.1, .* for face 0 in t"):
        read_tracks_parquet(path)


def test_text_where_numbers_should_be_is_refused(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_tracks_parquet(path, {0: track})
    table = pq.read_table(path)
    place = table.column_names.index("AU23")
    pq.write_table(table.set_column(place, "AU23", pa.array(["a"] * 4)), path)
    with pytest.raises(FormatError, match=r"Expected numbers under AU23 in t\.parquet"):
        read_tracks_parquet(path)
