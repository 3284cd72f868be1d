"""CPU time of the trained recognisers on one core, from ready flow, and of the flow beside it.

Usage: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/recogniser.py [--clips N]
"""

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np

from mien.motion import pooled_flow
from mien.recognition.flow_scores import unit_cosines, unit_shares
from mien.recognition.fusion import TrainedRecogniser

TARGET_MS = 40.0


def cpu_ms(work: Callable[[], object], count: int) -> float:
    """Give the median CPU time of a call."""
    work()
    taken = []
    for _ in range(count):
        started = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - started))
    return float(np.median(taken))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU time of the trained recognisers.")
    parser.add_argument("--clips", type=int, default=50)
    clips = parser.parse_args().clips
    rng = np.random.default_rng(0)
    started = time.process_time()
    recogniser = TrainedRecogniser()
    loading = 1000 * (time.process_time() - started)
    images = rng.normal(size=(1, 28, 28, 2))
    volumes = rng.normal(size=(1, recogniser.steps, 28, 28, 2))
    faces = rng.integers(0, 255, (recogniser.steps + 1, 256, 256)).astype(np.uint8)

    def flow() -> None:
        for face in faces[1:]:
            pooled_flow(faces[0], face)

    def synthesis() -> None:
        unit_cosines(images)
        unit_shares(images)

    rows = {
        "analysis by synthesis": cpu_ms(synthesis, clips),
        "network on flow images": cpu_ms(lambda: recogniser.image.images(images), clips),
        "network on flow volumes": cpu_ms(lambda: recogniser.volume.volumes(volumes), clips),
        "all three and the verdict": cpu_ms(lambda: recogniser.read(images, volumes), clips),
        f"dense flow of {recogniser.steps} pictures of 256 px": cpu_ms(flow, max(clips // 10, 3)),
    }
    for name, taken in rows.items():
        print(f"{name:45s} {taken:8.2f} ms a clip")
    print(f"{'loading, once':45s} {loading:8.2f} ms")
    whole = rows["all three and the verdict"]
    verdict = "within" if whole <= TARGET_MS else "beyond"
    print(f"from ready flow {verdict} {TARGET_MS:.0f} ms a clip on one core")
    return 0


if __name__ == "__main__":
    sys.exit(main())
