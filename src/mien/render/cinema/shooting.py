"""A scene drawn by Blender, frame by frame, as the frames are taken."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from mien.core.errors import MienError
from mien.render.cinema.program import Blender
from mien.store.atomic import atomic_path

_AHEAD = 2  # frames written before they are drawn
_LOOK_S = 0.1
_TOLD_LINES = 6


def shoot(
    blender: Blender,
    facts: dict[str, Any],
    arrays: dict[str, np.ndarray],
    frames: Iterable[dict[str, np.ndarray]],
) -> Iterator[Float32[np.ndarray, "row column 4"]]:
    """Give what Blender draws of each frame: linear light and cover, premultiplied.

    Blender runs once for all frames and is ended when no more are taken.

    Args:
        blender: the program.
        facts: of the scene; ``frames`` says how many there are.
        arrays: what does not move.
        frames: where everything is, one at a time.

    Raises:
        MienError: Blender ended before it was done, with its last words.
    """
    with tempfile.TemporaryDirectory(prefix="mien-cinema-", ignore_cleanup_errors=True) as name:
        job = Path(name)
        (job / "scene.json").write_text(json.dumps(facts), encoding="utf-8")
        np.savez(job / "scene.npz", allow_pickle=False, **arrays)
        log = job / "blender.log"
        with log.open("wb") as told:
            running = subprocess.Popen(  # noqa: S603 - the program that answered as Blender
                blender.command(job),
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=subprocess.STDOUT,
                cwd=job,
            )
        try:
            yield from _exchange(running, job, log, iter(frames), facts["frames"])
        finally:
            _end(running)


def _exchange(
    running: "subprocess.Popen[bytes]",
    job: Path,
    log: Path,
    frames: Iterator[dict[str, np.ndarray]],
    count: int,
) -> Iterator[Float32[np.ndarray, "row column 4"]]:
    written = 0
    for number in range(count):
        while written < min(number + _AHEAD, count):
            path = job / f"frame_{written:05d}.npz"
            with atomic_path(path) as temporary:
                np.savez(temporary, allow_pickle=False, **next(frames))
            written += 1
        drawn = job / f"frame_{number:05d}.npy"
        while not drawn.exists():
            if running.poll() is not None and not drawn.exists():
                raise MienError(_last_words(log, running.returncode))
            time.sleep(_LOOK_S)
        yield np.load(drawn)
        drawn.unlink()
        (job / f"frame_{number:05d}.npz").unlink()


def _last_words(log: Path, code: int) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    said = " / ".join(line.strip() for line in lines[-_TOLD_LINES:] if line.strip())
    return f"Blender ended with code {code} before the pictures were drawn. It said: {said or '-'}"


def _end(running: "subprocess.Popen[bytes]") -> None:
    """End Blender, gently at first."""
    if running.poll() is None:
        running.terminate()
        try:
            running.wait(timeout=5)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
