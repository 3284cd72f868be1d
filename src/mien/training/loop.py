"""One loop trains every network: seeded, watched, and able to go on after a kill.

Whatever is drawn at random depends on the seed, the epoch and the rows alone, never on what was
drawn before: a training that goes on from a checkpoint ends with the very same weights (on a
processor; a graphics card may add in another order).
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from jaxtyping import Int
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from mien.core.errors import InputError, UsageError
from mien.training.batch_transfer import to_device
from mien.training.checkpoint import Standing, read_checkpoint, write_checkpoint
from mien.training.loop_settings import LoopSettings
from mien.training.prefetching import prefetched
from mien.training.processes import Processes, training_processes
from mien.training.row_order import Portion, RowOrder
from mien.training.training_log import TrainingLog
from mien.work import Progress, Silent

__all__ = ["Load", "LoopSettings", "Loss", "TrainingReport", "Validate", "run_training"]

Load: TypeAlias = Callable[[Int[np.ndarray, " row"], np.random.Generator], Any]
"""Gives a batch of some rows; runs in a thread beside the network, and must draw from the generator
alone."""

Loss: TypeAlias = Callable[
    [nn.Module, Any], tuple[torch.Tensor, Mapping[str, float | torch.Tensor]]
]
"""Gives the mean loss of the rows of a batch, and its parts for the log."""

Validate: TypeAlias = Callable[[nn.Module], Mapping[str, float]]
"""Gives figures of the network after an epoch, for the log; they decide nothing."""

_NAMES_LISTED = 8


@dataclass(frozen=True)
class TrainingReport:
    """How a training went."""

    losses: tuple[float, ...]
    """Mean loss over the rows of each epoch, while the network learned."""

    validation: tuple[Mapping[str, float], ...]
    """What ``validate`` gave after each epoch."""

    steps: int
    """Steps of the optimiser in all epochs."""

    steps_before: int
    """Of these, steps that a checkpoint had brought."""

    seconds_per_step: float
    """Loading included; NaN where no step was made now."""

    waiting_share: float
    """Share of that time in which the network waited for data; NaN where no step was made now."""


def run_training(  # noqa: PLR0913 - what every training needs, each by its name
    model: nn.Module,
    count: int,
    load: Load,
    loss: Loss,
    settings: LoopSettings,
    *,
    validate: Validate | None = None,
    checkpoint: Path | None = None,
    checkpoint_steps: int | None = None,
    made_from: Mapping[str, Any] | None = None,
    log: TrainingLog | None = None,
    progress: Progress | None = None,
) -> TrainingReport:
    """Train a network on ``count`` rows, in place; it ends on the device of the settings.

    ``load`` gives a batch of some rows and runs in a thread of its own, two batches ahead; its
    tensors are moved to the device here. ``loss`` gives the mean loss over the rows of a batch.
    Gradients of ``accumulate`` batches make one step, weighted by their rows, so that a last
    smaller group counts for what it holds.

    With ``checkpoint``, a safetensors file, the training goes on from where that file stands, and
    writes it after each epoch, and after every ``checkpoint_steps`` steps too. ``made_from`` is
    whatever else decides the weights, such as the losses and the clips, by names that JSON can
    hold: a checkpoint that was made from something else is refused.

    Where torchrun started this process with others, each takes its share of the batches of a step
    and the gradients are averaged: the steps are those of one process that accumulates as many
    batches.

    Raises:
        UsageError: no row, or a checkpoint of other settings, or made from something else.
        InputError: a loss or a gradient that is no number, with the epoch and the rows.
        FormatError: a checkpoint that is cut short, or of another network.
        OutputError: a checkpoint or log that cannot be written.
    """
    if count < 1:
        msg = f"Expected at least one row to train on, but got {count}."
        raise UsageError(msg)
    processes = training_processes(settings.device)
    forked = [processes.device] if processes.device.type == "cuda" else []
    with torch.random.fork_rng(devices=forked):
        training = _Training(
            model.to(processes.device),
            settings,
            processes,
            count=count,
            file=checkpoint,
            made_from=made_from or {},
        )
        watched = _Watching(
            log=log if processes.first else None,
            progress=progress if progress is not None and processes.first else Silent(),
            validate=validate,
            every=checkpoint_steps,
        )
        try:
            return training.run(load, loss, watched)
        finally:
            model.eval()
            if log is not None:
                log.close()


@dataclass(frozen=True)
class _Watching:
    """Who is told what, and when."""

    log: TrainingLog | None
    progress: Progress
    validate: Validate | None
    every: int | None
    """Steps between checkpoints inside an epoch."""


class _Training:
    """One training: the network, its optimiser and how far they are."""

    def __init__(
        self,
        model: nn.Module,
        settings: LoopSettings,
        processes: Processes,
        *,
        count: int,
        file: Path | None,
        made_from: Mapping[str, Any],
    ) -> None:
        self.model = model
        self.made_from = made_from
        self.settings = settings
        self.processes = processes
        self.file = file
        self.order = RowOrder(
            count, settings.batch_size, settings.accumulate, settings.seed, processes.count
        )
        self.optimiser = _optimiser(model, settings)
        self.scaler = torch.amp.GradScaler(
            processes.device.type, enabled=settings.precision == "fp16"
        )
        self.standing = Standing(0, 0, (), 0.0, (), {})
        if file is not None and file.exists():
            self.standing = read_checkpoint(file, model, self.optimiser, self._recipe())
            if self.standing.scaler:
                self.scaler.load_state_dict(dict(self.standing.scaler))
        self.wrapped = (
            # Parts of a network may be without a loss, such as units that no clip is coded for.
            DistributedDataParallel(model, find_unused_parameters=True)
            if processes.several
            else model
        )

    def run(self, load: Load, loss: Loss, watching: _Watching) -> TrainingReport:
        """Make every step that is left."""
        settings, order = self.settings, self.order
        steps_before = self.standing.epoch * order.steps + self.standing.step
        if watching.log is not None:
            watching.log.begin(steps_before)
        watching.progress.start("train", settings.epochs * order.steps, "steps")
        watching.progress.update(steps_before)
        seconds, waited = 0.0, 0.0
        feed = prefetched(self._jobs(load))
        try:
            for epoch in range(self.standing.epoch, settings.epochs):
                self.model.train()
                for portions in order.share(epoch, self.processes.rank)[self.standing.step :]:
                    started = time.perf_counter()
                    waited += self._step(portions, feed, loss, watching)
                    seconds += time.perf_counter() - started
                    done = epoch * order.steps + self.standing.step
                    watching.progress.update(done)
                    if (
                        watching.every
                        and done % watching.every == 0
                        and self.standing.step < order.steps
                    ):
                        self._write()
                self._end_epoch(watching)
        finally:
            feed.close()
        watching.progress.finish(f"loss {self.standing.losses[-1]:.4g}" if settings.epochs else "")
        steps = settings.epochs * order.steps
        made = steps - steps_before
        return TrainingReport(
            losses=self.standing.losses,
            validation=self.standing.validation,
            steps=steps,
            steps_before=steps_before,
            seconds_per_step=seconds / made if made else math.nan,
            waiting_share=waited / seconds if made else math.nan,
        )

    def _jobs(self, load: Load) -> Iterator[Callable[[], Any]]:
        """Give what has to be loaded from here on, in the order of the steps."""
        done = self.standing.step
        for epoch in range(self.standing.epoch, self.settings.epochs):
            for portions in self.order.share(epoch, self.processes.rank)[done:]:
                for portion in portions:
                    stream = portion.stream(self.settings.seed)
                    yield partial(load, portion.rows, stream)
            done = 0

    def _step(
        self, portions: list[Portion], feed: Iterator[Any], loss: Loss, watching: _Watching
    ) -> float:
        """Make one step; give the seconds that were waited for data."""
        settings, device = self.settings, self.processes.device
        epoch, number = portions[0].epoch, portions[0].step
        factor = settings.rate_factor(epoch, number, self.order.steps)
        for group in self.optimiser.param_groups:
            group["lr"] = settings.learning_rate * factor
        self.optimiser.zero_grad(set_to_none=True)
        values, parts, waited = [], [], 0.0
        for portion in portions:
            loaded, seconds = next(feed)
            waited += seconds
            batch = to_device(loaded, device)
            # Not torch.manual_seed, which asks after every accelerator there is, each time.
            torch.default_generator.manual_seed(portion.torch_seed(settings.seed))
            if device.type == "cuda":
                torch.cuda.manual_seed(portion.torch_seed(settings.seed))
            with self._alone(portion is not portions[-1]):
                with self._cast():
                    value, details = loss(self.wrapped, batch)
                torch.autograd.backward(self.scaler.scale(value * portion.weight))
            values.append(value.detach())
            parts.append(details)
        losses = torch.stack(values).double().tolist()
        self._refuse_lost(losses, portions)
        norm = self._apply(portions)
        seen = [
            (float(len(portion.rows)) if portion.weight else 0.0) * value
            for portion, value in zip(portions, losses, strict=True)
        ]
        total = self.processes.total(sum(seen))
        rows = self.processes.total(float(sum(len(one.rows) for one in portions if one.weight)))
        self.standing = replace(
            self.standing, step=number + 1, loss_sum=self.standing.loss_sum + total
        )
        if watching.log is not None:
            numbers = {
                "loss": total / rows,
                **_means(parts, portions),
                "learning_rate": settings.learning_rate * factor,
                "gradient_norm": norm,
                "waited_s": waited,
            }
            watching.log.record("step", epoch, epoch * self.order.steps + number + 1, numbers)
        return waited

    def _alone(self, more: bool) -> AbstractContextManager[None]:  # noqa: FBT001 - one caller
        """Keep gradients to this process while more of the same step are to come."""
        if more and isinstance(self.wrapped, DistributedDataParallel):
            return self.wrapped.no_sync()
        return nullcontext()

    def _cast(self) -> AbstractContextManager[Any]:
        kinds = {"bf16": torch.bfloat16, "fp16": torch.float16}
        if self.settings.precision not in kinds:
            return nullcontext()
        return torch.autocast(self.processes.device.type, kinds[self.settings.precision])

    def _apply(self, portions: list[Portion]) -> float:
        """Let the optimiser use the gradients; give their norm."""
        self.scaler.unscale_(self.optimiser)
        weights = [one for one in self.model.parameters() if one.grad is not None]
        norm = torch.nn.utils.get_total_norm([one.grad for one in weights if one.grad is not None])
        length = float(norm)
        if not math.isfinite(length) and not self.scaler.is_enabled():
            msg = (
                f"Expected gradients that are numbers, but they are {length} in epoch "
                f"{portions[0].epoch} for rows {_listed(portions)}. "
                "Lower the learning rate, set clip_norm, or look at these rows."
            )
            raise InputError(msg)
        if self.settings.clip_norm is not None:
            torch.nn.utils.clip_grads_with_norm_(weights, self.settings.clip_norm, norm)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        return length

    def _refuse_lost(self, losses: list[float], portions: list[Portion]) -> None:
        lost = [
            portion
            for portion, value in zip(portions, losses, strict=True)
            if not math.isfinite(value)
        ]
        if lost:
            value = next(one for one in losses if not math.isfinite(one))
            msg = (
                f"Expected a loss that is a number, but it is {value} in epoch {lost[0].epoch} for "
                f"rows {_listed(lost)}. Look at these rows, or lower the learning rate."
            )
            raise InputError(msg)

    def _end_epoch(self, watching: _Watching) -> None:
        """Note the epoch, look at the network, and write the checkpoint."""
        mean = self.standing.loss_sum / self.order.count
        epoch = self.standing.epoch + 1
        figures: tuple[Mapping[str, float], ...] = ()
        if watching.validate is not None and self.processes.first:
            self.model.eval()
            with torch.no_grad():
                figures = (dict(watching.validate(self.model)),)
        self.standing = Standing(
            epoch=epoch,
            step=0,
            losses=(*self.standing.losses, mean),
            loss_sum=0.0,
            validation=(*self.standing.validation, *figures),
            scaler=self.standing.scaler,
        )
        if watching.log is not None:
            numbers = {"loss": mean, **(figures[0] if figures else {})}
            watching.log.record("epoch", epoch - 1, epoch * self.order.steps, numbers)
        self._write()

    def _write(self) -> None:
        if self.file is not None and self.processes.first:
            now = replace(self.standing, scaler=self.scaler.state_dict())
            write_checkpoint(self.file, self.model, self.optimiser, now, self._recipe())
        self.processes.wait_for_all()

    def _recipe(self) -> dict[str, Any]:
        """What decides the weights that come out; where it is worked out does not."""
        recipe = asdict(self.settings)
        del recipe["device"]
        counts = {"rows": self.order.count, "processes": self.processes.count}
        return {**recipe, **counts, **self.made_from}


def _optimiser(model: nn.Module, settings: LoopSettings) -> torch.optim.Optimizer:
    weights = [one for one in model.parameters() if one.requires_grad]
    if not weights:
        msg = "Expected a network with weights to learn, but all of them are frozen."
        raise UsageError(msg)
    rate, decay = settings.learning_rate, settings.weight_decay
    if settings.optimiser == "sgd":
        return torch.optim.SGD(weights, lr=rate, momentum=settings.momentum, weight_decay=decay)
    kind = torch.optim.AdamW if settings.optimiser == "adamw" else torch.optim.Adam
    return kind(weights, lr=rate, weight_decay=decay)


def _means(
    parts: list[Mapping[str, float | torch.Tensor]], portions: list[Portion]
) -> dict[str, float]:
    """Average the parts of the loss over the portions of a step, by their rows."""
    total = sum(one.weight for one in portions)
    names = dict.fromkeys(name for part in parts for name in part)
    return {
        name: sum(
            float(part.get(name, 0.0)) * portion.weight
            for part, portion in zip(parts, portions, strict=True)
        )
        / total
        for name in names
        if total
    }


def _listed(portions: list[Portion]) -> str:
    rows = [int(row) for portion in portions for row in portion.rows]
    more = f" and {len(rows) - _NAMES_LISTED} more" if len(rows) > _NAMES_LISTED else ""
    return f"{', '.join(str(row) for row in rows[:_NAMES_LISTED])}{more}"
