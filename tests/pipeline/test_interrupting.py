"""Ctrl-C in every long stage: nothing half-written, and the next run goes on from there."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from skimage import data

from mien.video import open_video, write_video

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("face_models"),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process"),
]

STAGES = (
    ("following faces", 1),
    ("measuring motion", 1),
    ("rendering", 1),
    ("composing", 1),
    ("following faces", 2),
    ("measuring motion", 2),
)
"""What the progress says when a stage begins, and which time it says so: the closed loop follows
and measures once more."""


def run_until(words: Sequence[str], stage: str, time: int) -> tuple[int, list[str], list[str]]:
    """Stop a run when a stage begins; give its code, what it said before and what after."""
    with subprocess.Popen(
        [sys.executable, "-m", "mien", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as running:
        try:
            assert running.stderr is not None
            before: list[str] = []
            for line in running.stderr:
                before.append(line.rstrip())
                begins = line.startswith(stage) and "done in" not in line
                time -= begins
                if begins and time == 0:
                    break
            assert time == 0, before
            running.send_signal(signal.SIGINT)
            after = running.stderr.read().splitlines()
            code = running.wait(timeout=60)
        finally:
            running.kill()
    return code, before, after


def unfinished(*folders: Path) -> list[Path]:
    """Temporary files are hidden until they are whole."""
    return [path for folder in folders for path in folder.rglob(".*")]


def test_each_stage_can_be_stopped_and_the_next_run_goes_on_from_there(tmp_path: Path) -> None:
    face = data.astronaut()[:256, 96:352]
    video, out = tmp_path / "face.mp4", tmp_path / "out"
    write_video(video, [face] * 20, rate=Fraction(50))
    words = ["run", str(video), "--out", str(out)]
    reused: list[int] = []
    for stage, time in STAGES:
        code, before, after = run_until(words, stage, time)
        assert code == 130, (stage, after)
        assert after[-1] == "interrupted"
        assert not [line for line in after if "Traceback" in line or "defect" in line]
        assert unfinished(out, Path(os.environ["MIEN_CACHE_DIR"])) == []
        for path in out.glob("*.mp4"):
            assert len(list(open_video(path).frames())) > 1
        reused.append(sum("from the cache" in line or "kept from" in line for line in before))
    # Each run reuses what the one before it had finished; the two videos count as one.
    assert reused == [0, 0, 1, 2, 2, 3]
    done = subprocess.run(
        [sys.executable, "-m", "mien", *words], capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0
    told = " ".join(done.stdout.split())
    assert "From an earlier run: following faces, measuring motion, rendering." in told
    assert (out / "report.html").is_file()
