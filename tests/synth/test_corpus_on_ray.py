"""A corpus that the real Ray draws: the same bytes, a clean end, and no word of Ray's own."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from mien.store.digest import sha256_of_path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed: mien[ray]"),
]

CLIPS = (
    *("--clips", "6", "--fps", "30", "--size-px", "96", "--seed", "2"),
    *("--person", "Nina", "--person", "Omar"),
)
# The tests may run where Ctrl-C is ignored, which programs inherit.
MIEN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from mien.cli import main
main()
"""
FAILING = """
import os, sys
from mien.core.errors import MienError
from mien.work import map_in_order

def fail(item):
    how, number = item
    if number == 2:
        os._exit(3) if how == "die" else open("/nowhere/at all")
    return number

if __name__ == "__main__":
    try:
        items = [(sys.argv[1], number) for number in range(4)]
        for number in map_in_order(fail, items, workers=2, ray="local"):
            print(number)
    except (MienError, OSError) as error:
        print(type(error).__name__, error)
"""


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """Give Ray a token, lest it writes one into the home folder; its workers use one core each."""
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    others = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    return {**others, **token, "NUMBA_NUM_THREADS": "1"}


@pytest.fixture
def begun(environment: dict[str, str], tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start a Python program in a folder of its own."""

    def begin(program: str, *words: str) -> subprocess.Popen[str]:
        script = tmp_path / "program.py"
        script.write_text(program, encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, script, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=tmp_path,
            env=environment,
            start_new_session=True,
        )

    return begin


def contents(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): sha256_of_path(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def told(running: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return running.communicate(timeout=300)
    finally:
        running.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_a_run_that_is_interrupted_goes_on_and_gives_the_bytes_of_one_process(
    begun: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    _, err = told(begun(MIEN, "synth", "--out", "alone", *CLIPS, "--workers", "1"))
    alone = contents(tmp_path / "alone")
    assert len(alone) > 6, err

    on_ray = ("synth", "--out", "out", *CLIPS, "--ray", "local", "--workers", "2")
    running = begun(MIEN, *on_ray)
    end = time.monotonic() + 120
    while not list(tmp_path.glob("out/truth/*/*/clip.json")) and time.monotonic() < end:
        time.sleep(0.02)
    workers = psutil.Process(running.pid).children(recursive=True)
    assert any("raylet" in one.name() for one in workers)
    os.killpg(running.pid, signal.SIGINT)  # as the terminal sends it
    out, err = told(running)
    assert running.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "interrupted"
    assert all(line.startswith("drawing footage: ") for line in err.splitlines()[:-1])
    assert not psutil.wait_procs(workers, timeout=30)[1]
    kept = contents(tmp_path / "out")
    assert 1 < len(kept) < len(alone)
    assert not [name for name in kept if "/." in name]
    assert all(alone[name] == digest for name, digest in kept.items())

    running = begun(MIEN, *on_ray, "--json")
    out, err = told(running)
    assert running.returncode == 0
    assert json.loads(out)["exit_code"] == 0
    assert all(json.loads(line)["event"] for line in err.splitlines())
    assert contents(tmp_path / "out") == alone


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("raise", "FileNotFoundError [Errno 2] No such file or directory: '/nowhere/at all'"),
        ("die", "MienError A worker of the Ray cluster ended before its work was done"),
    ],
)
def test_a_worker_that_fails_is_told_in_one_sentence(
    begun: Callable[..., subprocess.Popen[str]], how: str, sentence: str
) -> None:
    out, err = told(begun(FAILING, how))
    lines = out.splitlines()
    assert lines[:2] == ["0", "1"]
    assert len(lines) == 3
    assert lines[2].startswith(sentence)
    assert err == ""
