"""A training that is killed at any moment goes on to the very same weights."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from mien.store.weights import read_weights

PROGRAM = """
import sys, time
from pathlib import Path
import numpy as np
import torch
from mien.training.loop import LoopSettings, run_training

folder = Path(sys.argv[1])
torch.manual_seed(0)
model = torch.nn.Sequential(
    torch.nn.Linear(6, 32), torch.nn.BatchNorm1d(32), torch.nn.Dropout(0.3), torch.nn.Linear(32, 2)
)

def load(rows, rng):
    time.sleep(0.001)
    noise = rng.normal(size=(len(rows), 6)).astype(np.float32)
    return torch.from_numpy(noise) + rows[0] / 10, torch.from_numpy(rows % 2)

def loss(network, batch):
    return torch.nn.functional.cross_entropy(network(batch[0]), batch[1]), {}

(folder / "ready").touch()
run_training(
    model, 30, load, loss,
    LoopSettings(epochs=20, batch_size=2, accumulate=2, learning_rate=0.01, schedule="cosine"),
    checkpoint=folder / "checkpoint.safetensors",
    checkpoint_steps=3,
)
(folder / "done").touch()
"""


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)])


def finish(folder: Path) -> None:
    assert start(folder).wait(timeout=120) == 0
    assert (folder / "done").exists()


@pytest.mark.slow
def test_a_killed_training_ends_with_the_weights_of_one_that_was_not(
    tmp_path: Path,
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    finish(whole)
    moments = random.Random(1)  # noqa: S311 - when to kill, no secret
    kills = 0
    for _ in range(3):
        (cut / "ready").unlink(missing_ok=True)
        process = start(cut)
        while not (cut / "ready").exists() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(moments.uniform(0.0, 0.6))
        process.kill()
        kills += process.wait(timeout=60) != 0
    assert kills, "every training ended before its kill"
    finish(cut)
    # Half-written files of a kill may lie beside it; the checkpoint itself is whole.
    expected = read_weights(whole / "checkpoint.safetensors")
    found = read_weights(cut / "checkpoint.safetensors")
    assert found.notes == expected.notes
    assert found.tensors.keys() == expected.tensors.keys()
    for name, value in expected.tensors.items():
        assert torch.equal(torch.from_numpy(found.tensors[name]), torch.from_numpy(value)), name
