"""Workers do not outlive the process that hands out their work, however it ended."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

PROGRAM = """
import os, sys, time
from pathlib import Path
from mien.work import map_in_order

def note(folder):
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(0.2)

if __name__ == "__main__":
    list(map_in_order(note, [sys.argv[1]] * 1000, workers=2))
"""


def waited_for(done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script, seen = tmp_path / "program.py", tmp_path / "seen"
    seen.mkdir()
    script.write_text(PROGRAM, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, script, seen])
    try:
        assert waited_for(lambda: len(list(seen.iterdir())) == 2, 120)
        workers = [psutil.Process(int(file.name)) for file in seen.iterdir()]
    finally:
        parent.kill()
        parent.wait()
    assert waited_for(lambda: not any(one.is_running() for one in workers), 30)
