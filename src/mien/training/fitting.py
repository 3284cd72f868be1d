"""Trains the network of a configuration on clips: what is loaded, changed and driven down."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Int
from torch import nn

from mien.datasets.clips import Clips
from mien.store.digest import sha256_of_bytes
from mien.training.augmentation import augmented
from mien.training.building import stage_two_parts, weights_digest
from mien.training.clip_tensors import ARRAYS_OF, read_clip, scaled
from mien.training.config import FLOW_IMAGES, TrainConfig
from mien.training.loop import Load, Loss, TrainingReport, run_training
from mien.training.losses import (
    LossSettings,
    Targets,
    TrainingLoss,
    class_weights,
    positive_weights,
)
from mien.training.training_log import TrainingLog
from mien.work import Progress

_DIGITS = 12
"""Of a sha256, enough to tell trainings apart."""


class ClipBatch(NamedTuple):
    """What the loop carries from the loader to the loss."""

    clips: torch.Tensor
    targets: Targets


@dataclass(frozen=True)
class _Stage:
    """One call of the loop."""

    name: str
    loss: LossSettings
    still: tuple[nn.Module, ...] = ()
    """Parts whose weights stay as they are."""


def fit_network(
    network: nn.Module,
    config: TrainConfig,
    clips: Clips,
    targets: Targets,
    classes: int,
    *,
    folder: Path | None,
    progress: Progress,
) -> tuple[TrainingReport, ...]:
    """Train a network in place, at once or in two stages; give a report of each stage.

    With a folder, each stage keeps a checkpoint there, from which it goes on, and a log.

    Raises:
        InputError: an input or a loss that is no number.
        UsageError: a checkpoint of other choices or other clips.
        FormatError: a checkpoint that is cut short, or of another network.
    """
    made_from = {} if folder is None else _made_from(config, clips, targets, classes)
    reports = []
    for stage in _stages(network, config):
        at = None if folder is None else folder / stage.name
        for part in stage.still:
            part.requires_grad_(requires_grad=False)
        try:
            reports.append(
                run_training(
                    network,
                    len(clips),
                    _loader(config, clips, targets),
                    _loss(config, stage.loss, targets, classes),
                    config.loop,
                    checkpoint=None if at is None else at / "checkpoint.safetensors",
                    made_from=made_from,
                    log=None if at is None else TrainingLog(at),
                    progress=progress,
                )
            )
        finally:
            for part in stage.still:
                part.requires_grad_(requires_grad=True)
    return tuple(reports)


def _made_from(config: TrainConfig, clips: Clips, targets: Targets, classes: int) -> dict[str, Any]:
    """Name what decides the weights beside the loop: all other choices, and the clips."""
    choices = config.model_dump(mode="json", exclude={"preset", "loop"})
    named: dict[str, Any] = {}
    for name, value in choices.items():
        if isinstance(value, dict):
            named |= {f"{name}.{key}": one for key, one in value.items()}
        else:
            named[name] = value
    text = "\n".join((str(classes), *clips.names)).encode()
    named["weights"] = weights_digest(config.weights)
    pictures = sha256_of_bytes(
        b"".join(_clip_sha256(clips, config.input, row) for row in range(len(clips)))
    )
    coded = (targets.emotion, targets.units, targets.times, targets.intensity)
    numbers = b"".join(one.numpy().tobytes() for one in coded)
    return {
        **named,
        "clips": pictures[:_DIGITS],
        "labels": sha256_of_bytes(text + numbers)[:_DIGITS],
    }


def _clip_sha256(clips: Clips, kind: str, row: int) -> bytes:
    whole = b"".join(clips.read(name, [row]).tobytes() for name in ARRAYS_OF[kind])
    return sha256_of_bytes(whole).encode()


def _stages(network: nn.Module, config: TrainConfig) -> tuple[_Stage, ...]:
    loss = config.loss
    if config.mode == "joint":
        return (_Stage("joint", loss),)
    first = replace(loss, graph=False, intensity_weight=0.0, step_weight=0.0)
    second = replace(loss, segmentation=False)
    return (
        _Stage("segmentation", first),
        _Stage("graph", second, still=stage_two_parts(network)),
    )


def _loader(config: TrainConfig, clips: Clips, targets: Targets) -> Load:
    times = targets.times.double().numpy()

    def load(rows: Int[np.ndarray, " row"], rng: np.random.Generator) -> ClipBatch:
        tensors, moved = [], []
        for row in rows.tolist():
            planes, at = augmented(
                read_clip(clips, config.input, row), times[row], config.augmentation, rng
            )
            tensors.append(scaled(config.input, planes, shrink=config.shrink))
            moved.append(at)
        chosen = Targets(
            emotion=targets.emotion[rows],
            units=targets.units[rows],
            times=torch.from_numpy(np.stack(moved)).float(),
            intensity=targets.intensity[rows],
        )
        return ClipBatch(torch.stack(tensors), chosen)

    return load


def _loss(config: TrainConfig, settings: LossSettings, targets: Targets, classes: int) -> Loss:
    by_class = by_unit = None
    if settings.class_weights:
        by_class = torch.from_numpy(class_weights(targets.emotion.numpy(), classes)).float()
    if settings.unit_weights:
        by_unit = torch.from_numpy(positive_weights(targets.units.double().numpy())).float()
    ordered = config.input not in FLOW_IMAGES and config.network.order == "penalty"
    total = TrainingLoss(settings, by_class, by_unit, ordered=ordered)

    def loss(model: nn.Module, batch: ClipBatch) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        return total(model(batch.clips), batch.targets)

    return loss
