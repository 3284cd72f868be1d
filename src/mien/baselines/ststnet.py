"""STSTNet: three shallow streams on one flow image (Liong, Gan, See, Khor and Huang, 2019)."""

import math
from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from mien.baselines.published_network import Inputs, NetworkSystem, Positions, Recipe, Scores
from mien.datasets.clips import Clips, LabelledClips
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.training.loop import LoopSettings

FILTERS = (3, 5, 8)
UPDATES = 800
"""Of the authors' second program: 800 epochs of one batch of at most 256 images."""

_LARGEST_BATCH, _SMALLEST_BATCH = 256, 4


class STSTNet(nn.Module):
    """One convolution a stream, joined, pooled, and one linear layer.

    With three classes it has 1683 parameters (16 x 28 in the convolutions, 32 in the
    normalisations, 401 x 3 in the linear layer); the publication prints 1670.
    """

    def __init__(self, classes: int, *, size_px: int = 28) -> None:
        super().__init__()
        self.streams = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(3, filters, 3, padding=2),
                nn.ReLU(),
                nn.BatchNorm2d(filters),
                nn.MaxPool2d(3, stride=3, padding=1),
                nn.Dropout(0.5),
            )
            for filters in FILTERS
        )
        self.pool = nn.AvgPool2d(2)
        side = ((size_px + 1) // 3 + 1) // 2
        self.linear = nn.Linear(sum(FILTERS) * side**2, classes)

    def forward(self, images: Float[torch.Tensor, "image 3 size size"]) -> Scores:
        """Give the logits of each class."""
        joined = torch.cat([stream(images) for stream in self.streams], dim=1)
        return Scores(self.linear(self.pool(joined).flatten(1)))


def stretched(
    images: Float[np.ndarray, "image size size channel"],
) -> Float[np.ndarray, "image channel size size"]:
    """Stretch each channel of each image to 0..1, as the publication's 8-bit pictures are.

    A channel that is the same everywhere becomes 0.
    """
    low = images.min(axis=(1, 2), keepdims=True)
    span = images.max(axis=(1, 2), keepdims=True) - low
    scaled = np.divide(images - low, span, out=np.zeros_like(images), where=span > 0)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))


def batch_for(images: int, epochs: int) -> int:
    """Images in a batch, all about equally many, that make at least 800 updates if they can."""
    batches = max(math.ceil(UPDATES / epochs), math.ceil(images / _LARGEST_BATCH))
    return max(math.ceil(images / batches), _SMALLEST_BATCH)


def _build(clips: LabelledClips, _budget: Budget) -> nn.Module:
    size_px = clips.clips.arrays["flow_image"].shape[1]
    return STSTNet(len(clips.labels.classes), size_px=size_px)


def _read(
    clips: Clips, positions: Positions, _variants: Positions, _rng: np.random.Generator | None
) -> Inputs:
    images = clips.read("flow_image", positions).astype(np.float32)
    return (torch.from_numpy(stretched(images)),)


def _settings(images: int, budget: Budget) -> LoopSettings:
    epochs = min(UPDATES, budget.max_epochs)
    return LoopSettings(
        epochs=epochs,
        batch_size=batch_for(images, epochs),
        optimiser="adam",
        learning_rate=5e-5,
        weight_decay=0.0,
    )


RECIPE = Recipe("STSTNet", _build, _read, _settings, inputs=("flow_image",))

SPEC = SystemSpec(
    name="STSTNet",
    task=SystemTask.RECOGNITION,
    category="deep-learning",
    summary=(
        "Three shallow streams of 3, 5 and 8 filters on one flow image from onset to apex. As in "
        "the authors' second program (normalised streams, 800 updates by Adam), but images are "
        "shuffled, a smaller number of epochs gets smaller batches instead of fewer updates, and "
        "flow is mien's own. It is small, so its size is the published one at every width."
    ),
    source=(
        "Liong, Gan, See, Khor, Huang: Shallow triple stream three-dimensional CNN (STSTNet) for "
        "micro-expression recognition. FG 2019."
    ),
    inputs=("flow_image",),
    build=partial(NetworkSystem, RECIPE),
)
