"""The command as the shell runs it: signals, broken pipes, encodings, installed entry points."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

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
