"""Live Link Face takes: the app's layout, and numbers that survive."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import FormatError, InputError, UsageError
from mien.curves import engine_times
from mien.export import LIVE_LINK_CSV, read_live_link_csv, write_live_link_csv
from mien.export.live_link_csv import HEADER, SHAPE_COLUMNS, control_of
from mien.rig import Performance, load_rig


@pytest.fixture
def take(tmp_path: Path, performance: Performance) -> Path:
    (path,) = write_live_link_csv(performance, tmp_path / LIVE_LINK_CSV, first_frame=3600)
    return path


def test_the_layout_is_the_apps(take: Path) -> None:
    rows = list(csv.reader(take.read_text(encoding="utf-8").splitlines()))
    assert {len(row) for row in rows} == {63}
    header = rows[0]
    assert header[:3] == ["Timecode", "BlendShapeCount", "EyeBlinkLeft"]
    assert header[16:20] == ["JawForward", "JawRight", "JawLeft", "JawOpen"]
    assert header[22:26] == ["MouthPucker", "MouthRight", "MouthLeft", "MouthSmileLeft"]
    assert header[-9:-6] == ["HeadYaw", "HeadPitch", "HeadRoll"]
    assert [row[0] for row in rows[1:3]] == ["00:01:00:00.000", "00:01:00:01.000"]
    assert {row[1] for row in rows[1:]} == {"61"}
    assert len(rows) == 1 + 49


def test_the_shape_columns_are_arkits_controls() -> None:
    assert {control_of(name) for name in SHAPE_COLUMNS} == set(load_rig("arkit52").controls)
    assert len(HEADER) == 63


def test_a_take_reads_back_as_the_same_numbers(take: Path, performance: Performance) -> None:
    back = read_live_link_csv(take)
    times = np.arange(49) / 60
    np.testing.assert_allclose(back.times_s, times, atol=1e-12)
    for name in SHAPE_COLUMNS:
        expected = performance.curves[control_of(name)](times).astype(np.float32)
        np.testing.assert_array_equal(back.columns[name].astype(np.float32), expected)
    yaw = performance.head_rotation[1](times)
    np.testing.assert_allclose(back.columns["HeadYaw"], yaw, atol=1e-7)
    down = performance.gaze[2](times)
    np.testing.assert_allclose(back.columns["RightEyePitch"], down, atol=1e-7)


def test_a_take_is_a_performance_through_its_rows(take: Path) -> None:
    back = read_live_link_csv(take)
    performance = back.performance()
    blink = performance.curves["eyeBlinkLeft"](engine_times(back.times_s))
    np.testing.assert_allclose(blink, back.columns["EyeBlinkLeft"], atol=1e-6)
    assert performance.end_s == pytest.approx(0.8)


def test_a_take_is_read_by_its_header(take: Path) -> None:
    rows = [row.split(",") for row in take.read_text(encoding="utf-8").splitlines()]
    order = [0, 1, *reversed(range(2, 63))]
    changed = [",".join(row[column] for column in order) for row in rows]
    changed[0] = changed[0].lower()
    other = take.with_name("other.csv")
    other.write_text("\n".join(changed), encoding="utf-8")
    first, second = read_live_link_csv(take), read_live_link_csv(other)
    for name in SHAPE_COLUMNS:
        np.testing.assert_array_equal(first.columns[name], second.columns[name])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("JawOpen", "JawWide", r"missing: \['JawOpen'\]"),
        ("00:01:00:01.000", "soon", r"line 3 of .*'soon' is no time code"),
        ("00:01:00:01.000", "00:01:00:00.000", "line 3 of .* does not"),
        (",61,", ",61,x,", "line 2"),
    ],
)
def test_a_damaged_take_is_refused_with_the_place(
    take: Path, old: str, new: str, sentence: str
) -> None:
    text = take.read_text(encoding="utf-8").replace(old, new, 1)
    take.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=sentence):
        read_live_link_csv(take)


def test_an_empty_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(FormatError, match="at least one row"):
        read_live_link_csv(tmp_path / "empty.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_live_link_csv(tmp_path / "none.csv")


def test_a_rate_below_one_is_refused(tmp_path: Path, performance: Performance) -> None:
    with pytest.raises(UsageError, match="rate of 1 or more"):
        write_live_link_csv(performance, tmp_path / "a.csv", rate=0)
    assert list(tmp_path.iterdir()) == []
