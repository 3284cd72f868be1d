"""MER-GCN: features of action units and a graph of their relations (Lo et al., 2020)."""

import math
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional

from mien.baselines.cnn_lstm import changes
from mien.baselines.published_network import (
    Batch,
    Inputs,
    NetworkSystem,
    Positions,
    Recipe,
    Scores,
    cross_entropy,
)
from mien.core.errors import UsageError
from mien.datasets.clips import Clips, LabelledClips
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.networks.graph import AuGraph, normalised
from mien.recognition.cooccurrence import cooccurrence
from mien.training.loop import LoopSettings

THRESHOLD = 0.4
"""Conditional probability below which two units are not joined (Chen et al. 2019, section 4.4)."""


class MerGcn(nn.Module):
    """A 3-D network gives a vector a unit, a graph network another; their product is the unit.

    Nodes start as one-hot vectors and pass two graph layers with row-normalised weights. The
    products of all units are classified by one linear layer.
    """

    adjacency: torch.Tensor

    def __init__(
        self,
        adjacency: Float[torch.Tensor, "unit unit"],
        classes: int,
        *,
        width: int = 64,
        steps: int = 16,
        size_px: int = 112,
    ) -> None:
        super().__init__()
        channels = [3, width, 2 * width, 4 * width, 8 * width]
        stages: list[nn.Module] = []
        for stage, (before, after) in enumerate(pairwise(channels)):
            stages += [
                nn.Conv3d(before, after, 3, padding=1)
                if stage
                else nn.Conv3d(before, after, (3, 5, 5), stride=(1, 2, 2), padding=(1, 2, 2)),
                nn.GroupNorm(math.gcd(after, 8), after),
                nn.ReLU(),
            ]
            if after != channels[-1]:
                stages.append(nn.MaxPool3d(2 if stage else (1, 2, 2), ceil_mode=True))
        self.pictures = nn.Sequential(*stages, nn.Conv3d(channels[-1], len(adjacency), 1))
        size = math.ceil(steps / 4) * math.ceil(size_px / 16) ** 2
        self.graph = AuGraph(len(adjacency), hidden=(4 * width, size))
        self.linear = nn.Linear(len(adjacency), classes)
        self.register_buffer("adjacency", normalised(adjacency, "random_walk"))

    def nodes(self) -> Float[torch.Tensor, "unit size"]:
        """Give the vectors of the units after the graph layers; they depend on no clip."""
        one_hot = torch.eye(len(self.adjacency), device=self.adjacency.device)
        refined: torch.Tensor = self.graph(self.adjacency, one_hot)
        return refined

    def forward(self, clips: Float[torch.Tensor, "clip 3 step size size"]) -> Scores:
        """Give the logits of each class and of each unit."""
        features = self.pictures(clips).flatten(2)
        nodes = self.nodes()
        units = (features * nodes).sum(dim=2) / nodes.shape[1] ** 0.5
        return Scores(self.linear(units), units)


def emotion_and_units(scores: Scores, batch: Batch) -> Float[torch.Tensor, ""]:
    """Add the mean cross-entropies of the emotions and of the units that are known."""
    loss = cross_entropy(scores, batch)
    known = batch.units.isfinite()
    if scores.units is None or not known.any():
        return loss
    found, coded = scores.units.float()[known], batch.units[known]
    return loss + functional.binary_cross_entropy_with_logits(found, coded)


def _build(clips: LabelledClips, budget: Budget) -> nn.Module:
    labels = clips.labels
    if not np.isfinite(labels.units).any():
        msg = (
            "Expected the action units to be coded in some of the clips that MER-GCN is trained "
            f"on, but they are in none of {len(clips)}. Use a corpus with action units."
        )
        raise UsageError(msg)
    graph = cooccurrence(
        labels.units, labels.unit_numbers, labels.emotion, labels.classes, threshold=THRESHOLD
    )
    adjacency = torch.from_numpy(np.asarray(graph.adjacency, np.float32))
    _, steps, size_px = clips.clips.arrays["rgb"].shape[:3]
    return MerGcn(adjacency, len(labels.classes), width=budget.width, steps=steps, size_px=size_px)


def _read(
    clips: Clips, positions: Positions, _variants: Positions, _rng: np.random.Generator | None
) -> Inputs:
    pictures = changes(clips.read("rgb", positions).astype(np.float32))
    return (torch.from_numpy(pictures).permute(0, 4, 1, 2, 3),)


def _settings(_clips: int, budget: Budget) -> LoopSettings:
    return LoopSettings(
        epochs=min(60, budget.max_epochs),
        batch_size=8,
        optimiser="adam",
        learning_rate=1e-3,
        weight_decay=0.0,
    )


RECIPE = Recipe("MER-GCN", _build, _read, _settings, inputs=("rgb",), loss=emotion_and_units)

SPEC = SystemSpec(
    name="MER-GCN",
    task=SystemTask.RECOGNITION,
    category="deep-learning",
    summary=(
        "Four 3-D convolutions give each action unit a vector, two graph layers over the units' "
        "conditional probabilities in the training clips give it another; their products are "
        "the units, and a linear layer over them the emotion. The units are trained as well, "
        "pictures lose the mean picture of their clip, without which nothing is learnt in few "
        "epochs, and the sizes of layers are our choice where the publication does not print "
        "them. A width below 64 shrinks every layer in proportion."
    ),
    source=(
        "Lo, Xie, Shuai, Cheng: MER-GCN: micro-expression recognition based on relation modeling "
        "with graph convolutional networks. MIPR 2020; figures, for three classes, as its "
        "authors measured them again in Xie et al., ACM Multimedia 2020."
    ),
    inputs=("rgb",),
    build=partial(NetworkSystem, RECIPE),
    paper={"accuracy": 54.40, "f1": 30.30},
)
