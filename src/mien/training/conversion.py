"""The published weights of torchvision's r3d_18 as safetensors, once and for all."""

import pickle
import re
from pathlib import Path

import numpy as np
import torch

from mien.core.errors import FormatError, MissingError, UsageError
from mien.networks.resnet3d import ResNet3d
from mien.store.digest import sha256_of_path
from mien.store.weights import require_tensors, write_weights

R3D18_SHA256 = "b3b3357e"
"""First digits of the sha256 of ``r3d_18-b3b3357e.pth``, which its name carries."""

ACTIONS = 400
"""Outputs of its last layer, the actions of Kinetics-400, which is left behind."""

_LAST_LAYER = {"fc.weight": (ACTIONS, 512), "fc.bias": (ACTIONS,)}
_COUNTERS = ".num_batches_tracked"
"""Ending of the counts of batches, which files of old versions do not have and nothing needs."""


def convert_r3d18(file: Path, out: Path, *, sha256: str = R3D18_SHA256) -> None:
    """Write the backbone of the published r3d_18 as safetensors.

    The file is opened only when its sha256 begins as expected, and even then by the reader of
    torch that takes tensors alone.

    Args:
        file: ``r3d_18-b3b3357e.pth`` of torchvision.
        out: the safetensors file.
        sha256: how the sha256 of the file must begin, for another file that is trusted; at least 8
            digits.

    Raises:
        MissingError: there is no such file.
        UsageError: a ``sha256`` that is none, or shorter than 8 digits.
        FormatError: another sha256, or tensors of another network.
        OutputError: the result cannot be written.
    """
    if not file.is_file():
        msg = f"Expected the weights of r3d_18 at {file}, but there is no such file."
        raise MissingError(msg)
    if not re.fullmatch(rf"[0-9a-fA-F]{{{len(R3D18_SHA256)},64}}", sha256):
        msg = f"Expected 8 to 64 hexadecimal digits of a sha256, but got {sha256!r}."
        raise UsageError(msg)
    digest = sha256_of_path(file)
    if not digest.startswith(sha256.lower()):
        msg = (
            f"Expected {file.name} with a sha256 that begins with {sha256}, "
            f"but it is {digest}. It was not opened: a file of torch can run anything. Fetch it "
            "again, or name its sha256 if you trust it."
        )
        raise FormatError(msg)
    found = _tensors(file)
    expected = {
        name: tuple(value.shape) for name, value in ResNet3d(norm="batch").state_dict().items()
    }
    counters = {name: np.zeros((), np.int64) for name in expected if name.endswith(_COUNTERS)}
    found = {**counters, **found}
    require_tensors(
        {name: value.shape for name, value in found.items()},
        {**expected, **_LAST_LAYER},
        file.name,
    )
    notes = {
        "schema": "mien/backbone",
        "version": 1,
        "learned_from": "Kinetics-400, published with torchvision as r3d_18",
        "input": "rgb",
        "source_sha256": digest,
    }
    write_weights(out, {name: found[name] for name in expected}, notes)


def _tensors(file: Path) -> dict[str, np.ndarray]:
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        # What torch says advises to run whatever the file holds.
        msg = (
            f"Expected a file of tensors alone, but {file.name} holds something else or is damaged "
            f"({type(error).__name__}). It was not run. Fetch it again."
        )
        raise FormatError(msg) from error
    if not isinstance(state, dict) or not all(
        isinstance(value, torch.Tensor) for value in state.values()
    ):
        msg = f"Expected named tensors in {file.name}, but it holds {type(state).__name__}."
        raise FormatError(msg)
    return {name: value.numpy() for name, value in state.items()}
