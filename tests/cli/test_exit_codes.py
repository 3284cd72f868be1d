"""What the shell sees: 0 done, 1 an input gave nothing, 2 wrong call, 3 missing, 130 stopped."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mien.core.errors import FaceError, MissingError, OutputError, UsageError, VideoError

Call = Callable[..., Any]
Videos = Callable[..., list[Path]]


def test_a_video_that_was_read_ends_with_0(straw: Any, invoke: Call, videos: Videos) -> None:
    (video,) = videos("a.mp4")
    done = invoke("run", video, "--out", video.parent / "out")
    assert done.exit_code == 0
    assert "2 micro-expressions in a.mp4." in done.stdout
    assert "AU12" in done.stdout
    assert "report.html" in done.stdout
    assert len(straw.calls) == 1


def test_progress_and_warnings_go_to_standard_error(
    straw: Any, invoke: Call, videos: Videos
) -> None:
    del straw
    (video,) = videos("a.mp4")
    done = invoke("run", video, "--out", video.parent / "out")
    assert "Reading faces: 2 frames" in done.stderr
    assert done.stderr.count("The light flickers.") == 1
    assert done.stderr.count("The face is small.") == 1
    assert "light" not in done.stdout


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (VideoError("The file a.mp4 is empty. Copy it again."), 1, "a.mp4 is empty"),
        (FaceError("No face 3 in a.mp4. Choose 0 to 1."), 1, "No face 3"),
        (OutputError("Cannot write x. Choose another folder."), 1, "Cannot write x"),
        (UsageError("Leave the rate out."), 2, "Leave the rate out"),
        (MissingError("No face model. Run `mien models fetch`."), 3, "mien models fetch"),
        (OSError(errno.ENOSPC, "No space left", "big.mp4"), 1, "The disk is full: big.mp4"),
        (PermissionError(errno.EACCES, "Permission denied", "x.mp4"), 1, "No permission for x.mp4"),
        (ModuleNotFoundError("No module named 'av'", name="av"), 3, "package av is missing"),
        (MemoryError(), 1, "The memory is full"),
        (ZeroDivisionError("division by zero"), 1, "This is a defect in mien: ZeroDivisionError"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_error_is_one_sentence_and_its_code(
    straw: Any, invoke: Call, videos: Videos, error: Exception, code: int, words: str
) -> None:
    (video,) = videos("a.mp4")
    straw.troubles["a.mp4"] = error
    done = invoke("run", video, "--out", video.parent / "out")
    assert done.exit_code == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("a.mp4: ")]
    assert len(said) == 1
    assert not done.stdout


def test_a_defect_says_how_to_report_it(straw: Any, invoke: Call, videos: Videos) -> None:
    (video,) = videos("a.mp4")
    straw.troubles["a.mp4"] = KeyError("curve")
    done = invoke("run", video, "--out", video.parent / "out")
    assert "--debug" in done.stderr
    assert "report" in done.stderr


def test_debug_shows_the_traceback(straw: Any, invoke: Call, videos: Videos) -> None:
    (video,) = videos("a.mp4")
    straw.troubles["a.mp4"] = KeyError("curve")
    done = invoke("run", video, "--out", video.parent / "out", "--debug")
    assert "Traceback" in done.stderr
    assert done.exit_code == 1


def test_ctrl_c_ends_with_130_and_one_line(straw: Any, invoke: Call, videos: Videos) -> None:
    first, second = videos("a.mp4", "b.mp4")
    straw.troubles["a.mp4"] = KeyboardInterrupt()
    out = first.parent / "out"
    done = invoke("run", first, second, "--out", out)
    assert done.exit_code == 130
    assert done.stderr.splitlines()[-1] == "interrupted"
    assert len(straw.calls) == 1, "the batch went on after Ctrl-C"
    assert not out.exists(), "an empty folder was left behind"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run",), "--camera N"),
        (("analyze",), "--camera N"),
        (("run", "a.mp4", "--fps", "0"), "30000/1001"),
        (("run", "a.mp4", "--fps", "fast"), "'fast'"),
        (("run", "a.mp4", "--fps", "1/0"), "'1/0'"),
        (("run", "a.mp4", "--fps", "inf"), "'inf'"),
        (("run", "a.mp4", "--quality", "best"), "portrait"),
        (("run", "a.mp4", "--face", "-1"), "--face"),
        (("run", "a.mp4", "--prior", "horoscope"), "emfacs, dfme, casme2"),
        (("run", "a.mp4", "--unknown"), "--unknown"),
        (("run", "-"), "cannot be read from standard input"),
        (("run", "a.mp4", "--out", "-"), "Expected --out DIR"),
        (("demo", "--out", "-"), "Expected --out DIR"),
        (("walk",), "walk"),
    ],
)
def test_a_wrong_call_ends_with_2_before_any_work(
    straw: Any, invoke: Call, arguments: tuple[str, ...], words: str
) -> None:
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not straw.calls


def test_every_option_reaches_the_settings(straw: Any, invoke: Call, videos: Videos) -> None:
    (video,) = videos("a.mp4")
    invoke(
        *("run", video, "--out", video.parent / "out", "--fps", "30000/1001", "--face", 2),
        *("--prior", "casme2", "--quality", "portrait", "--no-loop", "--no-cache", "--seed", 7),
        *("--face-model", "models", "--camera-seconds", 3),
    )
    settings = straw.calls[0][2]
    assert str(settings.rate) == "30000/1001"
    assert (settings.face, settings.prior, settings.quality) == (2, "casme2", "portrait")
    assert (settings.loop, settings.use_cache, settings.seed) == (False, False, 7)
    assert settings.face_model == Path("models")
    assert settings.camera_duration_s == 3.0


def test_options_that_are_not_given_keep_the_default_of_the_settings(
    straw: Any, invoke: Call, videos: Videos
) -> None:
    from mien.pipeline.settings import RunSettings

    (video,) = videos("a.mp4")
    invoke("run", video, "--out", video.parent / "out")
    assert straw.calls[0][2] == RunSettings()


def test_the_help_states_the_defaults_of_the_settings(invoke: Call) -> None:
    from mien.pipeline.settings import RunSettings

    text = " ".join(invoke("run", "--help").stdout.split())
    default = RunSettings()
    assert f"{default.prior} when not given" in text
    assert f"{default.quality} when not given" in text
    assert f"{default.seed} when not given" in text
    assert f"{default.camera_duration_s:.0f} when not given" in text


def test_the_version_is_one_line(invoke: Call) -> None:
    from mien import __version__

    done = invoke("--version")
    assert (done.exit_code, done.stdout) == (0, f"mien {__version__}\n")


def test_a_folder_called_demo_is_no_input_of_the_demo(
    straw: Any, invoke: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("demo.mp4", "render.mp4"):
        (tmp_path / "demo").mkdir(exist_ok=True)
        (tmp_path / "demo" / name).write_bytes(b"video")
    done = invoke("demo", "--out", "demo")
    assert done.exit_code == 0
    assert [call[1] for call in straw.calls] == [Path("demo")]


def test_the_demo_needs_no_input(straw: Any, invoke: Call, tmp_path: Path) -> None:
    done = invoke("demo", "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert straw.calls[0][1] == tmp_path / "out"
    assert "report.html" in done.stdout
