"""A network trained on flow of the head as the ONNX file that comes with mien."""

import copy
from pathlib import Path

import torch
from torch import nn

from mien.networks.output import NetworkOutput
from mien.training.export_onnx import write_onnx

_SIDE = 28


def export_motion_network(network: nn.Module, path: Path, *, steps: int | None) -> int:
    """Write units and emotions as logarithms, the features and, of volumes, the times.

    Args:
        network: as trained; it stays as it is.
        path: of the file.
        steps: pictures of a volume; None of flow images.

    Returns:
        its parameters.

    Raises:
        OutputError: the folder cannot be written.
    """
    saying = copy.deepcopy(_Saying(network, times=steps is not None)).cpu().eval()
    shape = (2, 3, _SIDE, _SIDE) if steps is None else (2, 3, steps, _SIDE, _SIDE)
    names = ["units", "emotion", "features", *(["times"] if steps is not None else [])]
    write_onnx(saying, torch.zeros(shape), names, path)
    return sum(one.numel() for one in network.parameters())


class _Saying(nn.Module):
    """The network with what is read of it, in a row."""

    def __init__(self, network: nn.Module, *, times: bool) -> None:
        super().__init__()
        self.network = network
        self._times = times

    def forward(self, clip: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Give what is read."""
        said: NetworkOutput = self.network(clip)
        emotion = torch.log_softmax(said.final_emotion.float(), dim=1)
        read = (said.units.float(), emotion, said.features.float())
        return (*read, said.times.float()) if self._times else read
