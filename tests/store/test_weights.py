"""Weights as safetensors: written whole, read without running anything, refused with a reason."""

import json
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors import safe_open
from safetensors.torch import save_file

from mien.core.errors import FormatError, MissingError
from mien.store.weights import read_weights, require_tensors, write_weights

numbers = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.float16, np.int64, np.uint8, np.bool_]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    elements={"allow_nan": False, "allow_infinity": False},
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(tensors=st.dictionaries(st.text("abc.", min_size=1), numbers, max_size=4))
def test_tensors_and_notes_come_back_as_they_were(
    tensors: dict[str, np.ndarray], tmp_path: Path
) -> None:
    file = tmp_path / "w.safetensors"
    write_weights(file, tensors, {"classes": ["anger"], "count": 3})
    found = read_weights(file)
    assert found.notes == {"classes": ["anger"], "count": 3}
    assert found.tensors.keys() == tensors.keys()
    for name, value in tensors.items():
        assert found.tensors[name].dtype == value.dtype
        assert found.tensors[name].shape == value.shape
        assert np.array_equal(found.tensors[name], value)


def test_torch_reads_what_is_written_and_its_files_are_read(tmp_path: Path) -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    write_weights(tmp_path / "ours.safetensors", {"a": values.T}, {})
    with safe_open(tmp_path / "ours.safetensors", framework="pt") as file:
        assert torch.equal(file.get_tensor("a"), torch.from_numpy(values.T.copy()))
    save_file({"b": torch.arange(4)}, tmp_path / "theirs.safetensors")
    found = read_weights(tmp_path / "theirs.safetensors")
    assert found.tensors["b"].tolist() == [0, 1, 2, 3]
    assert found.notes == {}


def test_the_same_weights_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_weights(tmp_path / name, {"b": np.ones(2), "a": np.zeros(1)}, {"x": 1, "y": [2]})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_what_is_read_may_be_written_to(tmp_path: Path) -> None:
    write_weights(tmp_path / "w", {"a": np.zeros(3)}, {})
    tensor = read_weights(tmp_path / "w").tensors["a"]
    tensor += 1
    assert tensor.tolist() == [1, 1, 1]


class Evil:
    """Writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.mark,))


@pytest.mark.parametrize("name", ["weights.pth", "weights.PT", "model.bin", "weights.safetensors"])
@pytest.mark.parametrize("protocol", [2, 4])
def test_a_pickle_is_refused_unopened_whatever_its_name(
    name: str, protocol: int, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(pickle.dumps(Evil(tmp_path / "mark"), protocol=protocol))
    with pytest.raises(FormatError, match=r"a file of torch.*mien models convert"):
        read_weights(tmp_path / name)
    assert not (tmp_path / "mark").exists()


def test_what_torch_saves_is_refused_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    for as_zip in (True, False):
        torch.save({"a": torch.ones(1)}, file, _use_new_zipfile_serialization=as_zip)
        with pytest.raises(FormatError, match="mien models convert"):
            read_weights(file)


@pytest.mark.parametrize("length", [0x280, 0x480])
def test_safetensors_that_begin_like_a_pickle_are_read(length: int, tmp_path: Path) -> None:
    header = {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
    text = json.dumps(header).encode().ljust(length)
    file = tmp_path / "w.safetensors"
    file.write_bytes(struct.pack("<Q", length) + text + struct.pack("<f", 2.5))
    assert file.read_bytes()[0] == 0x80
    assert read_weights(file).tensors["a"].tolist() == [2.5]


def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    write_weights(file, {"a": np.arange(5.0), "b": np.ones(2)}, {"x": 1})
    whole = file.read_bytes()
    for length in range(0, len(whole), 3):
        file.write_bytes(whole[:length])
        with pytest.raises(FormatError, match=r"w\.safetensors, but it is cut short or damaged"):
            read_weights(file)


@pytest.mark.parametrize(
    "text", [b"<!doctype html><html>404</html>", b"not weights at all, but text"]
)
def test_a_file_of_another_kind_is_refused(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(text)
    with pytest.raises(FormatError, match="cut short or damaged"):
        read_weights(tmp_path / "w.safetensors")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"no such file\. Check the path"):
        read_weights(tmp_path / "w.safetensors")


def test_numbers_that_are_none_are_refused_by_the_name_of_their_tensor(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    write_weights(file, {"good": np.ones(2), "bad": np.array([1.0, np.inf])}, {})
    with pytest.raises(FormatError, match="bad holds NaN or infinity"):
        read_weights(file)


def test_numbers_that_numpy_does_not_have_are_refused(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2, dtype=torch.bfloat16)}, tmp_path / "w.safetensors")
    with pytest.raises(FormatError, match=r"a of w\.safetensors as numbers of numpy.*BF16"):
        read_weights(tmp_path / "w.safetensors")


@pytest.mark.parametrize("notes", ["{", "[1]"])
def test_notes_that_are_no_object_are_refused(notes: str, tmp_path: Path) -> None:
    save_file({"a": torch.ones(1)}, tmp_path / "w.safetensors", metadata={"mien": notes})
    with pytest.raises(FormatError, match="in the notes of"):
        read_weights(tmp_path / "w.safetensors")


def test_weights_of_the_network_pass() -> None:
    require_tensors({"a": (1, 2), "b": ()}, {"b": (), "a": (1, 2)}, "w")


def test_weights_of_another_network_are_refused_with_at_most_five_differences() -> None:
    expected = {"same": (1,), "wrong": (2, 3), "lost": (4,), "number": ()}
    found = {"same": (1,), "wrong": (3, 2), "number": (1,), "more": (1,)}
    with pytest.raises(FormatError) as caught:
        require_tensors(found, expected, "w.safetensors")
    assert str(caught.value).startswith(
        "Expected the weights of this network in w.safetensors, but wrong is 3x2 instead of 2x3, "
        "lost is missing, number is 1 instead of one number, more is not expected."
    )
    with pytest.raises(FormatError, match=r"a4 is missing, and 3 more\."):
        require_tensors({}, {f"a{number}": (1,) for number in range(8)}, "w.safetensors")
