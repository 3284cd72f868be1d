"""Trains the networks that come with mien: on flow of a head that moves as people do."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float16, Int
from torch import nn

from mien.networks.flow_net import FlowNet
from mien.networks.graph_recogniser import Backbone, GraphRecogniser
from mien.networks.placed import Placed
from mien.recognition.cooccurrence import CooccurrenceGraph, Direction, cooccurrence
from mien.training.loop import TrainingReport, run_training
from mien.training.loop_settings import LoopSettings
from mien.training.losses import LossSettings, Targets, TrainingLoss
from mien.training.motion_samples import MotionSamples
from mien.work import Progress, Silent

_SIDE = 28
_CHANNELS = 3
_FLIPPED_U = 0
_MIRRORED = 0.5  # share of samples that are seen in a mirror


@dataclass(frozen=True)
class MotionNetworkSettings:
    """How a network on flow volumes is built; the parts can be left out one by one."""

    backbone: Backbone = "resnet3d"
    width: int = 8
    places: bool = True
    """Whether ``resnet3d`` is told where each cell is; the network on steps knows."""

    graph: Direction | None = "asymmetric"
    """How the graph of action units is counted; None for no graph."""

    emotion_layer: bool = True
    """Whether the emotion is read from the graph's nodes, or from the clip's features."""

    temporal_enrichment: bool = True
    hidden: tuple[int, ...] = (256, 128)
    dropout: float = 0.2


IMAGE_LOOP = LoopSettings(
    epochs=12,
    batch_size=64,
    learning_rate=2e-3,
    weight_decay=0.02,
    schedule="cosine",
    clip_norm=1.0,
)
VOLUME_LOOP = LoopSettings(
    epochs=8,
    batch_size=16,
    learning_rate=1.5e-3,
    weight_decay=0.02,
    schedule="cosine",
    clip_norm=1.0,
)
LOSS = LossSettings(time_weight=4.0, unit_share=0.8, step_weight=0.5)
"""Units are what the networks are for; times are small numbers, so they weigh more than usual."""


class _Batch(NamedTuple):
    planes: torch.Tensor
    targets: Targets


def motion_graph(
    samples: MotionSamples,
    unit_numbers: tuple[int, ...],
    classes: tuple[str, ...],
    direction: Direction = "asymmetric",
) -> CooccurrenceGraph:
    """Count how units go together in the samples that show an emotion."""
    known = samples.emotion >= 0
    return cooccurrence(
        samples.units[known],
        unit_numbers,
        samples.emotion[known],
        classes,
        direction=direction,
        smoothing=0.5,
        threshold=0.05,
    )


def image_network(units: int, classes: int, *, seed: int) -> nn.Module:
    """Build the small network on flow images, untrained."""
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(seed)
        return FlowNet(classes=classes, units=units, in_channels=_CHANNELS)


def volume_network(
    graph: CooccurrenceGraph, settings: MotionNetworkSettings, *, seed: int
) -> nn.Module:
    """Build the network of the paper on flow volumes, narrow and untrained."""
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(seed)
        placed = settings.backbone == "resnet3d" and settings.places
        emotion: Literal["head", "none"] = (
            "head" if settings.graph is not None and settings.emotion_layer else "none"
        )
        network = GraphRecogniser(
            classes=len(graph.classes),
            units=len(graph.unit_numbers),
            adjacency=None if settings.graph is None else torch.from_numpy(graph.adjacency),
            backbone=settings.backbone,
            in_channels=_CHANNELS + (Placed.EXTRA_CHANNELS if placed else 0),
            width=settings.width,
            temporal_enrichment=settings.temporal_enrichment,
            order="construction",
            graph=settings.graph is not None,
            normalisation="random_walk",
            hidden=settings.hidden,
            emotion_layer=emotion,
            unit_skip=settings.graph is not None,
            step_units=True,
            dropout=settings.dropout,
        )
        return Placed(network, _SIDE) if placed else network


def train_motion_network(
    network: nn.Module,
    samples: MotionSamples,
    loop: LoopSettings,
    *,
    planes: Float16[np.ndarray, "sample plane *step row column"] | None = None,
    turned: tuple[int, ...] = (_FLIPPED_U,),
    progress: Progress | None = None,
) -> TrainingReport:
    """Train a network in place.

    Every second sample is seen in a mirror, drawn anew in each epoch: units do not know sides.

    Args:
        network: to be trained.
        samples: what it learns from.
        loop: how long, and how fast.
        planes: what it reads of them; the flow when not given.
        turned: planes whose sign a mirror turns.
        progress: told how far it is.
    """
    everything = samples.planes() if planes is None else planes
    emotion = torch.tensor(samples.emotion)
    units = torch.tensor(samples.units, dtype=torch.float32)
    times = torch.tensor(samples.times, dtype=torch.float32)
    total = TrainingLoss(LOSS if samples.volumes else LossSettings(time_weight=0.0), ordered=False)

    def load(rows: Int[np.ndarray, " row"], rng: np.random.Generator) -> _Batch:
        batch = everything[rows].astype(np.float32)
        mirrored = rng.uniform(size=len(rows)) < _MIRRORED
        batch[mirrored] = batch[mirrored][..., ::-1]
        for plane in turned:
            batch[mirrored, plane] *= -1
        at = torch.from_numpy(rows)
        # Of a picture of one size how strong a movement is cannot be told: the course is its own.
        targets = Targets(emotion[at], units[at], times[at], units[at])
        return _Batch(torch.from_numpy(batch), targets)

    def loss(model: nn.Module, batch: _Batch) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        return total(model(batch.planes), batch.targets)

    return run_training(network, len(samples), load, loss, loop, progress=progress or Silent())
