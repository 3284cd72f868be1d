"""Every bad input of `mien render` gets one clear sentence and the right exit code."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from mien.cli import app
from mien.core.facs import channels_of
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.rig import perform, performance_to_json, write_performance

QUICK = ("--quality", "fast", "--size", "32x32")


def still_face(frames: int = 4) -> ActionUnitTrack:
    return ActionUnitTrack(
        time=TimeBase(Fraction(60), frames),
        channels=channels_of(12),
        activation=np.zeros((frames, 2)),
        confidence=np.ones((frames, 2)),
        head_rotation_rad=np.zeros((frames, 3)),
        gaze_rad=np.zeros((frames, 2, 2)),
    )


@pytest.fixture
def performance(tmp_path: Path) -> Path:
    path = tmp_path / "performance.json"
    write_performance(perform(still_face()), path)
    return path


def render(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["render", *map(str, words)])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--person", "Jonass"), "but got 'Jonass'. Did you mean Jonas?"),
        (
            ("--quality", "portrit"),
            "among fast, portrait, gpu, cinema, but got 'portrit'. Did you mean portrait?",
        ),
        (("--light", "rembrand"), "but got 'rembrand'. Did you mean rembrandt?"),
        (("--background", "gray"), "but got 'gray'. Did you mean grey?"),
        (("--view", "busts"), "Expected a view among face, bust, but got 'busts'."),
        (("--pose", "up"), "Expected a pose among auto, relative, absolute, but got 'up'."),
        (("--size", "0x0"), "Expected a size of 16x16 to 8192x8192 pixels, but got 0x0."),
        (
            ("--size", "20000x20000"),
            "Expected a size of 16x16 to 8192x8192 pixels, but got 20000x20000.",
        ),
        (
            ("--size", "wide"),
            "Expected --size as width x height in pixels, such as 512x512, but got 'wide'.",
        ),
        (("--rate", "0"), "In --rate: expected frames per second such as 200 or 30000/1001"),
        (("--rate", "2000"), "Expected a rate of at most 1000 frames per second, but got 2000."),
        (("--frames", "3:3"), "Expected frames a:b with 0 <= a < b, but got 3:3."),
        (("--frames", "all"), "Expected --frames as first:end, such as 0:60, but got 'all'."),
        (("--still", "0", "--master"), "Leave out --still, or --frames and --master."),
        (("--lens", "2"), "Expected a lens of 24 to 300 mm, but got 2."),
        (("--camera-yaw", "170"), "Expected a yaw of the camera within 69 degrees, but got 170."),
        (("--f-stop", "2"), "Leave out --f-stop, or choose --quality portrait."),
        (("--samples", "0"), "Expected 1 to 4096 samples per pixel, but got 0."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_wrong_call_is_one_sentence_and_2_before_any_work(
    tmp_path: Path, performance: Path, words: tuple[str, ...], sentence: str
) -> None:
    words = words if "--quality" in words else ("--quality", "fast", *words)
    done = render(performance, "--out", tmp_path / "out", *words)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--frames", "0:99"), "performance.json: Expected frames within 0:4, which is all of"),
        (("--still", "7"), "performance.json: Expected stills within 0 to 0.050 s, but got 7 s."),
        (("--still", "nan"), "but got nan s."),
    ],
)
def test_times_that_the_input_has_not_are_told_and_leave_nothing(
    tmp_path: Path, performance: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = render(performance, "--out", tmp_path / "out", *QUICK, *words)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()


def changed(change: Callable[[dict[str, Any]], None]) -> str:
    content = json.loads(performance_to_json(perform(still_face())))
    change(content)
    return json.dumps(content)


def too_strong(content: dict[str, Any]) -> None:
    content["curves"]["jawOpen"]["value"] = [1.7] * len(content["curves"]["jawOpen"]["value"])


def not_a_number(content: dict[str, Any]) -> None:
    content["curves"]["jawOpen"]["value"] = [None] * len(content["curves"]["jawOpen"]["value"])


def misspelt(content: dict[str, Any]) -> None:
    content["curves"]["jawOpn"] = content["curves"].pop("jawOpen")


def spinning(content: dict[str, Any]) -> None:
    content["head_rotation_rad"]["yaw"]["value"] = ["inf"]


BAD_FILES: dict[str, tuple[str | bytes | None, str]] = {
    "gone.json": (None, "There is no file or folder"),
    "empty.json": ("", "empty.json is empty (0 bytes). Write it again."),
    "notes.json": ("these are notes", "notes.json"),
    "bytes.json": (b"\xff\xfe\x00", "bytes.json is not UTF-8 text."),
    "other.json": ('{"document": "mien/events", "version": 1}', "is a 'mien/events' document."),
    "clip.mp4": ("video", "Expected a performance (.json), a track (.json or .parquet) or"),
    "broken.parquet": ("PAR1 but not really", "broken.parquet"),
    "strong.json": (changed(too_strong), "in 0..1, but jawOpen is 1.7 at 0.000 s."),
    "nan.json": (changed(not_a_number), "jawOpen"),
    "misspelt.json": (changed(misspelt), "but got 'jawOpn'. Did you mean jawOpen?"),
    "spin.json": (changed(spinning), "yaw"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gives_one_line_and_1_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    content, sentence = BAD_FILES[name]
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    done = render(path, "--out", tmp_path / "out", *QUICK)
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert "defect" not in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_with_nothing_to_render_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    done = render(tmp_path / "in", "--out", tmp_path / "out", *QUICK)
    assert done.exit_code == 1
    assert "holds neither of" in done.stderr


def test_nothing_to_render_is_a_wrong_call(tmp_path: Path) -> None:
    done = render("--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "Name at least one file or folder" in done.stderr


def test_standard_output_is_no_place_for_videos(performance: Path) -> None:
    done = render(performance, "--out", "-")
    assert done.exit_code == 2
    assert "Expected --out DIR" in done.stderr


def test_a_bad_input_does_not_keep_a_good_one_from_being_drawn(
    tmp_path: Path, performance: Path
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    done = render(bad, performance, "--out", tmp_path / "out", "--still", "0", *QUICK)
    assert done.exit_code == 1
    assert "1 of 2 inputs gave no result" in done.stderr
    assert (tmp_path / "out" / "performance" / "still_000.000s.png").is_file()
    assert not (tmp_path / "out" / "bad").exists()


def test_a_disk_that_takes_no_more_is_told_and_nothing_is_left(
    tmp_path: Path, performance: Path
) -> None:
    resource = pytest.importorskip("resource", reason="Windows limits no file size")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
    try:
        done = render(performance, "--out", tmp_path / "out", "--master", *QUICK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert done.exit_code == 1
    assert "Cannot write digital_human.m" in done.stderr
    assert "File too large. Choose another folder with --out." in done.stderr
    assert not (tmp_path / "out").exists()
