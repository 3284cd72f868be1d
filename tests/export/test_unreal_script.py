"""The editor script, run against a stand-in for the editor."""

import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mien.curves import CubicCurve, RichCurve
from mien.export import (
    CURVE_TABLE_CSV,
    PERFORMANCE_JSON,
    UNREAL_SCRIPT,
    write_curve_table_csv,
    write_unreal_script,
)
from mien.rig import Performance, write_performance


class Record(SimpleNamespace):
    """A struct or object whose properties can be set in both of Unreal's ways."""

    def set_editor_property(self, name: str, value: object) -> None:
        setattr(self, name, value)


class StrictRecord(Record):
    """A struct that takes no keywords, as some engine versions have it."""

    def __init__(self) -> None:
        super().__init__()


class Controller:
    def __init__(self) -> None:
        self.calls: list[str] = []
        self.keys: dict[str, list[Any]] = {}
        self.rate = 0
        self.frames = 0

    def open_bracket(self, _: str) -> None:
        self.calls.append("open")

    def close_bracket(self) -> None:
        self.calls.append("close")

    def set_frame_rate(self, rate: Any, _: bool) -> None:  # noqa: FBT001 - the engine's signature
        self.rate = rate.numerator

    def set_number_of_frames(self, number: Any, _: bool) -> None:  # noqa: FBT001
        self.frames = number.value

    def set_curve_keys(self, identifier: Any, keys: list[Any], _: bool) -> bool:  # noqa: FBT001
        frames = [round(key.time * self.rate) for key in keys]
        assert len(set(frames)) == len(frames), "the engine fails on two keys in one frame"
        assert identifier.name in self.added
        self.keys[identifier.name] = keys
        return True

    added: tuple[str, ...] = ()


class Identifier(Record):
    def set_curve_identifier(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind


def fake_unreal(*, keywords: bool = True) -> tuple[ModuleType, SimpleNamespace]:
    """Give the module and what it recorded: tasks, controller, messages."""
    seen = SimpleNamespace(tasks=[], controller=Controller(), logged=[], warned=[])

    def create_asset(name: str, path: str, _: object, factory: Any) -> Any:
        assert factory.target_skeleton == "the skeleton"
        seen.asset = f"{path}/{name}"
        return SimpleNamespace(controller=seen.controller)

    def add_curve(_: object, name: str, kind: str, __: bool) -> None:  # noqa: FBT001
        assert kind == "float"
        seen.controller.added = (*seen.controller.added, name)

    tools = SimpleNamespace(import_asset_tasks=seen.tasks.extend, create_asset=create_asset)
    module = ModuleType("unreal")
    module.__dict__.update(
        RichCurveTangentMode=SimpleNamespace(RCTM_USER=1, RCTM_BREAK=2),
        RichCurveInterpMode=SimpleNamespace(RCIM_CUBIC=2),
        RichCurveKey=Record if keywords else StrictRecord,
        CSVImportSettings=Record,
        CSVImportType=SimpleNamespace(ECSV_CURVE_TABLE=1),
        CSVImportFactory=Record,
        AssetImportTask=Record,
        AnimSequenceFactory=Record,
        AnimSequence="AnimSequence",
        RawCurveTrackTypes=SimpleNamespace(RCT_FLOAT="float"),
        AnimationCurveIdentifier=Identifier,
        AnimationLibrary=SimpleNamespace(add_curve=add_curve),
        AssetToolsHelpers=SimpleNamespace(get_asset_tools=lambda: tools),
        EditorAssetLibrary=SimpleNamespace(
            does_asset_exist=lambda _: False, save_asset=lambda _: True
        ),
        FrameRate=lambda n, d: SimpleNamespace(numerator=n, denominator=d),
        FrameNumber=lambda value: SimpleNamespace(value=value),
        load_asset=lambda path: "the skeleton" if path == "/Game/Face" else None,
        log=seen.logged.append,
        log_warning=seen.warned.append,
    )
    return module, seen


@pytest.fixture
def folder(tmp_path: Path, performance: Performance) -> Path:
    write_unreal_script(performance, tmp_path / UNREAL_SCRIPT)
    write_performance(performance, tmp_path / PERFORMANCE_JSON)
    write_curve_table_csv(performance, tmp_path / CURVE_TABLE_CSV)
    return tmp_path


def with_skeleton(folder: Path, path: str = "/Game/Face") -> Path:
    script = folder / UNREAL_SCRIPT
    text = script.read_text(encoding="utf-8").replace('SKELETON = ""', f'SKELETON = "{path}"')
    script.write_text(text, encoding="utf-8")
    return script


@pytest.mark.parametrize("keywords", [True, False])
def test_keys_and_tangents_arrive_as_they_are(
    folder: Path, performance: Performance, monkeypatch: pytest.MonkeyPatch, *, keywords: bool
) -> None:
    module, seen = fake_unreal(keywords=keywords)
    monkeypatch.setitem(sys.modules, "unreal", module)
    runpy.run_path(str(with_skeleton(folder)), run_name="__main__")
    assert set(seen.controller.keys) == set(performance.controls)
    assert seen.controller.calls == ["open", "close"]
    assert seen.controller.frames >= performance.end_s * seen.controller.rate - 0.5
    fine = np.linspace(-0.1, 1, 5001)
    for name, keys in seen.controller.keys.items():
        assert {key.interp_mode for key in keys} == {2}
        zeros = np.zeros(len(keys))
        arrived = RichCurve(
            np.array([key.time for key in keys]),
            np.array([key.value for key in keys]),
            np.array([key.arrive_tangent for key in keys]),
            np.array([key.leave_tangent for key in keys]),
            np.array([key.interp_mode for key in keys]),
            np.array([key.tangent_mode for key in keys]),
            np.zeros(len(keys), dtype=np.int64),
            zeros,
            zeros,
        )
        broken = arrived.tangent == 2
        np.testing.assert_array_equal(broken, arrived.arrive != arrived.leave)
        np.testing.assert_allclose(arrived(fine), performance.curves[name](fine), atol=1e-6)


def test_the_table_is_imported_as_cubic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, seen = fake_unreal()
    monkeypatch.setitem(sys.modules, "unreal", module)
    runpy.run_path(str(folder / UNREAL_SCRIPT), run_name="__main__")
    (task,) = seen.tasks
    assert task.factory.automated_import_settings.import_curve_interp_mode == 2
    assert Path(task.filename) == folder / CURVE_TABLE_CSV
    assert task.destination_name == "clip_1_curves"
    assert seen.warned == ["mien: SKELETON is empty in this script; no AnimSequence made"]


def test_a_skeleton_that_is_not_there_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _ = fake_unreal()
    monkeypatch.setitem(sys.modules, "unreal", module)
    with pytest.raises(ValueError, match="No skeleton at /Game/Nothing"):
        runpy.run_path(str(with_skeleton(folder, "/Game/Nothing")), run_name="__main__")


def test_the_rate_is_the_lowest_that_keeps_keys_apart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _ = fake_unreal()
    monkeypatch.setitem(sys.modules, "unreal", module)
    script = runpy.run_path(str(folder / UNREAL_SCRIPT), run_name="imported")
    rate, keys = script["sequence_rate"], script["keys_without_doubles"]

    def curve(*times: float) -> dict[str, list[float]]:
        numbers = [float(number) for number in range(len(times))]
        return {"time_s": list(times), "value": numbers, "arrive": numbers, "leave": numbers[:]}

    assert rate({"a": curve(0.0, 0.005, 0.01)}) == 200
    assert rate({"a": curve(0.0, 0.005), "b": curve(0.0, 0.001)}) == 600
    assert rate({"a": curve(0.0, 1e-7)}) == 12000
    assert [key[0] for key in keys(curve(0.0, 1e-7, 0.5), 200)] == [1e-7, 0.5]
    corner = curve(0.0, 1e-7, 0.5)
    corner["leave"][0] = 9.0
    assert [key[0] for key in keys(corner, 200)] == [0.0, 0.5]


def test_keys_of_one_frame_merge_without_a_trace(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _ = fake_unreal()
    monkeypatch.setitem(sys.modules, "unreal", module)
    script = runpy.run_path(str(folder / UNREAL_SCRIPT), run_name="imported")
    cubic = np.polynomial.Polynomial([0.2, 3.0, -20.0, 30.0])
    times = np.array([0.0, 0.1, 0.1 + 1e-5, 0.4])
    values, slopes = cubic(times), cubic.deriv()(times)
    rows = {"time_s": times, "value": values, "arrive": slopes, "leave": slopes}
    keys = script["keys_without_doubles"]({name: row.tolist() for name, row in rows.items()}, 600)
    assert len(keys) == 3
    merged = CubicCurve(*np.array(keys).T)
    fine = np.linspace(0, 0.4, 500)
    np.testing.assert_allclose(merged(fine), cubic(fine), atol=1e-12)
