"""How long, how fast and how exactly to train."""

import math
from dataclasses import dataclass

from pydantic import ConfigDict, with_config

from mien.core.errors import UsageError
from mien.core.nearest import unknown_name

OPTIMISERS = ("adamw", "adam", "sgd")
SCHEDULES = ("constant", "cosine", "exponential")
PRECISIONS = ("fp32", "bf16", "fp16")


@with_config(ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True))
@dataclass(frozen=True)
class LoopSettings:
    """How long, how fast and how exactly to train."""

    epochs: int = 10
    """Times that every row is seen (the paper names none)."""

    batch_size: int = 1
    """Rows that go through the network together (section 4.1.2: 1)."""

    accumulate: int = 1
    """Batches whose gradients make one step of the optimiser (not in the paper)."""

    optimiser: str = "adamw"
    """``adamw``, ``adam`` or ``sgd`` (the paper names none)."""

    learning_rate: float = 1e-4
    """Step in the units of the weights (the paper names none)."""

    weight_decay: float = 1e-4
    """Share of the weights that a step takes off: decoupled for ``adamw``, added to the gradient
    for the others (the paper names none)."""

    momentum: float = 0.9
    """Share of the last step that the next one keeps, 0..1, of ``sgd``; the others keep 0.9 and
    0.999 (the paper names none)."""

    schedule: str = "constant"
    """Course of the learning rate: ``cosine`` goes to 0 over the whole training, ``exponential``
    multiplies after each epoch (the paper names none)."""

    decay: float = 0.9
    """Factor on the learning rate after each epoch, 0..1, of ``exponential`` (Quang et al. 2019:
    0.9)."""

    clip_norm: float | None = None
    """Largest norm of the gradient of all weights; none for any (not in the paper)."""

    precision: str = "fp32"
    """Numbers that the network works with: ``fp32``, ``bf16``, or ``fp16`` on CUDA."""

    device: str = "cpu"
    """Where it works, such as ``cpu`` or ``cuda``."""

    seed: int = 0
    """Of everything that is drawn at random, at least 0."""

    def __post_init__(self) -> None:
        """Refuse what cannot be trained with."""
        for what, name, known in (
            ("an optimiser", self.optimiser, OPTIMISERS),
            ("a schedule", self.schedule, SCHEDULES),
            ("a precision", self.precision, PRECISIONS),
        ):
            if name not in known:
                raise UsageError(unknown_name(what, name, known))
        for field, least in (("epochs", 0), ("batch_size", 1), ("accumulate", 1), ("seed", 0)):
            if getattr(self, field) < least:
                msg = f"Expected {field} of at least {least}, but got {getattr(self, field)}."
                raise UsageError(msg)
        wanted = {
            "learning_rate": 0 < self.learning_rate < math.inf,
            "weight_decay": 0 <= self.weight_decay < math.inf,
            "momentum": 0 <= self.momentum < 1,
            "decay": 0 < self.decay <= 1,
            "clip_norm": self.clip_norm is None or 0 < self.clip_norm < math.inf,
        }
        for field, good in wanted.items():
            if not good:
                msg = f"Expected a usable {field}, but got {getattr(self, field)}."
                raise UsageError(msg)
        if self.precision == "fp16" and not self.device.startswith("cuda"):
            msg = (
                f"Expected fp16 on a device of CUDA, but the device is {self.device}. "
                "Choose bf16 or fp32 there."
            )
            raise UsageError(msg)

    def rate_factor(self, epoch: int, step: int, steps: int) -> float:
        """Give the factor on the learning rate of a step of an epoch of so many steps."""
        if self.schedule == "cosine":
            share = (epoch * steps + step) / max(self.epochs * steps, 1)
            return 0.5 * (1 + math.cos(math.pi * share))
        return self.decay**epoch if self.schedule == "exponential" else 1.0
