"""CurveTables, evaluated by the engine's rule."""

import json
from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import FormatError, InputError, UsageError
from mien.curves import (
    CubicCurve,
    curve_from_samples,
    rich_curve_with_auto_tangents,
    snap_to_engine_times,
)
from mien.export import (
    CURVE_TABLE_CSV,
    CURVE_TABLE_JSON,
    curve_table_errors,
    read_curve_table,
    table_times,
    write_curve_table_csv,
    write_curve_table_json,
)
from mien.rig import Performance

WRITERS = {CURVE_TABLE_CSV: write_curve_table_csv, CURVE_TABLE_JSON: write_curve_table_json}


@pytest.mark.parametrize("name", WRITERS)
def test_the_engines_curves_are_within_the_tolerance(
    tmp_path: Path, name: str, performance: Performance
) -> None:
    assert WRITERS[name](performance, tmp_path / name) == (tmp_path / name,)
    errors = curve_table_errors(performance, tmp_path / name)
    assert list(errors) == list(performance.controls)
    assert 0 < max(errors.values()) <= 1e-4
    table = read_curve_table(tmp_path / name)
    fine = np.linspace(0, performance.end_s, 7001)
    for control, curve in performance.curves.items():
        played = rich_curve_with_auto_tangents(*table[control])
        np.testing.assert_allclose(played(fine), curve(fine), atol=1e-4)


def test_a_table_has_200_keys_a_second_and_more_at_corners_only() -> None:
    slope = np.array([4.0, 4.0])
    corner = CubicCurve(
        np.array([0, 0.3, 1.0]),
        np.array([0.2, 0.2, 0.6]),
        np.array([0.0, 0, 0]),
        np.array([0, slope[0], 0]),
    )
    times = table_times({"corner": corner}, 0.0, 1.0)
    assert 201 < len(times) < 300
    extra = np.setdiff1d(times, np.float32(np.arange(201) / 200))
    assert np.abs(extra - 0.3).max() < 0.03
    still = table_times({"still": CubicCurve.constant(0.2)}, 0.0, 1.0)
    np.testing.assert_allclose(still, np.arange(201) / 200, atol=1e-6)


@pytest.mark.parametrize("beside_s", [-2e-4, -5e-5, -3e-6, 3e-6, 5e-5, 2e-4])
@pytest.mark.parametrize("apart_s", [3e-5, 8e-5])
def test_corners_of_other_curves_flatten_no_tangent(beside_s: float, apart_s: float) -> None:
    """Two keys closer than 0.1 ms: the engine divides by 0.1 ms."""
    times_s = np.arange(41) / 200
    steep = curve_from_samples(times_s, np.exp(-0.5 * ((times_s - 0.1) / 0.0125) ** 2))
    curves = {"steep": snap_to_engine_times(steep)}
    for name, at_s in (("one", 0.11 + beside_s), ("two", 0.11 + beside_s + apart_s)):
        curves[name] = snap_to_engine_times(
            CubicCurve(
                np.array([0, at_s, 0.2]),
                np.array([0.0, 0.0, 0.2]),
                np.zeros(3),
                np.array([0.0, 2.0, 0.0]),
            )
        )
    times = table_times(curves, 0.0, 0.2)
    fine = np.linspace(0, 0.2, 20001)
    for curve in curves.values():
        played = rich_curve_with_auto_tangents(times, curve(times))
        np.testing.assert_allclose(played(fine), curve(fine), atol=7e-5)
    assert len(times) < 400


def test_a_curve_that_starts_and_ends_in_motion_is_followed() -> None:
    steep = np.array([40.0, 40.0])
    rise = CubicCurve(np.array([0.0, 0.02]), np.array([0.1, 0.9]), steep, steep)
    times = table_times({"rise": rise}, 0.0, 0.02)
    played = rich_curve_with_auto_tangents(times, rise(times))
    fine = np.linspace(0, 0.02, 9001)
    np.testing.assert_allclose(played(fine), rise(fine), atol=1e-4)


def test_json_rows_are_named_and_keyed_by_time(tmp_path: Path, performance: Performance) -> None:
    write_curve_table_json(performance, tmp_path / "t.json")
    rows = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert rows[0]["Name"] == "eyeBlinkLeft"
    assert rows[0]["0"] == 0
    assert all(float(time) >= 0 for row in rows for time in row if time != "Name")


def test_a_coarse_table_is_found_out(tmp_path: Path, performance: Performance) -> None:
    path = tmp_path / "t.csv"
    times = np.arange(25) / 30
    rows = ["---," + ",".join(map(str, times))]
    rows += [f"{n}," + ",".join(map(str, c(times))) for n, c in performance.curves.items()]
    path.write_text("\n".join(rows), encoding="utf-8")
    assert max(curve_table_errors(performance, path).values()) > 0.01


@pytest.mark.parametrize(
    "text", ["", "---,0,1\njawOpen,0", "---,0,1\njawOpen,0,a", "[{]", '[{"0": 1}]']
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / ("t.json" if text.startswith("[") else "t.csv")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match="it holds none"):
        read_curve_table(path)


def test_a_missing_row_and_a_missing_file_are_told(
    tmp_path: Path, performance: Performance
) -> None:
    (tmp_path / "t.csv").write_text("---,0,1\njawOpen,0,0\n", encoding="utf-8")
    with pytest.raises(FormatError, match="row eyeBlinkLeft"):
        curve_table_errors(performance, tmp_path / "t.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_curve_table(tmp_path / "none.csv")


def test_a_tolerance_of_nothing_is_refused(tmp_path: Path, performance: Performance) -> None:
    with pytest.raises(UsageError, match="tolerance above 0"):
        write_curve_table_csv(performance, tmp_path / "t.csv", tolerance=0.0)
