"""The OpenFace CSV: its header, its numbers, and reading such files."""

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mien.core.errors import FormatError, UsageError
from mien.core.facs import Channel
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.tracks import (
    OPENFACE_COLUMNS,
    OpenFaceGeometry,
    PresenceRule,
    read_openface_csv,
    write_openface_csv,
)


def header() -> list[str]:
    """The header of OpenFace 2.2, spelt out again from its documentation."""
    names = ["frame", "face_id", "timestamp", "confidence", "success"]
    names += ["gaze_0_x", "gaze_0_y", "gaze_0_z", "gaze_1_x", "gaze_1_y", "gaze_1_z"]
    names += ["gaze_angle_x", "gaze_angle_y"]
    for axis in ("x", "y", "X", "Y", "Z"):
        names += [f"eye_lmk_{axis}_{i}" for i in range(56)]
    names += ["pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz"]
    for axis in ("x", "y", "X", "Y", "Z"):
        names += [f"{axis}_{i}" for i in range(68)]
    names += ["p_scale", "p_rx", "p_ry", "p_rz", "p_tx", "p_ty", *(f"p_{i}" for i in range(34))]
    units = [
        "01",
        "02",
        "04",
        "05",
        "06",
        "07",
        "09",
        "10",
        "12",
        "14",
        "15",
        "17",
        "20",
        "23",
        "25",
        "26",
        "45",
    ]
    names += [f"AU{unit}_r" for unit in units]
    return names + [f"AU{unit}_c" for unit in sorted([*units, "28"])]


def test_the_header_is_openfaces() -> None:
    # 5 of the frame, 8 of gaze, 5 x 56 of the eyes, 6 of pose, 5 x 68 points, 6 + 34, 17 + 18
    assert 5 + 8 + 280 + 6 + 340 + 40 + 35 == 714
    assert list(OPENFACE_COLUMNS) == header()


def test_the_file_starts_with_exactly_that_header(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "tracks.csv"
    write_openface_csv(path, {0: track})
    text = path.read_bytes()
    assert text.split(b"\n")[0] == ",".join(header()).encode()
    assert b"\r" not in text
    assert text.endswith(b"\n")


def test_pandas_reads_the_numbers_in_openfaces_scales(
    track: ActionUnitTrack, tmp_path: Path
) -> None:
    path = tmp_path / "tracks.csv"
    write_openface_csv(path, {0: track})
    table = pd.read_csv(path)
    assert table.shape == (4, 714)
    assert table["frame"].tolist() == [1, 2, 3, 4]
    assert table["timestamp"].tolist() == pytest.approx(track.time.times_s, abs=1e-6)
    assert table["success"].tolist() == [1, 1, 0, 1]
    assert table["confidence"].tolist() == pytest.approx([0.5, 0.6, 0.0, 0.5])
    # 0..1 -> 0..5, and the larger side: left 0.2 against right 0.1, then 0.4 against 0.6
    assert table["AU12_r"].tolist() == pytest.approx([0.0, 1.0, np.nan, 3.0], nan_ok=True)
    # blink in the second frame, eyes kept closed in the fourth
    assert table["AU45_r"].tolist() == pytest.approx([0.0, 4.5, np.nan, 5.0], nan_ok=True)
    assert table["AU23_c"].tolist() == pytest.approx([0, 0, np.nan, 1], nan_ok=True)
    assert table["pose_Rx"].iloc[0] == pytest.approx(0.1)
    assert table["pose_Ry"].iloc[1] == pytest.approx(-0.2)


def test_what_is_not_measured_is_an_empty_cell(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "tracks.csv"
    write_openface_csv(path, {0: track})
    table = pd.read_csv(path)
    empty = set(table.columns[table.isna().all()])
    assert {"AU01_r", "AU28_c", "p_scale", "eye_lmk_x_0", "pose_Tx", "x_0", "Z_67"} <= empty
    assert not {"AU12_r", "AU45_c", "pose_Rz", "gaze_0_x", "gaze_angle_y"} & empty


def test_presence_needs_activation_and_confidence(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "tracks.csv"
    write_openface_csv(path, {0: track}, presence=PresenceRule(activation=0.15, confidence=0.9))
    # 0.2 with confidence 1 counts, 0.6 with confidence 0.5 does not
    assert pd.read_csv(path)["AU12_c"].tolist() == pytest.approx([0, 1, np.nan, 0], nan_ok=True)


def test_two_sides_must_not_share_their_merits(track: ActionUnitTrack, tmp_path: Path) -> None:
    path = tmp_path / "tracks.csv"
    write_openface_csv(path, {0: track}, presence=PresenceRule(activation=0.05, confidence=0.9))
    sure_but_still = replace(track, activation=track.activation * [0, 1, 1, 1, 1])
    write_openface_csv(path, {0: sure_but_still}, presence=PresenceRule(0.05, 0.9))
    assert pd.read_csv(path)["AU12_c"].tolist() == pytest.approx([0, 0, np.nan, 0], nan_ok=True)


def test_landmarks_and_position_fill_their_columns(track: ActionUnitTrack, tmp_path: Path) -> None:
    points = np.arange(4 * 68 * 2, dtype=np.float64).reshape(4, 68, 2)
    points[2] = np.nan
    solid = np.arange(4 * 68 * 3, dtype=np.float64).reshape(4, 68, 3)
    eyes = np.arange(4 * 56 * 3, dtype=np.float64).reshape(4, 56, 3)
    rigid = np.arange(4 * 6, dtype=np.float64).reshape(4, 6)
    geometry = OpenFaceGeometry(
        landmarks68_px=points,
        landmarks68_mm=solid,
        eyes56_px=eyes[..., :2],
        eyes56_mm=eyes,
        head_position_mm=np.array([[1.0, 2.0, 600.0]] * 4),
        weak_perspective=rigid,
    )
    path = tmp_path / "tracks.csv"
    write_openface_csv(path, {0: track}, geometry={0: geometry})
    table = pd.read_csv(path)
    assert table["x_67"].tolist() == pytest.approx([134, 270, np.nan, 542], nan_ok=True)
    assert table["y_0"].tolist() == pytest.approx([1, 137, np.nan, 409], nan_ok=True)
    assert table["Z_1"].iloc[0] == 5
    assert table["pose_Tz"].tolist() == [600] * 4
    assert table["eye_lmk_x_1"].iloc[0] == table["eye_lmk_X_1"].iloc[0] == 3
    assert table["eye_lmk_y_55"].iloc[0] == 55 * 3 + 1
    assert table["eye_lmk_Z_55"].iloc[0] == 55 * 3 + 2
    assert table["p_scale"].tolist() == [0, 6, 12, 18]
    assert table["p_ty"].tolist() == [5, 11, 17, 23]


def test_geometry_of_another_length_is_refused(track: ActionUnitTrack, tmp_path: Path) -> None:
    geometry = OpenFaceGeometry(head_position_mm=np.zeros((3, 3)))
    with pytest.raises(UsageError, match="geometry of 4 frames, but got 3"):
        write_openface_csv(tmp_path / "t.csv", {0: track}, geometry={0: geometry})


def test_geometry_without_a_track_is_refused(track: ActionUnitTrack, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"for the faces \[0\], but got some for 1"):
        write_openface_csv(tmp_path / "t.csv", {0: track}, geometry={1: OpenFaceGeometry()})


def test_no_track_gives_the_header_alone(tmp_path: Path) -> None:
    write_openface_csv(tmp_path / "t.csv", {})
    assert pd.read_csv(tmp_path / "t.csv").shape == (0, 714)


def test_rows_go_by_frame_then_by_face(track: ActionUnitTrack, tmp_path: Path) -> None:
    write_openface_csv(tmp_path / "t.csv", {3: track, 1: track})
    table = pd.read_csv(tmp_path / "t.csv")
    assert table["frame"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert table["face_id"].tolist() == [1, 3] * 4


def test_our_own_file_reads_back_with_both_sides_alike(
    track: ActionUnitTrack, tmp_path: Path
) -> None:
    write_openface_csv(tmp_path / "t.csv", {0: track, 2: track})
    read = read_openface_csv(tmp_path / "t.csv")
    assert sorted(read) == [0, 2]
    one = read[2]
    assert one.time == track.time
    names = ("AU12L", "AU12R", "AU23", "AU45L", "AU45R")
    assert one.channels == tuple(Channel.parse(name) for name in names)
    expected = [[0, 0.2, np.nan, 0.6]] * 2 + [[0, 0.05, np.nan, 0.1]] + [[0, 0.9, np.nan, 1]] * 2
    assert pytest.approx(np.array(expected), nan_ok=True) == one.activation.T
    assert one.head_rotation_rad == pytest.approx(track.head_rotation_rad, abs=2e-6, nan_ok=True)
    assert one.gaze_rad == pytest.approx(track.gaze_rad, abs=5e-6, nan_ok=True)
    assert one.unseen == {2: "success is 0"}
    assert one.provenance.source == "t.csv"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


OLD = """frame, face_id, timestamp, confidence, success, pose_Rx, pose_Ry, pose_Rz, AU04_r, AU04_c
1, 0, 0.000, 0.98, 1, 0.1, 0.0, 0.0, 2.50, 1.00
2, 0, 0.033, 0.95, 1, 0.1, 0.0, 0.0, 5.00, 1.00
3, 0, 0.067, 0.00, 0, 0.0, 0.0, 0.0, 0.00, 0.00
5, 0, 0.133, 0.90, 1, 0.1, 0.0, 0.0, 0.00, 0.00
"""


def test_old_files_with_blanks_after_the_commas_are_read(tmp_path: Path) -> None:
    track = read_openface_csv(write(tmp_path / "old.csv", OLD))[0]
    assert track.time == TimeBase(Fraction(30), 5, 0.0)
    assert track.channels == (Channel.parse("AU04L"), Channel.parse("AU04R"))
    assert track.activation[:, 0].tolist() == pytest.approx(
        [0.5, 1.0, np.nan, np.nan, 0.0], nan_ok=True
    )
    assert track.confidence[:, 1].tolist() == pytest.approx([0.98, 0.95, 0, 0, 0.9])
    assert track.unseen == {2: "success is 0", 3: "no row in the file"}
    assert np.isnan(track.gaze_rad).all()
    assert track.head_rotation_rad[0] == pytest.approx([0.1, 0, 0])


def test_files_without_face_id_have_face_0(tmp_path: Path) -> None:
    rows = [line.split(", ") for line in OLD.splitlines()]
    text = "\n".join(",".join(row[:1] + row[2:]) for row in rows)
    assert list(read_openface_csv(write(tmp_path / "t.csv", text))) == [0]


@pytest.mark.parametrize("rate", ["30000/1001", "24000/1001", "25", "200", "12.5", "60000/1001"])
def test_the_rate_is_found_from_stamps_with_three_digits(rate: str, tmp_path: Path) -> None:
    step = 1 / Fraction(rate)
    rows = [f"{i + 1},{float(i * step):.3f},1,1,0.5" for i in range(400)]
    text = "\n".join(["frame,timestamp,confidence,success,AU04_r", *rows])
    assert read_openface_csv(write(tmp_path / "t.csv", text))[0].time.rate == Fraction(rate)


def test_a_given_rate_is_taken_over_the_stamps(tmp_path: Path) -> None:
    text = "frame,timestamp,confidence,success,AU04_r\n1,0,1,1,0.5\n2,0,1,1,0.5\n"
    path = write(tmp_path / "t.csv", text)
    assert read_openface_csv(path, rate=Fraction(25))[0].time == TimeBase(Fraction(25), 2)
    with pytest.raises(FormatError, match=r"grow in t\.csv, but they span 0 s\. Give the frame"):
        read_openface_csv(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "its header lacks frame, timestamp, confidence, success, AU.._r"),
        ("a,b\n1,2\n", "its header lacks frame"),
        (OLD.replace("AU04_r", "AU04"), "its header lacks AU.._r. Run OpenFace's"),
        (OLD.splitlines()[0], "at least one row below the header of t.csv"),
        (OLD.replace("AU04_c", "AU04_r"), "every column once in t.csv"),
        (OLD.replace("2.50", "lots"), "a number under AU04_r in row 2 of t.csv, but got lots"),
        (OLD.replace("2.50", "5.01"), "0 to 5 under AU04_r in row 2 of t.csv, but got 5.01"),
        (OLD.replace("0.98", "1.5"), "0 to 1 under confidence in row 2 of t.csv, but got 1.5"),
        (OLD.replace("2.50, 1.00", "2.50"), "10 cells in row 2 of t.csv, but got 9; the file"),
        (OLD.replace("2, 0, 0.033", "1, 0, 0.033"), "one row a frame and face in t.csv"),
        (OLD.replace("2, 0, 0.033", "1.5, 0, 0.033"), "a whole number under frame in row 3"),
        (OLD.replace("5, 0, 0.133", "99999999, 0, 0.133"), "consecutive frames in t.csv"),
        (OLD.replace("0.033", ""), "a time under timestamp in every row of t.csv"),
        (OLD.replace("0.033", "0.100"), "even time stamps in t.csv, but frame 2 is 0.067 s off"),
    ],
)
def test_bad_files_are_refused_with_a_sentence(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as error:
        read_openface_csv(write(tmp_path / "t.csv", text))
    assert sentence in str(error.value)


def test_empty_intensities_are_refused(tmp_path: Path) -> None:
    text = "frame,timestamp,confidence,success,AU04_r\n1,0,1,1,\n2,0.04,1,1,\n"
    with pytest.raises(FormatError, match=r"intensities under AU.._r in t\.csv, but all are empty"):
        read_openface_csv(write(tmp_path / "t.csv", text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xff\xfe\x00frame")
    with pytest.raises(FormatError, match=r"a CSV file of OpenFace in t\.csv, but it cannot"):
        read_openface_csv(path)


def test_every_row_has_714_cells(track: ActionUnitTrack, tmp_path: Path) -> None:
    write_openface_csv(tmp_path / "t.csv", {0: track})
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        assert {len(row) for row in csv.reader(file)} == {714}
