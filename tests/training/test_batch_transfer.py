"""Batches of every build reach the device whole."""

from dataclasses import dataclass
from typing import NamedTuple

import torch

from mien.training.batch_transfer import to_device


class Pair(NamedTuple):
    inputs: tuple[torch.Tensor, ...]
    name: str


@dataclass(frozen=True)
class Aim:
    values: torch.Tensor
    note: str


def test_tensors_move_wherever_they_are_and_all_else_stays() -> None:
    batch = {
        "pair": Pair((torch.ones(2), torch.ones(3)), "a"),
        "aims": [Aim(torch.ones(1), "b"), 4],
    }
    moved = to_device(batch, torch.device("meta"))
    assert isinstance(moved["pair"], Pair)
    assert [one.device.type for one in moved["pair"].inputs] == ["meta", "meta"]
    assert moved["pair"].name == "a"
    assert moved["aims"][0].values.device.type == "meta"
    assert moved["aims"][0].note == "b"
    assert moved["aims"][1] == 4
