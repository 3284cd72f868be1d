"""Processes that torchrun starts train as one process that accumulates as many batches."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mien.store.weights import read_weights
from mien.training.training_log import METRICS_FILE

PROGRAM = """
import os, sys
from pathlib import Path
import numpy as np
import torch
from mien.training.loop import LoopSettings, run_training
from mien.training.training_log import TrainingLog

folder, accumulate = Path(sys.argv[1]), int(sys.argv[2])
rank = os.environ.get("RANK", "0")

class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = torch.nn.Linear(5, 8), torch.nn.Linear(8, 1)
        self.unused = torch.nn.Linear(8, 4)
    def forward(self, inputs):
        hidden = torch.tanh(self.first(inputs))
        return self.second(hidden), self.unused(hidden)

def load(rows, rng):
    noise = rng.normal(size=(len(rows), 5)).astype(np.float32)
    return torch.from_numpy(noise), torch.from_numpy(rows).float() / 10

def loss(network, batch):
    return (network(batch[0])[0][:, 0] - batch[1]).square().mean(), {}

for name in ("first", "again"):
    torch.manual_seed(0)
    report = run_training(
        Network(), 9, load, loss,
        LoopSettings(epochs=3, batch_size=2, accumulate=accumulate, learning_rate=0.05),
        checkpoint=folder / f"{name}-{rank}.safetensors",
        validate=lambda network: {"one": 1.0},
        log=TrainingLog(folder / name, tensorboard=False),
    )
    (folder / f"{name}-{rank}.txt").write_text(repr(report.losses), encoding="utf-8")
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def run(folder: Path, processes: int, accumulate: int) -> None:
    folder.mkdir()
    port = str(free_port())
    started = []
    for rank in range(processes):
        several = {
            "RANK": str(rank),
            "LOCAL_RANK": str(rank),
            "WORLD_SIZE": str(processes),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": port,
        }
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(folder), str(accumulate)],
                env={**os.environ, **(several if processes > 1 else {})},
            )
        )
    for process in started:
        assert process.wait(timeout=120) == 0


@pytest.mark.slow
def test_two_processes_give_the_weights_of_one_that_accumulates_twice_as_many(
    tmp_path: Path,
) -> None:
    run(tmp_path / "one", 1, accumulate=4)
    run(tmp_path / "two", 2, accumulate=2)
    for name in ("first", "again"):
        one = read_weights(tmp_path / "one" / f"{name}-0.safetensors").tensors
        two = read_weights(tmp_path / "two" / f"{name}-0.safetensors").tensors
        for tensor, value in one.items():
            if tensor.startswith("model."):
                assert two[tensor] == pytest.approx(value, abs=1e-6), tensor
        losses = [
            np.array(eval((tmp_path / at).read_text(encoding="utf-8")))  # noqa: S307 - ours
            for at in (f"one/{name}-0.txt", f"two/{name}-0.txt", f"two/{name}-1.txt")
        ]
        assert losses[1] == pytest.approx(losses[0], abs=1e-6)
        assert losses[2] == pytest.approx(losses[0], abs=1e-6)
        assert not (tmp_path / "two" / f"{name}-1.safetensors").exists()
        lines = (tmp_path / "two" / name / METRICS_FILE).read_text(encoding="utf-8").splitlines()
        assert len(lines) == 3 * 2 + 3
