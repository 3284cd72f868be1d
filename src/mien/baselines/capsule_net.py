"""CapsuleNet: capsules on the features of the apex picture (Quang, Chun and Tokuyama, 2019)."""

import math
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn
from torch.nn import functional

from mien.baselines.published_network import (
    Batch,
    Inputs,
    NetworkSystem,
    Positions,
    Recipe,
    Scores,
)
from mien.core.errors import UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.training.loop import LoopSettings

ROUTINGS = 3
PRIMARY_SIZE, EMOTION_SIZE = 8, 16
"""Numbers in a primary capsule and in the capsule of an emotion."""

MARGIN_PRESENT, MARGIN_ABSENT, ABSENT_WEIGHT = 0.99, 0.01, 0.5
"""As in the authors' program; Sabour et al. have .9 and .1."""

MOST_PICTURES = 5
"""The apex and its four neighbours."""

_TURN_DEG, _SHIFT, _BRIGHTNESS, _CONTRAST = 8.0, 0.04, 0.2, 0.2
_KERNEL = 9
_SMALLEST_PX = 129
_CHANNEL_MEAN = (0.485, 0.456, 0.406)
_CHANNEL_DEVIATION = (0.229, 0.224, 0.225)
"""Of the pictures that the backbone of the publication was trained on."""


def squash(vectors: Float[torch.Tensor, "*capsules size"]) -> Float[torch.Tensor, "*capsules size"]:
    """Shorten vectors below length 1 and keep their direction (Sabour et al. 2017, equation 1)."""
    squared = vectors.square().sum(dim=-1, keepdim=True)
    # The root of exactly 0 has no slope; the small number gives it one and changes no length.
    return vectors * (squared + 1e-12).sqrt() / (1 + squared)


def route(
    votes: Float[torch.Tensor, "picture below above size"], routings: int = ROUTINGS
) -> tuple[Float[torch.Tensor, "picture above size"], Float[torch.Tensor, "picture below above"]]:
    """Route capsules by agreement (Sabour et al. 2017, procedure 1).

    Args:
        votes: what each capsule of the layer below predicts for each capsule above.
        routings: rounds; only the last one passes gradients on, as in the authors' program.

    Returns:
        The capsules above, shorter than 1, and the coupling, which sums to 1 over those above.
    """
    fixed = votes.detach()
    agreement = torch.zeros(votes.shape[:-1], dtype=votes.dtype, device=votes.device)
    for _ in range(routings - 1):
        above = squash(torch.einsum("pba,pbas->pas", agreement.softmax(dim=-1), fixed))
        agreement = agreement + torch.einsum("pas,pbas->pba", above, fixed)
    coupling = agreement.softmax(dim=-1)
    return squash(torch.einsum("pba,pbas->pas", coupling, votes)), coupling


def margin_loss(
    lengths: Float[torch.Tensor, "picture class"], emotion: Int[torch.Tensor, " picture"]
) -> Float[torch.Tensor, ""]:
    """Punish a present class that is short and absent classes that are long, mean over pictures."""
    present = functional.one_hot(emotion, lengths.shape[1]).to(lengths.dtype)
    short = (MARGIN_PRESENT - lengths).clamp(min=0).square()
    long = (lengths - MARGIN_ABSENT).clamp(min=0).square()
    return (present * short + ABSENT_WEIGHT * (1 - present) * long).sum(dim=1).mean()


class CapsuleNet(nn.Module):
    """ResNet-18 up to its third stage without its pooling, primary capsules, emotion capsules.

    At width 64 and 224 px the third stage gives 256 x 28 x 28 numbers and the primary layer
    1152 capsules. Batch normalisation is group normalisation here.
    """

    def __init__(self, classes: int, *, width: int = 64, size_px: int = 224) -> None:
        super().__init__()
        side = math.ceil(size_px / 8) - 2 * (_KERNEL - 1)
        if side < 1:
            msg = (
                f"Expected faces of at least {_SMALLEST_PX} px for CapsuleNet, but got {size_px} "
                "px: its two convolutions of 9 x 9 find no room. Prepare larger faces."
            )
            raise UsageError(msg)
        self.backbone = nn.Sequential(
            nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False),
            _normalisation(width),
            nn.ReLU(),
            _Residual(width, width, stride=1),
            _Residual(width, width, stride=1),
            _Residual(width, 2 * width, stride=2),
            _Residual(2 * width, 2 * width, stride=1),
            _Residual(2 * width, 4 * width, stride=2),
            _Residual(4 * width, 4 * width, stride=1),
        )
        self.convolution = nn.Conv2d(4 * width, 4 * width, _KERNEL)
        kinds = 4 * width // PRIMARY_SIZE
        self.primary = nn.Conv2d(4 * width, kinds * PRIMARY_SIZE, _KERNEL, stride=2)
        below = kinds * ((side - 1) // 2 + 1) ** 2
        self.transform = nn.Parameter(
            0.01 * torch.randn(below, classes, EMOTION_SIZE, PRIMARY_SIZE)
        )

    def forward(self, pictures: Float[torch.Tensor, "picture 3 size size"]) -> Scores:
        """Give the length of each emotion's capsule, 0..1, for pictures in 0..1."""
        mean = pictures.new_tensor(_CHANNEL_MEAN)[:, None, None]
        deviation = pictures.new_tensor(_CHANNEL_DEVIATION)[:, None, None]
        features = self.convolution(self.backbone((pictures - mean) / deviation)).relu()
        maps = self.primary(features).permute(0, 2, 3, 1)
        with torch.autocast(pictures.device.type, enabled=False):  # routing needs the digits
            below = squash(maps.float().reshape(len(maps), -1, PRIMARY_SIZE))
            votes = torch.einsum("basi,pbi->pbas", self.transform, below)
            above, _ = route(votes)
            return Scores((above.square().sum(dim=-1) + 1e-12).sqrt())


class _Residual(nn.Module):
    """Two convolutions beside a short cut (He et al. 2016)."""

    def __init__(self, before: int, after: int, *, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.first_norm = _normalisation(after)
        self.second = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.second_norm = _normalisation(after)
        self.short_cut: nn.Module = nn.Identity()
        if stride > 1 or before != after:
            self.short_cut = nn.Sequential(
                nn.Conv2d(before, after, 1, stride=stride, bias=False), _normalisation(after)
            )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Transform feature maps."""
        inner = self.first_norm(self.first(maps)).relu()
        outer: torch.Tensor = self.second_norm(self.second(inner)) + self.short_cut(maps)
        return outer.relu()


def _normalisation(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(math.gcd(channels, 8), channels)


def balanced_pictures(labels: Labels) -> Int[np.ndarray, "sample 2"]:
    """Give every apex, and neighbours of the apex to the rarer classes, four a clip at most.

    A class gets so many that it is shown as often as the commonest one, where it has them.

    Returns:
        Clip and picture (0 the apex) of each sample.
    """
    samples: list[tuple[int, int]] = []
    most = int(np.bincount(labels.emotion).max())
    for emotion in np.unique(labels.emotion):
        clips = np.flatnonzero(labels.emotion == emotion)
        wanted = min(most, MOST_PICTURES * len(clips))
        samples += [(int(clips[k % len(clips)]), k // len(clips)) for k in range(wanted)]
    return np.array(samples, np.int64)


def disturbed(
    pictures: Float[torch.Tensor, "picture 3 size size"], rng: np.random.Generator
) -> Float[torch.Tensor, "picture 3 size size"]:
    """Mirror, turn and shift pictures and change their light, each its own way; stay in 0..1."""
    count = len(pictures)
    turn = np.deg2rad(rng.uniform(-_TURN_DEG, _TURN_DEG, count))
    mirror = rng.choice([-1.0, 1.0], count)
    shift = rng.uniform(-_SHIFT, _SHIFT, (2, count))
    rows = (
        (np.cos(turn) * mirror, -np.sin(turn), shift[0]),
        (np.sin(turn) * mirror, np.cos(turn), shift[1]),
    )
    placing = torch.from_numpy(np.array(rows).transpose(2, 0, 1)).float()
    grid = functional.affine_grid(placing, list(pictures.shape), align_corners=False)
    moved = functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    contrast = 1 + rng.uniform(-_CONTRAST, _CONTRAST, (count, 1, 1, 1))
    brightness = 1 + rng.uniform(-_BRIGHTNESS, _BRIGHTNESS, (count, 1, 1, 1))
    mean = moved.mean(dim=(1, 2, 3), keepdim=True)
    lit = (mean + torch.from_numpy(contrast).float() * (moved - mean)) * torch.from_numpy(
        brightness
    ).float()
    return lit.clamp(0, 1)


def _build(clips: LabelledClips, budget: Budget) -> nn.Module:
    size_px = clips.clips.arrays["apex"].shape[2]
    return CapsuleNet(len(clips.labels.classes), width=budget.width, size_px=size_px)


def _read(
    clips: Clips, positions: Positions, variants: Positions, rng: np.random.Generator | None
) -> Inputs:
    pictures = clips.read("apex", positions)[np.arange(len(positions)), variants]
    scaled = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    return (scaled if rng is None else disturbed(scaled, rng),)


def _loss(scores: Scores, batch: Batch) -> torch.Tensor:
    return margin_loss(scores.emotion, batch.emotion)


def _probabilities(lengths: Float[torch.Tensor, "clip class"]) -> torch.Tensor:
    return lengths / lengths.sum(dim=1, keepdim=True)


def _settings(_pictures: int, budget: Budget) -> LoopSettings:
    return LoopSettings(
        epochs=min(30, budget.max_epochs),
        batch_size=16,
        optimiser="adam",
        learning_rate=1e-3,
        weight_decay=0.0,
        schedule="exponential",
        decay=0.9,
    )


RECIPE = Recipe(
    "CapsuleNet",
    _build,
    _read,
    _settings,
    inputs=("apex",),
    samples=balanced_pictures,
    loss=_loss,
    probabilities=_probabilities,
)

SPEC = SystemSpec(
    name="CapsuleNet",
    task=SystemTask.RECOGNITION,
    category="deep-learning",
    summary=(
        "The first three stages of ResNet-18 on the apex picture, primary capsules, and one "
        "capsule an emotion by routing; neighbours of the apex make up for rare classes. Trained "
        "from nothing: the publication starts from ImageNet and a corpus of large expressions, "
        "so group instead of batch normalisation, a rate of 1e-3 instead of 1e-4, batches of 16 "
        "instead of 32, and nothing frozen. A width below 64 shrinks every layer but the "
        "emotions' capsules in proportion."
    ),
    source="Quang, Chun, Tokuyama: CapsuleNet for micro-expression recognition. FG 2019.",
    inputs=("apex",),
    build=partial(NetworkSystem, RECIPE),
    paper={"accuracy": 56.80, "f1": 34.70},
)
