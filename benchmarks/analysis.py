"""Speed and memory of the analysis: CPU ms a frame by stage, beside plain landmark tracking.

    python benchmarks/analysis.py [--seconds 10] [--rate 60] [--minutes 5]

Draws a clip of 640x360 pixels, reads it without rendering, and prints a table. With ``--minutes``
it also reads a long video (the clip, repeated) in a process of its own and prints the peak memory.
Figures are for the machine at hand: compare rows of one run, not runs.
"""

import argparse
import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from mien.core.arrays import ImageRgb
from mien.faces import resolve_models, track_faces
from mien.pipeline.analysis import analyse_video
from mien.pipeline.demo import demo_plan
from mien.pipeline.settings import RunSettings
from mien.synth.footage import render_clip
from mien.video import open_video, write_video
from mien.work import Silent

WIDTH_PX, HEIGHT_PX = 640, 360


def wide(pictures: list[ImageRgb], frames: int) -> Iterator[ImageRgb]:
    """Put square pictures into the middle of wide ones, there and back again."""
    order = [*range(len(pictures)), *range(len(pictures) - 2, 0, -1)]
    for index in range(frames):
        canvas = np.full((HEIGHT_PX, WIDTH_PX, 3), 80, np.uint8)
        square = pictures[order[index % len(order)]]
        left = (WIDTH_PX - square.shape[1]) // 2
        top = (HEIGHT_PX - square.shape[0]) // 2
        canvas[top : top + square.shape[0], left : left + square.shape[1]] = square
        yield canvas


def peak_memory_mb(path: Path) -> None:
    """Read a long video and print the largest resident memory of this process."""
    settings = RunSettings(use_cache=False)
    process = psutil.Process()
    peak = 0

    class Watching(Silent):
        def update(self, done: int) -> None:
            nonlocal peak
            if done % 50 == 0:
                peak = max(peak, process.memory_info().rss)

    analysis = analyse_video(path, settings, Watching())
    peak = max(peak, process.memory_info().rss)
    print(
        f"{len(analysis.times_s)} frames, {analysis.track.time.duration_s:.0f} s: "
        f"peak {peak / 2**20:.0f} MB"
    )


def main() -> None:
    """Parse, draw, read, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=0.0)
    chosen = parser.parse_args()
    plan = replace(demo_plan(), rate=Fraction(chosen.rate))
    pictures = list(render_clip(plan))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        frames = round(chosen.seconds * chosen.rate)
        write_video(path, wide(pictures, frames), rate=Fraction(chosen.rate), crf=12)
        models = resolve_models()
        analyse_video(path, RunSettings(use_cache=False), Silent())  # compiled and loaded
        started, cpu = time.perf_counter(), time.process_time()
        track_faces(open_video(path), models)
        plain_wall = time.perf_counter() - started
        plain = 1000 * (time.process_time() - cpu) / frames
        started, cpu = time.perf_counter(), time.process_time()
        analysis = analyse_video(path, RunSettings(use_cache=False), Silent())
        wall = time.perf_counter() - started
        total = 1000 * (time.process_time() - cpu) / frames
        print(f"{frames} frames of {WIDTH_PX}x{HEIGHT_PX} at {chosen.rate} per second, ")
        print(f"{models.kind} landmark models, {os.cpu_count()} cores")
        print(f"{'plain landmark tracking':32s} {plain:6.1f} CPU ms a frame")
        for stage, cpu_ms in analysis.stage_cpu_ms.items():
            print(f"{'  ' + stage:32s} {cpu_ms:6.1f} CPU ms a frame")
        print(f"{'whole analysis':32s} {total:6.1f} CPU ms a frame, {total / plain:.2f} x plain")
        print(f"{'':32s} {frames / wall:.0f} frames per second ({frames / plain_wall:.0f} plain)")
        if chosen.minutes > 0:
            long = Path(folder) / "long.mp4"
            count = round(chosen.minutes * 60 * chosen.rate)
            write_video(long, wide(pictures, count), rate=Fraction(chosen.rate), crf=20)
            child = multiprocessing.get_context("spawn").Process(
                target=peak_memory_mb, args=(long,)
            )
            child.start()
            child.join()


if __name__ == "__main__":
    main()
