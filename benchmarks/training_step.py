"""Time a step of training: `python benchmarks/training_step.py --width 16`.

Prints the seconds of a step of mien's loop without the wait for data, beside forward, backward and
optimiser of the same architecture written with torch's own layers in the plainest loop, in turn and
in the same run; then the share of the time in which a network waits for clips that are read from a
memory-mapped file, changed and scaled. Aims: within 15 percent, and a share of waiting near 0.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int
from torch import nn
from torch.nn import functional

from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.datasets.inputs import FACE_PX, STEPS
from mien.evaluation.systems import Budget
from mien.networks.graph_recogniser import GraphRecogniser
from mien.training.config import preset
from mien.training.loop import LoopSettings, run_training
from mien.training.system import GraphSystem
from mien.work import Silent

CLASSES, UNITS = 5, 12
_LEARNING_RATE = 1e-4


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--device", default="cpu")
    given = parser.parse_args()
    clips = torch.randn(given.batch, 3, STEPS, FACE_PX, FACE_PX)
    aims = torch.arange(given.batch) % CLASSES
    ours, plain = [], []
    for _ in range(given.rounds):
        ours.append(loop_step_s(clips, aims, given))
        plain.append(plain_step_s(clips, aims, given))
    mine, stock = statistics.median(ours), statistics.median(plain)
    print(f"width {given.width}, {given.batch} clips a step, {given.precision}, {given.device}")
    print(f"step of mien's loop  {mine:.3f} s")
    print(f"plain step of torch  {stock:.3f} s")
    print(f"ratio                {mine / stock:.3f}  (of single rounds {ratios(ours, plain)})")
    print(f"waiting for data     {waiting_share(given):.1%} of a step")


def ratios(ours: list[float], plain: list[float]) -> str:
    """Give the ratio of each round."""
    return ", ".join(f"{a / b:.3f}" for a, b in zip(ours, plain, strict=True))


def loop_step_s(clips: torch.Tensor, aims: torch.Tensor, given: argparse.Namespace) -> float:
    """Time mien's network in mien's loop, on clips that are there already."""
    torch.manual_seed(0)
    network = GraphRecogniser(
        classes=CLASSES, units=UNITS, adjacency=None, width=given.width, graph=False
    )

    def load(
        _rows: Int[np.ndarray, " row"], _rng: np.random.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return clips, aims

    def loss(
        model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]
    ) -> tuple[torch.Tensor, dict[str, float]]:
        return functional.cross_entropy(model(batch[0]).emotion, batch[1]), {}

    report = run_training(
        network,
        given.steps * given.batch,
        load,
        loss,
        LoopSettings(
            epochs=1,
            batch_size=given.batch,
            learning_rate=_LEARNING_RATE,
            precision=given.precision,
            device=given.device,
        ),
    )
    return report.seconds_per_step * (1 - report.waiting_share)


def plain_step_s(clips: torch.Tensor, aims: torch.Tensor, given: argparse.Namespace) -> float:
    """Time the same architecture of torch's own layers in the plainest loop."""
    torch.manual_seed(0)
    network = stock_network(given.width).to(given.device).train()
    clips, aims = clips.to(given.device), aims.to(given.device)
    optimiser = torch.optim.AdamW(network.parameters(), lr=_LEARNING_RATE, weight_decay=1e-4)
    cast = torch.autocast(given.device, torch.bfloat16, enabled=given.precision == "bf16")
    started = time.perf_counter()
    for _ in range(given.steps):
        optimiser.zero_grad(set_to_none=True)
        with cast:
            value = functional.cross_entropy(network(clips), aims)
        torch.autograd.backward(value)
        optimiser.step()
        value.item()
    step_s: float = (time.perf_counter() - started) / given.steps
    return step_s


class StockBlock(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.straight = nn.Sequential(
            nn.Conv3d(before, after, 3, stride, 1, bias=False),
            nn.GroupNorm(min(8, after), after),
            nn.ReLU(),
            nn.Conv3d(after, after, 3, 1, 1, bias=False),
            nn.GroupNorm(min(8, after), after),
        )
        self.shortcut: nn.Module = nn.Identity()
        if before != after:
            self.shortcut = nn.Sequential(
                nn.Conv3d(before, after, 1, stride, bias=False), nn.GroupNorm(min(8, after), after)
            )

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        """Add both ways."""
        return functional.relu(self.straight(clip) + self.shortcut(clip))


def stock_network(width: int) -> nn.Module:
    """Write 3D-ResNet-18 of the paper's Table 1 down anew, with a linear classifier."""
    layers: list[nn.Module] = [
        nn.Conv3d(3, width, (3, 7, 7), (1, 2, 2), (1, 3, 3), bias=False),
        nn.GroupNorm(min(8, width), width),
        nn.ReLU(),
    ]
    for stage in range(4):
        before, after = width * 2 ** max(stage - 1, 0), width * 2**stage
        layers += [StockBlock(before, after, 1 if stage == 0 else 2), StockBlock(after, after, 1)]
    return nn.Sequential(
        *layers, nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(8 * width, CLASSES)
    )


def waiting_share(given: argparse.Namespace) -> float:
    """Train on a memory-mapped file that has just been written, changes of clips and all."""
    count = max(given.steps * given.batch, 8)
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rgb.npy"
        np.save(file, rng.integers(0, 256, (count, STEPS, FACE_PX, FACE_PX, 3), np.uint8))
        arrays = {"rgb": np.load(file, mmap_mode="r")}
        names = tuple(f"made/{number:03d}" for number in range(count))
        labels = Labels(
            ("happiness", "surprise"),
            np.arange(count) % 2,
            (),
            np.zeros((count, 0)),
            np.tile([0.2, 0.5, 0.8], (count, 1)),
            np.ones(count),
        )
        config = preset("cnn3d").within(
            Budget(given.width, 1, precision=given.precision, device=given.device)
        )
        config = config.model_copy(update={"loop": replace(config.loop, batch_size=given.batch)})
        system = GraphSystem(config)
        system.fit(
            LabelledClips(Clips(names, names, arrays, np.arange(count)), labels),
            seed=0,
            progress=Silent(),
        )
        share = system.reports[0].waiting_share
        del arrays, system
    return share


if __name__ == "__main__":
    main()
