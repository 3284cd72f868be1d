"""LOCP-TOP: local ordinal contrast patterns on three orthogonal planes, in blocks of the face."""

from functools import partial

import numpy as np
from jaxtyping import Float32, UInt8

from mien.baselines.linear_svm import Descriptor, SvmSystem
from mien.baselines.top_planes import (
    CODES,
    Contrast,
    TopFeatures,
    block_histograms,
    plane_codes,
)
from mien.datasets.clips import Clips
from mien.evaluation.systems import SystemSpec, SystemTask
from mien.work import Progress


def locp_top(
    grey: UInt8[np.ndarray, "step row column"],
) -> Float32[np.ndarray, "block_row block_column plane code"]:
    """Describe a clip by 5 x 5 blocks, three planes and 256 codes; each histogram sums to 1.

    All codes are counted apart: on a photograph of a face only about 40 % of them have at most two
    changes around the circle, where local binary patterns have 85 %.

    Raises:
        UsageError: fewer than 9 pictures, or than 7 pixels across.
    """
    return block_histograms(plane_codes(grey, Contrast.NEXT), np.arange(CODES))


_kept = TopFeatures(locp_top)


def locp_top_features(clips: Clips, progress: Progress) -> Float32[np.ndarray, "clip feature"]:
    """Give the 19200 numbers of each clip; the process keeps them.

    Raises:
        UsageError: the corpus has no ``rgb``, or its clips are too small.
        InputError: a clip with a picture that shows nothing.
    """
    return _kept(clips, progress)


LOCP_TOP = Descriptor("LOCP-TOP", locp_top_features, standardised=False)

SPEC = SystemSpec(
    name=LOCP_TOP.name,
    task=SystemTask.RECOGNITION,
    category="hand-crafted",
    summary=(
        "As LBP-TOP, but each sample of a circle is compared with the next one instead of the "
        "centre, and all 256 codes are counted (19200 numbers), before a linear support vector "
        "machine. The publication is about lips; blocks, radii and classifier are those of "
        "LBP-TOP here, since the paper states none. The clip is resampled to 16 pictures."
    ),
    source=(
        "Chan, Goswami, Kittler, Christmas: Local ordinal contrast pattern histograms for "
        "spatiotemporal, lip-based speaker authentication. IEEE TIFS 2012. The paper's own "
        "reference is to another work."
    ),
    inputs=("rgb",),
    build=partial(SvmSystem, LOCP_TOP),
    paper={"accuracy": 45.53, "f1": 42.25},
)
