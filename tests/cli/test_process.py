"""The command as the shell runs it: signals, broken pipes, encodings, installed entry points."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mien.core.errors import UsageError

STRAW = """
import sys, time, types
from pathlib import Path

def run_video(source, out, settings, progress):
    from mien.store.atomic import atomic_path
    with atomic_path(out / "render.mp4") as temporary:
        temporary.write_bytes(b"half")
        progress.start("Working", None)
        time.sleep(60)

def write_analysis(analysis, out):
    raise AssertionError

module = types.ModuleType("mien.pipeline.run")
module.run_video = run_video
module.write_analysis = write_analysis
sys.modules["mien.pipeline.run"] = module
from mien.cli import main
main()
"""

RESULT = """
    from mien.pipeline.result import RunResult
    return RunResult(out=out, files=(out / "render.mp4",), lines=("Read.",))
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "mien", *arguments]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stopped_run_ends_with_130_and_leaves_nothing_half_written(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"video")
    out = tmp_path / "out"
    arguments = ["run", str(tmp_path / "a.mp4"), "--out", str(out)]
    with subprocess.Popen(
        [sys.executable, "-c", STRAW, *arguments], stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stderr is not None
            assert running.stderr.readline() == "Working\n"
            assert list(out.iterdir()), "the work had begun"
            running.send_signal(getattr(signal, name))
            rest = running.stderr.read()
            running.wait(timeout=30)
        finally:
            running.kill()
    assert running.returncode == 130
    assert rest == "interrupted\n"
    assert not out.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break in another way on Windows")
def test_a_reader_that_leaves_ends_mien_quietly() -> None:
    with subprocess.Popen(
        command("doctor"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
    assert said == b""
    assert running.returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows closes no single stream")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_does_not_end_the_program(tmp_path: Path, closed: str) -> None:
    script = tmp_path / "straw.py"
    quick = STRAW.replace("        time.sleep(60)\n", f"        os.write(1, b'noise')\n{RESULT}")
    script.write_text(f"import os\n{quick}", encoding="utf-8")
    (tmp_path / "a.mp4").write_bytes(b"video")
    words = " ".join(
        map(shlex.quote, (sys.executable, str(script), "run", str(tmp_path / "a.mp4")))
    )
    done = subprocess.run(
        ["/bin/sh", "-c", f"{words} --out {shlex.quote(str(tmp_path / 'out'))} {closed}"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert (tmp_path / "out" / "render.mp4").read_bytes() == b"half"


def test_a_file_that_is_named_like_an_option_is_told_how_to_write_it(tmp_path: Path) -> None:
    (tmp_path / "-clip.mp4").write_bytes(b"")
    plain = subprocess.run(
        command("analyze", "-clip.mp4"), capture_output=True, cwd=tmp_path, check=False, text=True
    )
    assert plain.returncode == 2
    assert plain.stderr == (
        "The name of the file -clip.mp4 begins with a dash and would be taken for an option. "
        "Write ./-clip.mp4.\n"
    )
    told = subprocess.run(
        command("analyze", "--out", "out", "./-clip.mp4"),
        capture_output=True,
        cwd=tmp_path,
        check=False,
        text=True,
    )
    assert told.returncode == 1
    assert told.stderr.startswith("-clip.mp4 is empty (0 bytes).")


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (["run", "-clip.mp4"], True),
        (["run", "--", "-clip.mp4"], False),
        (["run", "./-clip.mp4", "--no-loop", "-"], False),
        (["run", "", "--out", "x"], True),
        (["run", "a.mp4", "--out", ""], True),
        (["run", "a.mp4", "-o", "x" * 5000], False),
    ],
)
def test_words_that_mean_something_else_than_they_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], *, refused: bool
) -> None:
    from mien.cli.words import refuse_odd_words

    monkeypatch.chdir(tmp_path)
    (tmp_path / "-clip.mp4").touch()
    if refused:
        with pytest.raises(UsageError):
            refuse_odd_words(words)
    else:
        refuse_odd_words(words)


def test_a_name_that_the_terminal_cannot_show_does_not_end_the_program(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        command("run", str(tmp_path / "Zoë→.mp4"), "--prior", "Zoë→"),
        capture_output=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 2
    assert b"Zo\\xeb\\u2192" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_installed_command_and_the_module_are_the_same() -> None:
    by_module = subprocess.run(command("--version"), capture_output=True, check=True)
    script = Path(sys.executable).with_name("mien.exe" if sys.platform == "win32" else "mien")
    if not script.exists():
        pytest.skip("mien is not installed beside this Python")
    by_script = subprocess.run([script, "--version"], capture_output=True, check=True)
    assert by_script.stdout == by_module.stdout
