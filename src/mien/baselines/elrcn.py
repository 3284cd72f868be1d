"""ELRCN: VGG-16 a step and an LSTM over the steps (Khor, See, Phan and Lin, 2018)."""

import math
from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional

from mien.baselines.cnn_lstm import GREY, resampled
from mien.baselines.published_network import Inputs, NetworkSystem, Positions, Recipe, Scores
from mien.datasets.clips import Clips, LabelledClips
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.training.loop import LoopSettings

STEPS = 9
"""Of 10 pictures after interpolation in time: the first one has no motion yet."""

SPATIAL = (5,)
"""Channels of the one VGG of spatial enrichment: u, v, magnitude, strain, grey."""

TEMPORAL = (3, 1, 1)
"""Channels of the three VGGs of temporal enrichment: flow, strain, grey."""

_VGG16 = ((2, 1), (2, 2), (3, 4), (3, 8), (3, 8))
"""Convolutions of each stage, and their channels in multiples of the width."""

_LSTM, _HIDDEN = 3000, 128
_FULL_WIDTH = 64
_LEAST_MOTION_PX, _LEAST_STRAIN = 0.1, 0.01
"""Clips with less motion than this are not stretched further: it would be noise."""


class Elrcn(nn.Module):
    """One VGG-16 a stream, their vectors of 64 times the width joined, an LSTM, two layers.

    At width 64 the vectors have 4096 numbers, the LSTM 3000, the last but one layer 128. Every
    convolution is followed by group normalisation.
    """

    def __init__(
        self,
        classes: int,
        *,
        streams: tuple[int, ...] = SPATIAL,
        width: int = 64,
        size_px: int = 112,
    ) -> None:
        super().__init__()
        self.channels = streams
        self.streams = nn.ModuleList(_vgg16(channels, width, size_px) for channels in streams)
        hidden = _LSTM * width // _FULL_WIDTH
        self.lstm = nn.LSTM(len(streams) * 64 * width, hidden, batch_first=True)
        self.layers = nn.Sequential(
            nn.Linear(hidden, _HIDDEN * width // _FULL_WIDTH),
            nn.ReLU(),
            nn.Linear(_HIDDEN * width // _FULL_WIDTH, classes),
        )

    def forward(self, clips: Float[torch.Tensor, "clip step channel size size"]) -> Scores:
        """Give the logits of each class."""
        pictures = torch.split(clips.flatten(0, 1), list(self.channels), dim=1)
        vectors = [stream(one) for stream, one in zip(self.streams, pictures, strict=True)]
        joined = torch.cat(vectors, dim=1).reshape(*clips.shape[:2], -1)
        states, _ = self.lstm(joined)
        return Scores(self.layers(states[:, -1]))


def _vgg16(channels: int, width: int, size_px: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for count, multiple in _VGG16:
        for _ in range(count):
            layers += [
                nn.Conv2d(channels, multiple * width, 3, padding=1),
                nn.GroupNorm(math.gcd(multiple * width, 8), multiple * width),
                nn.ReLU(),
            ]
            channels = multiple * width
        layers.append(nn.MaxPool2d(2, ceil_mode=True))
    side = math.ceil(size_px / 2 ** len(_VGG16))
    vector = 64 * width
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        *(nn.Linear(channels * side**2, vector), nn.ReLU(), nn.Dropout(0.5)),
        *(nn.Linear(vector, vector), nn.ReLU(), nn.Dropout(0.5)),
    )


def enriched(
    grey: Float[np.ndarray, "clip step size size"],
    flow: Float[np.ndarray, "clip step size size 3"],
) -> Float[np.ndarray, "clip 9 5 size size"]:
    """Stack flow, its magnitude, strain and grey pictures of 9 steps, each standardised by clip.

    Flow and strain are divided by their root mean square over the clip and keep their zero; grey
    pictures lose their mean as well.

    Args:
        grey: pictures, any scale.
        flow: u and v in px, and strain, from the onset to each picture.
    """
    grey, flow = resampled(grey, STEPS + 1)[:, 1:], resampled(flow, STEPS + 1)[:, 1:]
    motion, strain = flow[..., :2], flow[..., 2]
    motion = motion / np.maximum(_root_mean_square(motion) * math.sqrt(2), _LEAST_MOTION_PX)
    strain = strain / np.maximum(_root_mean_square(strain), _LEAST_STRAIN)
    grey = grey - grey.mean(axis=(1, 2, 3), keepdims=True)
    grey = grey / np.maximum(_root_mean_square(grey), 1)
    u, v = motion[..., 0], motion[..., 1]
    return np.stack([u, v, np.hypot(u, v), strain, grey], axis=2)


def _root_mean_square(values: Float[np.ndarray, "clip ..."]) -> Float[np.ndarray, "clip ..."]:
    axes = tuple(range(1, values.ndim))
    root: np.ndarray = np.sqrt(np.square(values).mean(axis=axes, keepdims=True))
    return root


def _pooling_px(width: int) -> int:
    """Say over how many pixels pictures are averaged: a narrow network sees smaller ones."""
    return 1 if width >= _FULL_WIDTH else 4


def _build(clips: LabelledClips, budget: Budget, *, streams: tuple[int, ...]) -> nn.Module:
    size_px = math.ceil(clips.clips.arrays["rgb"].shape[2] / _pooling_px(budget.width))
    return Elrcn(len(clips.labels.classes), streams=streams, width=budget.width, size_px=size_px)


def _read(
    clips: Clips,
    positions: Positions,
    _variants: Positions,
    _rng: np.random.Generator | None,
    *,
    pooling_px: int,
) -> Inputs:
    grey = clips.read("rgb", positions).astype(np.float32) @ GREY
    stacked = torch.from_numpy(enriched(grey, clips.read("flow", positions).astype(np.float32)))
    pictures = functional.avg_pool2d(
        stacked.flatten(0, 1), pooling_px, ceil_mode=True, count_include_pad=False
    )
    return (pictures.reshape(*stacked.shape[:3], *pictures.shape[2:]),)


def _settings(_clips: int, budget: Budget) -> LoopSettings:
    return LoopSettings(
        epochs=min(100, budget.max_epochs),
        batch_size=8,
        optimiser="adam",
        learning_rate=3e-4,
        weight_decay=0.0,
    )


def _system(name: str, streams: tuple[int, ...], budget: Budget) -> NetworkSystem:
    recipe = Recipe(
        name,
        partial(_build, streams=streams),
        partial(_read, pooling_px=_pooling_px(budget.width)),
        _settings,
        inputs=("rgb", "flow"),
    )
    return NetworkSystem(recipe, budget)


def _spec(name: str, streams: tuple[int, ...], what: str) -> SystemSpec:
    return SystemSpec(
        name=name,
        task=SystemTask.RECOGNITION,
        category="deep-learning",
        summary=(
            f"{what}, then an LSTM over 9 steps. The publication starts from VGG-Face at 224 px "
            "and trains the LSTM after it; here nothing is pretrained, faces have 112 px, "
            "convolutions are normalised, all is trained together at a rate of 3e-4 instead of "
            "1e-5 in batches of 8 instead of 1, and flow starts at the onset. A width below 64 "
            "shrinks every layer in proportion and the faces to 28 px."
        ),
        source=(
            "Khor, See, Phan, Lin: Enriched long-term recurrent convolutional network for facial "
            "micro-expression recognition. FG 2018."
        ),
        inputs=("rgb", "flow"),
        build=partial(_system, name, streams),
    )


SPECS: tuple[SystemSpec, ...] = (
    _spec("ELRCN-SE", SPATIAL, "VGG-16 on flow, its magnitude, strain and grey face as channels"),
    _spec("ELRCN-TE", TEMPORAL, "Three VGG-16, on flow, strain and grey face, joined"),
)
