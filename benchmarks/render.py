"""Time the renderer: `python benchmarks/render.py`.

Prints CPU and wall time per frame, the cost of building a portrait, and the first picture of a
process whose kernels were never compiled.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from mien.head import load_head
from mien.render import Portrait

_CASES = (
    ("fast", "face", 224, 1),
    ("fast", "face", 448, 1),
    ("portrait", "bust", 512, 1),
    ("portrait", "bust", 512, 2),
    ("portrait", "face", 512, 2),
)

_FIRST = """
import time, numpy as np
from mien.head import load_head
from mien.render import Portrait
head = load_head()
start, cpu = time.perf_counter(), time.process_time()
portrait = Portrait(head, head.people["Jonas"], width_px=224, height_px=224, quality="{quality}")
portrait.frame(np.zeros(len(head.unit_names)))
print(f"{{time.perf_counter() - start:.1f}} s wall, {{time.process_time() - cpu:.1f}} s CPU")
"""


def main() -> None:
    """Run all timings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=30)
    frames = parser.parse_args().frames
    head = load_head()
    person = head.people_of("shown")[0]
    weights = np.zeros(len(head.unit_names))
    weights[[head.unit_index("mouthSmileLeft"), head.unit_index("browInnerUp")]] = 0.4
    for quality, view, size_px, threads in _CASES:
        started = time.perf_counter()
        portrait = Portrait(
            head,
            person,
            width_px=size_px,
            height_px=size_px,
            quality=quality,
            view=view,
            threads=threads,
        )
        built_s = time.perf_counter() - started
        portrait.frame(weights)
        wall, cpu = [], []
        for _ in range(frames):
            started, worked = time.perf_counter(), time.process_time()
            portrait.frame(weights, head_rotation_rad=(0.01, 0.02, 0.0))
            wall.append(time.perf_counter() - started)
            cpu.append(time.process_time() - worked)
        print(
            f"{quality:8} {view:4} {size_px} px, {threads} thread(s): "
            f"{np.median(wall) * 1e3:6.1f} ms wall, {np.median(cpu) * 1e3:6.1f} ms CPU per frame, "
            f"built in {built_s:.2f} s"
        )
    for quality in ("fast", "portrait"):
        with tempfile.TemporaryDirectory() as cache:
            done = subprocess.run(  # noqa: S603 - our own interpreter and text
                [sys.executable, "-c", _FIRST.format(quality=quality)],
                env={**os.environ, "NUMBA_CACHE_DIR": cache},
                capture_output=True,
                text=True,
                check=True,
            )
        print(f"first {quality} picture with nothing compiled: {done.stdout.strip()}")


if __name__ == "__main__":
    main()
