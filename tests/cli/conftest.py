"""The command line with a pipeline of straw: no video is read, no model is needed."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from mien.pipeline.result import RunResult, TextTable
from mien.pipeline.settings import RunSettings
from mien.work import Progress


@dataclass
class Straw:
    """Stands for the pipeline; ``troubles`` holds what to raise, by the name of the input."""

    troubles: dict[str, BaseException] = field(default_factory=dict)
    calls: list[tuple[Path | int, Path | None, RunSettings]] = field(default_factory=list)
    before: Callable[[Path], None] = lambda _out: None

    def run_video(
        self, source: Path | int, out: Path, settings: RunSettings, progress: Progress
    ) -> RunResult:
        self.calls.append((source, out, settings))
        name = str(source) if isinstance(source, int) else source.name
        progress.start("Reading faces", 2)
        progress.update(1)
        if name in self.troubles:
            raise self.troubles[name]
        self.before(out)
        progress.warn("The light flickers.")
        progress.finish("2 frames")
        file = out / "report.html"
        file.write_text("<html></html>", encoding="utf-8")
        return RunResult(
            out=out,
            files=(file,),
            lines=(f"2 micro-expressions in {name}.",),
            tables=(TextTable("Events", ("unit", "onset [s]"), (("AU12", "0.50"),)),),
            warnings=("The light flickers.", "The face is small."),
            data={"events": 2, "confidence": float("nan"), "file": file},
        )

    def run_demo(self, out: Path, settings: RunSettings, progress: Progress) -> RunResult:
        return self.run_video(Path("demo"), out, settings, progress)

    def analyse_video(
        self, source: Path | int, settings: RunSettings, progress: Progress
    ) -> tuple[Path | int, RunSettings, Progress]:
        return source, settings, progress

    def write_analysis(
        self, analysis: tuple[Path | int, RunSettings, Progress], out: Path
    ) -> RunResult:
        source, settings, progress = analysis
        return self.run_video(source, out, settings, progress)


@pytest.fixture
def straw(monkeypatch: pytest.MonkeyPatch) -> Straw:
    made = Straw()
    modules: dict[str, dict[str, object]] = {
        "run": {"run_video": made.run_video, "write_analysis": made.write_analysis},
        "demo": {"run_demo": made.run_demo},
        "analysis": {"analyse_video": made.analyse_video},
    }
    for name, functions in modules.items():
        module = ModuleType(f"mien.pipeline.{name}")
        module.__dict__.update(functions)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


@pytest.fixture
def invoke() -> Callable[..., Any]:
    """Call the command line in this process; the result has exit_code, stdout and stderr."""
    from mien.cli import app

    def call(*arguments: object) -> Any:
        return CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)

    return call


@pytest.fixture
def videos(tmp_path: Path) -> Callable[..., list[Path]]:
    """Make files that only look like videos."""

    def make(*names: str) -> list[Path]:
        paths = [tmp_path / "in" / name for name in names]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"video")
        return paths

    return make
