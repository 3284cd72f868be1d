"""Time of LBP-TOP and LOCP-TOP of a clip on one core, beside scikit-image on the same planes.

    python benchmarks/lbp_top.py

The clip is a public-domain photograph (scikit-image) that slides, 16 pictures of 112 pixels.
Scikit-image codes the same slices: it has circles of one radius only, so 1 on each plane, where
mien has 4 in time; both compare eight samples a pixel. Its codes of the plane of x and y are
checked to be mien's, but for samples that equal their centre. Best of some runs, in milliseconds of
the processor.
"""

import time
from collections.abc import Callable

import cv2
import numpy as np
from skimage.data import astronaut
from skimage.feature import local_binary_pattern

from mien.baselines.lbp_top import lbp_top, uniform_bins
from mien.baselines.locp_top import locp_top
from mien.baselines.top_planes import Contrast, block_histograms, plane_codes

SIDE_PX, STEPS, RUNS = 112, 16, 20
MARGIN_T, MARGIN_PX = 4, 1


def sliding_photograph() -> np.ndarray:
    """A face that goes aside by a tenth of a pixel a picture, with noise."""
    grey = cv2.cvtColor(np.asarray(astronaut()), cv2.COLOR_RGB2GRAY)
    rng = np.random.default_rng(0)
    clip = np.empty((STEPS, SIDE_PX, SIDE_PX), np.uint8)
    for step in range(STEPS):
        matrix = np.array([[0.9, 0, -140 + 0.1 * step], [0, 0.9, -20]])
        picture = cv2.warpAffine(grey, matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_CUBIC)
        noisy = picture + rng.normal(0, 1, picture.shape)
        clip[step] = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    return clip


def theirs(clip: np.ndarray) -> list[np.ndarray]:
    """Codes of scikit-image on the slices whose centres mien codes."""
    steps = range(MARGIN_T, STEPS - MARGIN_T)
    lines = range(MARGIN_PX, SIDE_PX - MARGIN_PX)
    planes = [clip[step] for step in steps]
    planes += [clip[:, line] for line in lines]
    planes += [clip[:, :, line] for line in lines]
    return [local_binary_pattern(plane, 8, 1) for plane in planes]


def best_ms(work: Callable[[], object], runs: int) -> float:
    """Least time of the processor of some runs."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1e3


def main() -> None:
    """Print one line each."""
    cv2.setNumThreads(1)
    clip = sliding_photograph()
    codes = plane_codes(clip, Contrast.CENTRE)
    coded = codes.size
    pattern = theirs(clip)
    same = np.mean([codes[0, k] == pattern[k][1:-1, 1:-1] for k in range(codes.shape[1])])
    print(f"{coded} codes a clip; {same:.2%} of those of x and y are scikit-image's")
    bins = uniform_bins()
    rows: list[tuple[str, Callable[[], object], int]] = [
        ("LBP-TOP, codes", lambda: plane_codes(clip, Contrast.CENTRE), RUNS),
        ("LBP-TOP, histograms", lambda: block_histograms(codes, bins), RUNS),
        ("LBP-TOP, whole", lambda: lbp_top(clip), RUNS),
        ("LOCP-TOP, whole", lambda: locp_top(clip), RUNS),
        ("scikit-image, codes", lambda: theirs(clip), 5),
    ]
    for name, work, runs in rows:
        print(f"{name:20s} {best_ms(work, runs):7.2f} ms")


if __name__ == "__main__":
    main()
