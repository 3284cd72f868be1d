"""Time of footage and of flow images on one core, in seconds of the processor.

Usage: python benchmarks/synth_speed.py [--images N]
"""

import argparse
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

from mien.head import load_head
from mien.synth.clip_files import ClipTask
from mien.synth.footage import poses_of, render_footage, stage_of_person
from mien.synth.footage_plan import plan_clip_footage
from mien.synth.motion_options import MotionOptions
from mien.synth.motion_set import write_motion
from mien.synth.options import SynthOptions
from mien.work import Silent

_FRAMES = 16
_CLIPS = 5
_EVERY = 6
"""Of the people one in so many is drawn: long hair takes more time than none."""


def footage(size_px: int) -> None:
    """Print drawing alone, everything that is written, and what a person takes once."""
    people = tuple(load_head().people)[::_EVERY]
    drawing_s = whole_s = person_s = 0.0
    frames = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in people:
            options = SynthOptions(
                clips=_CLIPS + 1, rate=Fraction(30), size_px=size_px, people=(name,)
            )
            task = ClipTask(options, Path(folder) / name)
            plans = [plan_clip_footage(options, number) for number in range(_CLIPS + 1)]
            start_s = time.process_time()
            stage = stage_of_person(
                name, size_px, "fast", plans[0].person_seed, mismatch=plans[0].mismatch
            )
            if name != people[0]:  # the first one compiles
                person_s += (time.process_time() - start_s) / (len(people) - 1)
            task(("clip", 0))
            start_s = time.process_time()
            for plan in plans[1:]:
                for _ in render_footage(plan, stage, poses_of(plan, plan.directed())):
                    pass
            drawing_s += time.process_time() - start_s
            start_s = time.process_time()
            for number in range(1, _CLIPS + 1):
                task(("clip", number))
            whole_s += time.process_time() - start_s
            frames += sum(plan.time.count for plan in plans[1:])
    for name, seconds in (("drawing", drawing_s), ("drawing, truth, files", whole_s)):
        per_minute = 60 * frames / (_FRAMES * seconds)
        print(
            f"{size_px} px, {name}: {1000 * seconds / frames:.1f} CPU ms a frame, "
            f"{per_minute:.0f} clips of {_FRAMES} frames a minute and core"
        )
    print(f"{size_px} px, each person once: {person_s:.2f} s")


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
