"""LBP-TOP: local binary patterns on three orthogonal planes, in blocks of the face."""

from functools import partial

import numpy as np
from jaxtyping import Float32, Int, UInt8

from mien.baselines.linear_svm import Descriptor, SvmSystem
from mien.baselines.top_planes import (
    CODES,
    POINTS,
    Contrast,
    TopFeatures,
    block_histograms,
    plane_codes,
)
from mien.datasets.clips import Clips
from mien.evaluation.systems import SystemSpec, SystemTask
from mien.work import Progress

UNIFORM = 58
"""Codes with at most two changes around the circle; all others share one more bin."""

_FEWEST_CHANGES = 2


def uniform_bins() -> Int[np.ndarray, " code"]:
    """Give the bin of each code: uniform ones in rising order, then all others together.

    >>> bins = uniform_bins()
    >>> int(bins[0b00000000]), int(bins[0b11111111]), int(bins[0b00000101])
    (0, 57, 58)
    """
    codes = np.arange(CODES)
    turned = (codes >> 1) | ((codes & 1) << (POINTS - 1))
    changes = np.bitwise_count(codes ^ turned)
    uniform = changes <= _FEWEST_CHANGES
    return np.where(uniform, np.cumsum(uniform) - 1, UNIFORM)


def lbp_top(
    grey: UInt8[np.ndarray, "step row column"],
) -> Float32[np.ndarray, "block_row block_column plane bin"]:
    """Describe a clip by 5 x 5 blocks, three planes and 59 bins; each histogram sums to 1.

    Codes nearer to an edge than a radius, in time too, are not counted.

    Raises:
        UsageError: fewer than 9 pictures, or than 7 pixels across.
    """
    return block_histograms(plane_codes(grey, Contrast.CENTRE), uniform_bins())


_kept = TopFeatures(lbp_top)


def lbp_top_features(clips: Clips, progress: Progress) -> Float32[np.ndarray, "clip feature"]:
    """Give the 4425 numbers of each clip; the process keeps them.

    Raises:
        UsageError: the corpus has no ``rgb``, or its clips are too small.
        InputError: a clip with a picture that shows nothing.
    """
    return _kept(clips, progress)


LBP_TOP = Descriptor("LBP-TOP", lbp_top_features, standardised=False)

SPEC = SystemSpec(
    name=LBP_TOP.name,
    task=SystemTask.RECOGNITION,
    category="hand-crafted",
    summary=(
        "Histograms of uniform local binary patterns on three orthogonal planes in 5 x 5 blocks, "
        "radii 1, 1 and 4, eight points (4425 numbers), and a linear support vector machine. The "
        "codes are as published; the clip is resampled to 16 pictures of 112 pixels, so that a "
        "radius of 4 is a quarter of it, blocks count codes of the whole face, and C is chosen on "
        "inner subjects."
    ),
    source=(
        "Zhao, Pietikäinen: Dynamic texture recognition using local binary patterns with an "
        "application to facial expressions. PAMI 2007. On CASME II: Yan, Li, Wang, Zhao, Liu, "
        "Chen, Fu: CASME II. PLoS ONE 2014. The paper cites Hong, Xu, Zhao: LBP-TOP: a tensor "
        "unfolding revisit. ACCV workshops 2016."
    ),
    inputs=("rgb",),
    build=partial(SvmSystem, LBP_TOP),
    paper={"accuracy": 56.98, "f1": 42.40},
)
