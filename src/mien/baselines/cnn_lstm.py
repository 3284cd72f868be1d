"""A convolutional network a picture and a recurrent one over them (Kim, Baddar and Ro, 2016)."""

import math
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from mien.baselines.published_network import Inputs, NetworkSystem, Positions, Recipe, Scores
from mien.datasets.clips import Clips, LabelledClips
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.training.loop import LoopSettings

PICTURES = 10
"""Of a clip, after interpolation in time."""

GREY = np.array([0.299, 0.587, 0.114], np.float32)
"""Shares of red, green and blue in the grey of ITU-R BT.601."""


class CnnLstm(nn.Module):
    """Four convolutions and a vector a picture, then one LSTM whose last state is classified.

    At width 64 the vector has 1024 numbers, as in the publication, and the LSTM 128.
    """

    def __init__(self, classes: int, *, width: int = 64, size_px: int = 112) -> None:
        super().__init__()
        channels = [1, width // 2, width, 2 * width, 4 * width]
        stages: list[nn.Module] = []
        side = size_px
        for stage, (before, after) in enumerate(pairwise(channels)):
            stages += [
                nn.Conv2d(before, after, 3, padding=1)
                if stage
                else nn.Conv2d(before, after, 5, stride=2, padding=2),
                nn.GroupNorm(1, after),
                nn.ReLU(),
                nn.MaxPool2d(2, ceil_mode=True),
            ]
            side = math.ceil(side / (2 if stage else 4))
        self.picture = nn.Sequential(*stages)
        self.vector = nn.Linear(channels[-1] * side**2, 16 * width)
        self.lstm = nn.LSTM(16 * width, 2 * width, batch_first=True)
        self.linear = nn.Linear(2 * width, classes)

    def forward(self, clips: Float[torch.Tensor, "clip picture size size"]) -> Scores:
        """Give the logits of each class."""
        pictures = clips.flatten(0, 1)[:, None]
        vectors = self.vector(self.picture(pictures).flatten(1)).relu()
        states, _ = self.lstm(vectors.reshape(*clips.shape[:2], -1))
        return Scores(self.linear(states[:, -1]))


def resampled(
    clips: Float[np.ndarray, "clip step *picture"], pictures: int
) -> Float[np.ndarray, "clip {pictures} *picture"]:
    """Resample clips in time to so many evenly spaced pictures, by linear interpolation."""
    places = np.linspace(0, clips.shape[1] - 1, pictures)
    before = np.minimum(places.astype(np.int64), clips.shape[1] - 2)
    share = (places - before).astype(clips.dtype).reshape(-1, *[1] * (clips.ndim - 2))
    mixed: np.ndarray = (1 - share) * clips[:, before] + share * clips[:, before + 1]
    return mixed


def changes(clips: Float[np.ndarray, "clip step ..."]) -> Float[np.ndarray, "clip step ..."]:
    """Take each clip's mean picture off its pictures, and divide by what is left of the clip.

    What is left is less than a grey level in a still clip; it is not blown up.

    Args:
        clips: pictures in grey levels, 0..255.

    Returns:
        The same shape; a standard deviation of 1 over each clip, or less in a still one.
    """
    left = clips - clips.mean(axis=1, keepdims=True)
    deviation = left.std(axis=tuple(range(1, left.ndim)), keepdims=True)
    changed: np.ndarray = left / np.maximum(deviation, 1)
    return changed


def _build(clips: LabelledClips, budget: Budget) -> nn.Module:
    size_px = clips.clips.arrays["rgb"].shape[2]
    return CnnLstm(len(clips.labels.classes), width=budget.width, size_px=size_px)


def _read(
    clips: Clips, positions: Positions, _variants: Positions, _rng: np.random.Generator | None
) -> Inputs:
    grey = clips.read("rgb", positions).astype(np.float32) @ GREY
    return (torch.from_numpy(changes(resampled(grey, PICTURES))),)


def _settings(_clips: int, budget: Budget) -> LoopSettings:
    return LoopSettings(
        epochs=min(60, budget.max_epochs),
        batch_size=8,
        optimiser="adam",
        learning_rate=1e-3,
        weight_decay=0.0,
    )


RECIPE = Recipe("CNN + LSTM", _build, _read, _settings, inputs=("rgb",))

SPEC = SystemSpec(
    name="CNN + LSTM",
    task=SystemTask.RECOGNITION,
    category="deep-learning",
    summary=(
        "A small network of convolutions gives each of 10 grey pictures a vector, an LSTM reads "
        "them. Both are trained together for the emotion; the publication first trains the "
        "convolutions with objectives for five coded states (onset to offset), which are left "
        "out here, and augments its clips. Pictures lose the mean picture of their clip, without "
        "which nothing is learnt in few epochs, and the layers are our choice where it does not "
        "print them. A width below 64 shrinks every layer in proportion."
    ),
    source=(
        "Kim, Baddar, Ro: Micro-expression recognition with expression-state constrained "
        "spatio-temporal feature representations. ACM Multimedia 2016."
    ),
    inputs=("rgb",),
    build=partial(NetworkSystem, RECIPE),
    paper={"accuracy": 60.98, "f1": 32.50},
)
