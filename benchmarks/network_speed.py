"""Time the backbone against matrix products: `python benchmarks/network_speed.py`.

Prints operations per second of 3D-ResNet-18 of full width on 16 pictures of 112 pixels, and their
share of what a product of two square matrices reaches in the same run and precision. Aim: at least
70 percent. Only multiplications with pixels of the clip count, none with the zeros around it, which
a good library skips. The clock is the CPU time of the process, so that other programs disturb
little; every case has its turn in every round, and the best round of each is taken.
"""

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from mien.datasets.inputs import FACE_PX, STEPS
from mien.networks.graph_recogniser import GraphRecogniser
from mien.networks.resnet3d import FULL_WIDTH, ResNet3d

_MATRIX = 1536
_UNITS = 12
_WORTH = 1.2
"""Half precision is of use where its matrix products are faster than this times full ones."""


@dataclass(frozen=True)
class Case:
    """Something to time, with the operations that one call takes."""

    name: str
    precision: str
    operations: float
    call: Callable[[], object]


def main() -> None:
    """Run all cases in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=FULL_WIDTH)
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 4])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    with torch.inference_mode():
        products = [product(precision) for precision in ("fp32", "bf16")]
        rates = best_rates(products, given.rounds, given.threads)
        half = rates[products[1].name] > _WORTH * rates[products[0].name]
        cases = products if half else products[:1]
        for count in given.batch:
            cases = cases + networks(given.width, count, half=half)
        rates = best_rates(cases, given.rounds, given.threads)
        print(f"width {given.width}, {given.threads} threads, best of {given.rounds} rounds")
        for case in cases:
            share = rates[case.name] / rates[f"matrix product, {case.precision}"]
            per_call = case.operations / rates[case.name] / 1e9
            print(f"{case.name:44}{rates[case.name]:7.1f} GFLOP/s {share:6.1%} {per_call:8.3f} s")
        if half:
            print(f"features in bf16 differ from those in fp32 by {half_error(given.width):.2%}")
        else:
            print("no bf16: this processor multiplies no faster in it")


def product(precision: str) -> Case:
    """Multiply two square matrices."""
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    left, right = (torch.randn(_MATRIX, _MATRIX).to(kind) for _ in range(2))
    return Case(f"matrix product, {precision}", precision, 2.0 * _MATRIX**3, lambda: left @ right)


def networks(width: int, count: int, *, half: bool) -> list[Case]:
    """Give the ways to run the backbone on some clips, and the recogniser as it predicts."""
    clips = torch.randn(count, 3, STEPS, FACE_PX, FACE_PX)
    of_one = operations(ResNet3d(width=width), clips[:1])

    def case(name: str, precision: str, call: Callable[[], object]) -> Case:
        return Case(f"{name}, {count} clips, {precision}", precision, of_one * count, call)

    full = ResNet3d(width=width).eval()
    cases = [case("backbone", "fp32", lambda: full(clips))]
    if not half:
        return cases
    rounded = ResNet3d(width=width).eval().bfloat16()
    last = nn.utils.convert_conv3d_weight_memory_format(
        ResNet3d(width=width).eval().bfloat16(), torch.channels_last_3d
    )
    halves = clips.bfloat16()
    halves_last = halves.contiguous(memory_format=torch.channels_last_3d)
    whole = GraphRecogniser(
        classes=5, units=_UNITS, adjacency=torch.eye(_UNITS), width=width, emotion_layer="head"
    ).eval()

    def predict() -> object:
        with torch.autocast("cpu", torch.bfloat16):
            return whole(clips)

    return [
        *cases,
        case("backbone", "bf16", lambda: rounded(halves)),
        case("backbone, channels last", "bf16", lambda: last(halves_last)),
        case("recogniser by autocast", "bf16", predict),
    ]


def operations(network: nn.Module, clip: torch.Tensor) -> float:
    """Count additions and multiplications of all convolutions that meet no padding."""
    found: list[float] = []

    def count(layer: nn.Conv3d, given: tuple[torch.Tensor], result: torch.Tensor) -> None:
        sizes = zip(given[0].shape[2:], result.shape[2:], strict=True)
        taps = math.prod(met(layer, axis, *size) for axis, size in enumerate(sizes))
        found.append(2.0 * len(result) * layer.in_channels * layer.out_channels * taps)

    layers = [one for one in network.modules() if isinstance(one, nn.Conv3d)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    network(clip)
    for hook in hooks:
        hook.remove()
    return sum(found)


def met(layer: nn.Conv3d, axis: int, before: int, after: int) -> int:
    """Count along one axis how often a tap of the kernel lies on a pixel."""
    stride, padding = layer.stride[axis], int(layer.padding[axis])
    taps = range(layer.kernel_size[axis])
    return sum(0 <= stride * step - padding + tap < before for step in range(after) for tap in taps)


def best_rates(cases: list[Case], rounds: int, threads: int) -> dict[str, float]:
    """Give the best rate of each case, in 10^9 operations a second on cores of its own."""
    for case in cases:
        case.call()
    seconds: dict[str, float] = {}
    for _ in range(rounds):
        for case in cases:
            started = time.process_time()
            case.call()
            spent = (time.process_time() - started) / threads
            seconds[case.name] = min(spent, seconds.get(case.name, spent))
    return {case.name: case.operations / seconds[case.name] / 1e9 for case in cases}


def half_error(width: int) -> float:
    """Give the difference that half precision makes, as a share of the features' size."""
    full = ResNet3d(width=width).eval()
    clip = torch.randn(1, 3, STEPS, FACE_PX, FACE_PX)
    wanted = full(clip)
    found = full.bfloat16()(clip.bfloat16()).float()
    return float((found - wanted).norm() / wanted.norm())


if __name__ == "__main__":
    main()
