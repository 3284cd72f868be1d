"""Errors of all routes, measured on the files."""

from dataclasses import replace
from pathlib import Path

import pytest

from mien.core.errors import FormatError, InputError
from mien.export import FORMATS, PERFORMANCE_JSON, ROUTE_LIMITS, route_errors, write_formats
from mien.rig import Performance, write_performance


def test_every_route_is_within_its_limit(performance: Performance, tmp_path: Path) -> None:
    written = write_formats(performance, tmp_path / "new")
    assert [path.name for path in written] == list(FORMATS)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(FORMATS)
    errors = route_errors(performance, tmp_path / "new")
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
