"""Time of footage and of flow images on one core, in seconds of the processor.

Usage: python benchmarks/synth_speed.py [--images N]
"""

import argparse
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

from mien.synth.clip_files import ClipTask
from mien.synth.footage import poses_of, render_footage, stage_of_person
from mien.synth.footage_plan import plan_clip_footage
from mien.synth.motion_options import MotionOptions
from mien.synth.motion_set import write_motion
from mien.synth.options import SynthOptions
from mien.work import Silent

_FRAMES = 16
_CLIPS = 12


def footage(size_px: int) -> None:
    """Print drawing alone, and everything that is written."""
    options = SynthOptions(
        clips=2 * _CLIPS, rate=Fraction(30), size_px=size_px, people=("Nina", "Omar")
    )
    plans = [plan_clip_footage(options, number) for number in range(_CLIPS)]
    frames = sum(plan.time.count for plan in plans)
    with tempfile.TemporaryDirectory() as folder:
        task = ClipTask(options, Path(folder))
        task(("clip", 0))  # compiles, builds the person
        start_s = time.process_time()
        for plan in plans:
            stage = stage_of_person(
                plan.person, size_px, "fast", plan.person_seed, mismatch=plan.mismatch
            )
            for _ in render_footage(plan, stage, poses_of(plan, plan.directed())):
                pass
        drawing_s = (time.process_time() - start_s) / frames
        start_s = time.process_time()
        written = 0
        for number in range(1, _CLIPS):
            task(("clip", number))
            written += plans[number].time.count
        whole_s = (time.process_time() - start_s) / written
    for name, frame_s in (("drawing", drawing_s), ("drawing, truth, files", whole_s)):
        per_minute = 60 / (_FRAMES * frame_s)
        print(
            f"{size_px} px, {name}: {1000 * frame_s:.1f} ms a frame, "
            f"{per_minute:.0f} clips of {_FRAMES} frames a minute"
        )


def motion(images: int) -> None:
    """Print the time of flow images on disk."""
    with tempfile.TemporaryDirectory() as folder:
        start_s = time.process_time()
        write_motion(Path(folder) / "out", MotionOptions(images=images, volumes=0), Silent())
        print(f"{images} flow images: {time.process_time() - start_s:.1f} s")


def main() -> int:
    """Print all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=int, default=40_000)
    arguments = parser.parse_args()
    for size_px in (112, 256):
        footage(size_px)
    motion(arguments.images)
    return 0


if __name__ == "__main__":
    sys.exit(main())
