"""Moving what a loader gives to where the network is."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch


def to_device(batch: Any, device: torch.device) -> Any:
    """Move every tensor in a batch; what is no tensor stays as it is.

    A batch is a tensor, or tuples (named ones too), lists, mappings and dataclasses of batches.
    """
    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        return {key: to_device(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple):
        moved = [to_device(value, device) for value in batch]
        return type(batch)(*moved) if hasattr(batch, "_fields") else tuple(moved)
    if isinstance(batch, list):
        return [to_device(value, device) for value in batch]
    if is_dataclass(batch) and not isinstance(batch, type):
        moved_fields = {
            one.name: to_device(getattr(batch, one.name), device) for one in fields(batch)
        }
        return replace(batch, **moved_fields)
    return batch
