"""Errors of all routes, measured on the files."""

from dataclasses import replace
from pathlib import Path

import pytest

from mien.core.errors import FormatError, InputError
from mien.export import (
    CURVE_TABLE_CSV,
    CURVE_TABLE_JSON,
    PERFORMANCE_GLB,
    PERFORMANCE_JSON,
    ROUTE_LIMITS,
    route_errors,
    write_curve_table_csv,
    write_curve_table_json,
    write_glb,
)
from mien.rig import Performance, write_performance


def test_every_route_is_within_its_limit(performance: Performance, tmp_path: Path) -> None:
    write_performance(performance, tmp_path / PERFORMANCE_JSON)
    write_glb(performance, tmp_path / PERFORMANCE_GLB)
    write_curve_table_csv(performance, tmp_path / CURVE_TABLE_CSV)
    write_curve_table_json(performance, tmp_path / CURVE_TABLE_JSON)
    errors = route_errors(performance, tmp_path)
    assert set(errors) == set(ROUTE_LIMITS)
    for name, error in errors.items():
        assert 0 < error <= ROUTE_LIMITS[name]


def test_a_wrong_file_shows_its_error(performance: Performance, tmp_path: Path) -> None:
    curves = dict(performance.curves)
    curves["eyeBlinkLeft"] = curves["eyeBlinkLeft"].scaled(0.9)
    write_performance(replace(performance, curves=curves), tmp_path / PERFORMANCE_JSON)
    errors = route_errors(performance, tmp_path)
    assert errors == {PERFORMANCE_JSON: pytest.approx(0.1, abs=1e-3)}


def test_a_missing_curve_and_an_empty_folder_are_told(
    performance: Performance, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="found none"):
        route_errors(performance, tmp_path)
    curves = {name: curve for name, curve in performance.curves.items() if name != "jawOpen"}
    write_performance(replace(performance, curves=curves), tmp_path / PERFORMANCE_JSON)
    with pytest.raises(FormatError, match=r"missing: \['jawOpen'\]"):
        route_errors(performance, tmp_path)
