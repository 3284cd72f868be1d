"""The published r3d_18: opened only when its sha256 is known, and checked by its tensors."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.core.errors import FormatError, MissingError, UsageError
from mien.networks.resnet3d import ResNet3d
from mien.store.digest import sha256_of_path
from mien.store.weights import read_weights
from mien.training.building import load_tensors
from mien.training.conversion import convert_r3d18

TENSORS = Path(__file__).parents[1] / "networks" / "r3d_18_tensors.json"


def published(file: Path, *, counters: bool = True) -> dict[str, torch.Tensor]:
    """A file with the names and shapes of torchvision's, and zeros but for one tensor."""
    shapes = json.loads(TENSORS.read_text(encoding="utf-8"))["tensors"]
    state = {
        name: torch.zeros((), dtype=torch.int64)
        if name.endswith("num_batches_tracked")
        else torch.zeros(1).expand(shape).clone()
        for name, shape in shapes.items()
        if counters or not name.endswith("num_batches_tracked")
    }
    state["stem.0.weight"] = torch.arange(64 * 3 * 147.0).reshape(64, 3, 3, 7, 7)
    torch.save(state, file)
    return state


def digits(file: Path) -> str:
    return sha256_of_path(file)[:8]


@pytest.mark.slow
@pytest.mark.parametrize("counters", [True, False])
def test_the_backbone_is_written_without_the_layer_of_actions(
    counters: bool,  # noqa: FBT001 - a parameter
    tmp_path: Path,
) -> None:
    file, out = tmp_path / "r3d_18.pth", tmp_path / "r3d_18.safetensors"
    state = published(file, counters=counters)
    convert_r3d18(file, out, sha256=digits(file).upper())
    weights = read_weights(out)
    assert np.array_equal(weights.tensors["stem.0.weight"], state["stem.0.weight"].numpy())
    assert not [name for name in weights.tensors if name.startswith("fc.")]
    assert "Kinetics-400" in weights.notes["learned_from"]
    assert weights.notes["source_sha256"] == sha256_of_path(file)
    network = ResNet3d(norm="batch")
    load_tensors(network, out)
    assert float(network.state_dict()["stem.0.weight"][0, 0, 0, 0, 1]) == 1.0


def test_another_file_is_not_even_opened(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "mark",))

    file = tmp_path / "r3d_18-b3b3357e.pth"
    file.write_bytes(pickle.dumps(Evil(), protocol=2))
    with pytest.raises(FormatError, match=r"begins with b3b3357e.*It was not opened"):
        convert_r3d18(file, tmp_path / "out.safetensors")
    with pytest.raises(FormatError, match="file of tensors alone"):
        convert_r3d18(file, tmp_path / "out.safetensors", sha256=digits(file))
    assert not (tmp_path / "mark").exists()
    assert not (tmp_path / "out.safetensors").exists()


def test_too_few_digits_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pth").write_bytes(b"x")
    for few in ("", digits(tmp_path / "a.pth")[:7], "no sha256 at all"):
        with pytest.raises(UsageError, match="8 to 64 hexadecimal digits"):
            convert_r3d18(tmp_path / "a.pth", tmp_path / "out.safetensors", sha256=few)


def test_another_network_is_refused_by_its_tensors(tmp_path: Path) -> None:
    file = tmp_path / "a.pth"
    torch.save({"stem.0.weight": torch.zeros(1)}, file)
    with pytest.raises(FormatError, match=r"stem.0.weight is 1 instead of 64x3x3x7x7.* more\."):
        convert_r3d18(file, tmp_path / "out.safetensors", sha256=digits(file))
    torch.save([torch.zeros(1)], file)
    with pytest.raises(FormatError, match=r"named tensors in a\.pth, but it holds list"):
        convert_r3d18(file, tmp_path / "out.safetensors", sha256=digits(file))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="there is no such file"):
        convert_r3d18(tmp_path / "a.pth", tmp_path / "out.safetensors")
