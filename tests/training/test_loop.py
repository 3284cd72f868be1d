"""The loop: its steps are those worked out by hand, it goes on exactly, and it refuses nonsense."""

import json
import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Int
from torch import nn

from mien.core.errors import FormatError, InputError, MienError, UsageError
from mien.training.loop import LoopSettings, TrainingReport, run_training
from mien.training.row_order import RowOrder
from mien.training.training_log import METRICS_FILE, TrainingLog

Pair = tuple[torch.Tensor, torch.Tensor]
Rows = Int[np.ndarray, " row"]

COUNT = 14
INPUTS = torch.from_numpy(np.random.default_rng(5).normal(size=(COUNT, 3))).float()
AIMS = INPUTS @ torch.tensor([1.0, -2.0, 0.5])


def load(rows: Rows, _rng: np.random.Generator) -> Pair:
    return INPUTS[rows], AIMS[rows]


def loss(model: nn.Module, batch: Pair) -> tuple[torch.Tensor, dict[str, float]]:
    value = (model(batch[0])[:, 0] - batch[1]).square().mean()
    return value, {"error": float(value.detach().sqrt())}


def linear() -> nn.Linear:
    model = nn.Linear(3, 1, bias=False)
    nn.init.zeros_(model.weight)
    return model


def weights(model: nn.Module) -> np.ndarray:
    return torch.nn.utils.parameters_to_vector(model.parameters()).detach().numpy().copy()


def by_hand(settings: LoopSettings) -> np.ndarray:
    """Gradient descent on the mean of each step's rows, in numpy."""
    order = RowOrder(COUNT, settings.batch_size, settings.accumulate, settings.seed)
    inputs, aims = INPUTS.double().numpy(), AIMS.double().numpy()
    weight, velocity = np.zeros(3), np.zeros(3)
    size = settings.batch_size * settings.accumulate
    for epoch in range(settings.epochs):
        rows = order.rows(epoch)
        for start in range(0, COUNT, size):
            chosen = rows[start : start + size]
            gradient = 2 * (inputs[chosen] @ weight - aims[chosen]) @ inputs[chosen] / len(chosen)
            velocity = settings.momentum * velocity + gradient
            weight = weight - settings.learning_rate * velocity
    return weight


SGD = LoopSettings(
    epochs=3, batch_size=2, optimiser="sgd", learning_rate=0.05, weight_decay=0.0, momentum=0.5
)


@pytest.mark.parametrize(("batch_size", "accumulate"), [(1, 1), (2, 3), (3, 2), (14, 1), (4, 9)])
def test_steps_are_those_of_gradient_descent_worked_out_by_numpy(
    batch_size: int, accumulate: int
) -> None:
    settings = replace(SGD, batch_size=batch_size, accumulate=accumulate)
    model = linear()
    run_training(model, COUNT, load, loss, settings)
    assert weights(model) == pytest.approx(by_hand(settings), abs=1e-5)


def test_accumulating_small_batches_is_the_same_as_large_batches() -> None:
    small, large = linear(), linear()
    settings = LoopSettings(epochs=2, learning_rate=0.01)
    run_training(small, COUNT, load, loss, replace(settings, batch_size=2, accumulate=3))
    run_training(large, COUNT, load, loss, replace(settings, batch_size=6))
    assert weights(small) == pytest.approx(weights(large), abs=1e-6)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_adam_makes_the_steps_of_a_plain_loop(name: str) -> None:
    ours, plain = linear(), linear()
    settings = LoopSettings(
        epochs=2, batch_size=5, optimiser=name, learning_rate=0.1, weight_decay=0.3, seed=1
    )
    run_training(ours, COUNT, load, loss, settings)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]
    optimiser = kind(plain.parameters(), lr=0.1, weight_decay=0.3)
    for epoch in range(2):
        rows = RowOrder(COUNT, 5, 1, 1).rows(epoch)
        for start in (0, 5, 10):
            optimiser.zero_grad()
            value, _ = loss(plain, load(rows[start : start + 5], np.random.default_rng()))
            torch.autograd.backward(value)
            optimiser.step()
    assert weights(ours) == pytest.approx(weights(plain), abs=1e-6)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [1, 1, 1, 1]),
        ("exponential", [1, 1, 0.5, 0.5]),
        ("cosine", [1, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2]),
    ],
)
def test_learning_rate_follows_its_schedule(
    schedule: str, expected: list[float], tmp_path: Path
) -> None:
    settings = LoopSettings(epochs=2, batch_size=7, schedule=schedule, decay=0.5, learning_rate=0.2)
    run_training(linear(), COUNT, load, loss, settings, log=TrainingLog(tmp_path))
    rates = [one["learning_rate"] for one in records(tmp_path) if one["kind"] == "step"]
    assert rates == pytest.approx([0.2 * one for one in expected])


def test_a_long_gradient_is_cut_to_the_norm_that_is_set() -> None:
    model = linear()
    settings = replace(SGD, epochs=1, batch_size=COUNT, clip_norm=0.01, learning_rate=1.0)
    run_training(model, COUNT, load, loss, settings)
    assert np.linalg.norm(weights(model)) == pytest.approx(0.01, rel=1e-4)


def test_the_report_tells_losses_and_steps() -> None:
    report = run_training(linear(), COUNT, load, loss, SGD)
    assert (report.steps, report.steps_before, len(report.losses)) == (21, 0, 3)
    assert report.losses[2] < report.losses[0] / 2
    assert 0 <= report.waiting_share <= 1
    assert report.seconds_per_step > 0


def test_a_slow_loader_shows_as_waiting() -> None:
    def slow(rows: Rows, rng: np.random.Generator) -> Pair:
        time.sleep(0.02)
        return load(rows, rng)

    report = run_training(linear(), 6, slow, loss, LoopSettings(epochs=1))
    assert report.waiting_share > 0.5


def test_loading_runs_in_a_thread_of_its_own() -> None:
    names = set()

    def watched(rows: Rows, rng: np.random.Generator) -> Pair:
        names.add(threading.current_thread())
        return load(rows, rng)

    run_training(linear(), 4, watched, loss, LoopSettings(epochs=1))
    assert threading.main_thread() not in names


def test_the_random_numbers_of_torch_are_left_as_they_were() -> None:
    model = linear()
    before = torch.random.get_rng_state()
    run_training(model, COUNT, load, loss, SGD)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_validation_sees_a_network_at_rest_after_every_epoch(tmp_path: Path) -> None:
    modes = []

    def validate(model: nn.Module) -> dict[str, float]:
        modes.append(model.training)
        return {"norm": float(np.linalg.norm(weights(model)))}

    model = linear()
    report = run_training(
        model, COUNT, load, loss, SGD, validate=validate, log=TrainingLog(tmp_path)
    )
    assert modes == [False, False, False]
    assert report.validation[-1]["norm"] == pytest.approx(np.linalg.norm(weights(model)))
    told = [one["norm"] for one in records(tmp_path) if one["kind"] == "epoch"]
    assert told == [one["norm"] for one in report.validation]


class Told:
    """Progress that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def start(self, stage: str, total: int | None, unit: str = "frames") -> None:
        self.heard.append((stage, total, unit))

    def update(self, done: int) -> None:
        self.heard.append(done)

    def finish(self, note: str = "") -> None:
        self.heard.append(note)

    def warn(self, sentence: str) -> None:
        self.heard.append(sentence)


def test_progress_hears_of_every_step() -> None:
    told = Told()
    settings = LoopSettings(epochs=2, batch_size=7)
    run_training(linear(), COUNT, load, loss, settings, progress=told)
    assert told.heard[:-1] == [("train", 4, "steps"), 0, 1, 2, 3, 4]
    assert told.heard[-1].startswith("loss ")


def test_bf16_learns_too() -> None:
    report = run_training(linear(), COUNT, load, loss, replace(SGD, precision="bf16"))
    assert report.losses[-1] < report.losses[0] / 2


class Noisy(nn.Module):
    """A network that draws random numbers and keeps running statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1)
        )

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        value: torch.Tensor = self.layers(inputs)
        return value


def noisy() -> Noisy:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Noisy()


def jittered(rows: Rows, rng: np.random.Generator) -> Pair:
    return INPUTS[rows] + torch.from_numpy(rng.normal(0, 0.1, (len(rows), 3))).float(), AIMS[rows]


class StoppedError(Exception):
    """Stands for a kill."""


def stopped_after(calls: int) -> Callable[[nn.Module, Pair], tuple[torch.Tensor, dict[str, float]]]:
    made = 0

    def watched(model: nn.Module, batch: Pair) -> tuple[torch.Tensor, dict[str, float]]:
        nonlocal made
        made += 1
        if made > calls:
            raise StoppedError
        return loss(model, batch)

    return watched


NOISY_SETTINGS: tuple[LoopSettings, ...] = (
    LoopSettings(epochs=3, batch_size=3, accumulate=2, learning_rate=0.05, schedule="cosine"),
    replace(SGD, accumulate=2, epochs=2),
)


@pytest.mark.parametrize("settings", NOISY_SETTINGS, ids=["adamw", "sgd"])
@pytest.mark.parametrize("steps", [1, 2, None])
def test_a_training_stopped_anywhere_goes_on_to_the_same_weights(
    settings: LoopSettings, steps: int | None, tmp_path: Path
) -> None:
    straight = noisy()
    told = run_training(straight, COUNT, jittered, loss, settings)
    expected = {name: value.clone() for name, value in straight.state_dict().items()}
    batches = RowOrder(COUNT, settings.batch_size, 1, 0).portions * settings.epochs
    for calls in range(1, batches, 3):
        file = tmp_path / f"{calls}.safetensors"
        with pytest.raises(StoppedError):
            run_training(
                noisy(),
                COUNT,
                jittered,
                stopped_after(calls),
                settings,
                checkpoint=file,
                checkpoint_steps=steps,
            )
        again = noisy()
        report = run_training(again, COUNT, jittered, loss, settings, checkpoint=file)
        assert report.losses == told.losses
        for name, value in again.state_dict().items():
            assert torch.equal(value, expected[name]), (calls, name)


def test_a_finished_training_is_only_read_again(tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.safetensors"
    first, second = linear(), linear()
    told = run_training(first, COUNT, load, loss, SGD, checkpoint=file)

    def never(_model: nn.Module, _batch: Pair) -> tuple[torch.Tensor, dict[str, float]]:
        raise StoppedError

    report = run_training(second, COUNT, load, never, SGD, checkpoint=file)
    assert np.array_equal(weights(first), weights(second))
    assert report.losses == told.losses
    assert report.steps_before == report.steps == 21
    assert math.isnan(report.seconds_per_step)


def test_a_log_tells_no_step_twice_after_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.safetensors"
    with pytest.raises(StoppedError):
        run_training(
            linear(),
            COUNT,
            load,
            stopped_after(12),
            SGD,
            checkpoint=file,
            log=TrainingLog(tmp_path),
        )
    with (tmp_path / METRICS_FILE).open("a", encoding="utf-8") as log:
        log.write('{"kind": "step", "ep')
    run_training(linear(), COUNT, load, loss, SGD, checkpoint=file, log=TrainingLog(tmp_path))
    steps = [one["step"] for one in records(tmp_path) if one["kind"] == "step"]
    assert steps == list(range(1, 22))
    assert [one["epoch"] for one in records(tmp_path) if one["kind"] == "epoch"] == [0, 1, 2]


def records(folder: Path) -> list[dict[str, Any]]:
    text = (folder / METRICS_FILE).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_loss_that_is_no_number_is_refused_with_epoch_and_rows() -> None:
    bad = int(RowOrder(COUNT, 2, 1, 0).rows(1)[5])

    def broken(rows: Rows, rng: np.random.Generator) -> Pair:
        inputs, aims = load(rows, rng)
        spoiled = torch.where(torch.from_numpy(rows == bad), torch.nan, aims)
        return inputs, spoiled

    with pytest.raises(InputError, match=rf"nan in epoch 0 for rows .*\b{bad}\b.*Look at these"):
        run_training(linear(), COUNT, broken, loss, SGD)


def test_a_gradient_that_is_no_number_is_refused() -> None:
    def rooted(model: nn.Module, batch: Pair) -> tuple[torch.Tensor, dict[str, float]]:
        return model(batch[0]).square().sum().sqrt(), {}

    with pytest.raises(InputError, match="Expected gradients that are numbers, but they are nan"):
        run_training(linear(), COUNT, load, rooted, SGD)


def test_no_rows_and_nothing_to_learn_are_refused() -> None:
    with pytest.raises(UsageError, match="at least one row to train on, but got 0"):
        run_training(linear(), 0, load, loss, SGD)
    frozen = linear().requires_grad_(requires_grad=False)
    with pytest.raises(UsageError, match="all of them are frozen"):
        run_training(frozen, COUNT, load, loss, SGD)


def trained(folder: Path) -> Path:
    file = folder / "checkpoint.safetensors"
    run_training(linear(), COUNT, load, loss, SGD, checkpoint=file)
    return file


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-7]), "cut short or damaged"),
        (lambda file: file.write_bytes(b""), "cut short or damaged"),
        (lambda file: file.write_bytes(b"PK\x03\x04 torch"), "mien models convert"),
    ],
    ids=["cut short", "empty", "of torch"],
)
def test_a_broken_checkpoint_is_refused(
    change: Callable[[Path], Any], sentence: str, tmp_path: Path
) -> None:
    file = trained(tmp_path)
    change(file)
    with pytest.raises(FormatError, match=sentence):
        run_training(linear(), COUNT, load, loss, SGD, checkpoint=file)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"learning_rate": 0.1}, r"made with learning_rate 0.05 instead of 0.1"),
        ({"epochs": 5}, r"epochs 3 instead of 5"),
        ({"seed": 1, "batch_size": 3}, r"batch_size 2 instead of 3, seed 0 instead of 1"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(
    change: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=sentence):
        run_training(
            linear(), COUNT, load, loss, replace(SGD, **change), checkpoint=trained(tmp_path)
        )


def test_a_checkpoint_that_was_made_from_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.safetensors"
    made_from = {"clips": "abc", "hidden": [4, 2]}
    run_training(linear(), COUNT, load, loss, SGD, checkpoint=file, made_from=made_from)
    again = run_training(linear(), COUNT, load, loss, SGD, checkpoint=file, made_from=made_from)
    assert again.steps_before == again.steps
    other = {**made_from, "clips": "abd"}
    with pytest.raises(UsageError, match="made with clips abc instead of abd"):
        run_training(linear(), COUNT, load, loss, SGD, checkpoint=file, made_from=other)


def test_a_checkpoint_of_other_rows_or_of_another_network_is_refused(tmp_path: Path) -> None:
    file = trained(tmp_path)
    with pytest.raises(UsageError, match="rows 14 instead of 13"):
        run_training(linear(), 13, load, loss, SGD, checkpoint=file)
    with pytest.raises(FormatError, match="weight is 1x3 instead of 2x3, bias is missing"):
        run_training(nn.Linear(3, 2), COUNT, load, loss, SGD, checkpoint=file)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"epochs": -1}, "epochs of at least 0, but got -1"),
        ({"batch_size": 0}, "batch_size of at least 1, but got 0"),
        ({"accumulate": 0}, "accumulate of at least 1"),
        ({"seed": -1}, "seed of at least 0"),
        ({"optimiser": "adamv"}, "Did you mean"),
        ({"schedule": "linear"}, "a schedule among constant, cosine, exponential"),
        ({"precision": "int8"}, "a precision among fp32, bf16, fp16"),
        ({"learning_rate": math.nan}, "usable learning_rate, but got nan"),
        ({"clip_norm": 0.0}, "usable clip_norm, but got 0.0"),
        ({"momentum": 1.0}, "usable momentum"),
        ({"precision": "fp16"}, "fp16 on a device of CUDA, but the device is cpu"),
    ],
)
def test_settings_that_cannot_be_trained_with_are_refused(
    change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(MienError, match=sentence):
        replace(LoopSettings(), **change)


def test_a_training_of_no_epochs_leaves_the_network_alone() -> None:
    model = linear()
    report: TrainingReport = run_training(model, COUNT, load, loss, LoopSettings(epochs=0))
    assert report.losses == ()
    assert not weights(model).any()
