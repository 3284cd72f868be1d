"""Where a training stands, in one file that appears whole or not at all.

The file is safetensors; position and settings stand as JSON in its header, so that weights and
position can never come from two moments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mien.core.errors import FormatError, UsageError
from mien.store.weights import Numbers, read_weights, require_tensors, write_weights

FORMAT = "mien-checkpoint"
VERSION = 1

_MODEL, _OPTIMISER = "model.", "optimiser."


@dataclass(frozen=True)
class Standing:
    """How far a training has come."""

    epoch: int
    """Whole epochs that are done."""

    step: int
    """Steps that are done of the next epoch."""

    losses: tuple[float, ...]
    """Of each whole epoch."""

    loss_sum: float
    """Over the rows of the epoch that is not whole."""

    validation: tuple[Mapping[str, float], ...]
    scaler: Mapping[str, Any]
    """State of the loss scaling of fp16; empty for other precisions."""


def write_checkpoint(
    path: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    standing: Standing,
    recipe: Mapping[str, Any],
) -> None:
    """Write the network, the optimiser's memory, the standing and what the training was asked for.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    tensors = {f"{_MODEL}{name}": _array(value) for name, value in model.state_dict().items()}
    for index, memory in optimiser.state_dict()["state"].items():
        tensors |= {
            f"{_OPTIMISER}{index}.{name}": _array(value)
            for name, value in memory.items()
            if value is not None
        }
    notes = {
        "format": FORMAT,
        "version": VERSION,
        "recipe": recipe,
        "standing": {
            "epoch": standing.epoch,
            "step": standing.step,
            "losses": standing.losses,
            "loss_sum": standing.loss_sum,
            "validation": [dict(one) for one in standing.validation],
            "scaler": standing.scaler,
        },
    }
    write_weights(path, tensors, notes)


def read_checkpoint(
    path: Path,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    recipe: Mapping[str, Any],
) -> Standing:
    """Put the network and the optimiser where the checkpoint says, and tell how far that is.

    Raises:
        FormatError: no checkpoint, one that is cut short, or one of another network.
        UsageError: a checkpoint of other settings or rows.
    """
    weights = read_weights(path)
    notes = weights.notes
    if notes.get("format") != FORMAT or notes.get("version") != VERSION:
        msg = (
            f"Expected a checkpoint of mien, version {VERSION}, in {path.name}, but got "
            f"{notes.get('format', 'something else')}, version {notes.get('version', 'none')}. "
            "Delete it to train from the start."
        )
        raise FormatError(msg)
    _refuse_other(notes["recipe"], recipe, path)
    found = _behind(_MODEL, weights.tensors)
    require_tensors(
        {name: value.shape for name, value in found.items()},
        {name: tuple(value.shape) for name, value in model.state_dict().items()},
        path.name,
    )
    model.load_state_dict({name: torch.from_numpy(value) for name, value in found.items()})
    memory: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in _behind(_OPTIMISER, weights.tensors).items():
        index, key = name.split(".", 1)
        memory.setdefault(int(index), {})[key] = torch.from_numpy(value)
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": memory, "param_groups": groups})
    standing = notes["standing"]
    return Standing(
        epoch=standing["epoch"],
        step=standing["step"],
        losses=tuple(standing["losses"]),
        loss_sum=standing["loss_sum"],
        validation=tuple(standing["validation"]),
        scaler=standing["scaler"],
    )


def _refuse_other(found: Mapping[str, Any], expected: Mapping[str, Any], path: Path) -> None:
    other = [
        f"{name} {found.get(name)} instead of {value}"
        for name, value in expected.items()
        if found.get(name) != value
    ]
    if other:
        msg = (
            f"Expected {path.name} of this training, but it was made with {', '.join(other)}. "
            "Train with those settings, or delete it to train from the start."
        )
        raise UsageError(msg)


def _behind(prefix: str, tensors: Mapping[str, Any]) -> dict[str, Numbers]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def _array(tensor: torch.Tensor) -> Numbers:
    array: Numbers = tensor.detach().cpu().numpy()
    return array
