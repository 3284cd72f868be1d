"""The processes that torchrun started, when it did."""

import atexit
import os
from dataclasses import dataclass

import torch
from torch import distributed


@dataclass(frozen=True)
class Processes:
    """Which process this is, of how many that train one network together."""

    rank: int
    count: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process writes files and tells progress."""
        return self.rank == 0

    @property
    def several(self) -> bool:
        """Whether gradients have to be averaged."""
        return self.count > 1

    def total(self, value: float) -> float:
        """Sum a number over the processes."""
        if not self.several:
            return value
        tensor = torch.tensor(value, dtype=torch.float64, device=self.device)
        distributed.all_reduce(tensor)
        return float(tensor.item())

    def wait_for_all(self) -> None:
        """Hold this process until all have come here."""
        if self.several:
            distributed.barrier()


def training_processes(device: str) -> Processes:
    """Join the processes of torchrun, or be the only one where its variables are not set.

    On ``cuda`` each process takes the device of its local rank.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1 or "RANK" not in os.environ:
        return Processes(0, 1, torch.device(device))
    chosen = torch.device(device)
    if chosen.type == "cuda":
        chosen = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(chosen)
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
        # Once for all trainings of this process: a group that is left and joined again may meet
        # processes that are still in the old one.
        atexit.register(distributed.destroy_process_group)
    return Processes(distributed.get_rank(), distributed.get_world_size(), chosen)
