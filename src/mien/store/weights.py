"""Weights of networks as safetensors: names, shapes and numbers, and nothing that could run.

A file of torch is a pickle, which runs whatever it says as soon as it is opened: none is read here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Shaped

from mien.core.errors import FormatError, MissingError
from mien.store.atomic import atomic_path

Numbers: TypeAlias = Shaped[np.ndarray, "..."]
Tensors: TypeAlias = Mapping[str, Numbers]

TORCH_SUFFIXES = frozenset({".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle"})
NOTES_KEY = "mien"
"""Key of the safetensors header under which our notes stand, as JSON."""

_ZIP_MAGIC = b"PK\x03\x04"
_PICKLE_MARK = 0x80
_PICKLE_PROTOCOLS = range(1, 6)
_HEADER_AT = 8
"""Where the JSON of a safetensors file begins, behind its length."""

_KNOWN_TYPES = frozenset(
    {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}
)
_MOST_LISTED = 5


@dataclass(frozen=True)
class Weights:
    """What a file of weights holds."""

    tensors: Tensors
    notes: Mapping[str, Any]
    """What the writer noted, empty in a file that is not ours."""


def write_weights(path: Path, tensors: Tensors, notes: Mapping[str, Any]) -> None:
    """Write tensors with notes (anything that JSON can hold) whole or not at all.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
        MissingError: the extra ``train`` is not installed.
    """
    writer = _safetensors(path)
    whole = {name: np.asarray(value, order="C") for name, value in tensors.items()}
    # One key alone: the format does not keep the order of several.
    header = {NOTES_KEY: json.dumps(notes, allow_nan=False, sort_keys=True)}
    data: bytes = writer.save(whole, metadata=header)
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def read_weights(path: Path) -> Weights:
    """Read every tensor of a safetensors file; they may be written to.

    Raises:
        MissingError: there is no such file, or the extra ``train`` is not installed.
        FormatError: a pickle of torch, a file that is cut short or damaged, a type of number that
            numpy does not have, or a number that is none.
    """
    if not path.is_file():
        msg = f"Expected weights at {path}, but there is no such file. Check the path."
        raise MissingError(msg)
    _refuse_pickle(path)
    _safetensors(path)
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - an optional extra

    tensors: dict[str, Numbers] = {}
    try:
        with safe_open(path, framework="np") as file:
            header = file.metadata() or {}
            for name in sorted(file.keys()):
                kind = file.get_slice(name).get_dtype()
                if kind not in _KNOWN_TYPES:
                    msg = (
                        f"Expected {name} of {path.name} as numbers of numpy, but they are {kind}. "
                        "Write the file again with 32-bit floats."
                    )
                    raise FormatError(msg)
                tensors[name] = file.get_tensor(name)
    except SafetensorError as error:
        msg = (
            f"Expected whole safetensors in {path.name}, but it is cut short or damaged ({error}). "
            "Copy or fetch it again."
        )
        raise FormatError(msg) from error
    _refuse_not_finite(tensors, path)
    return Weights(tensors, _notes(header, path))


def require_tensors(
    found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]], source: str
) -> None:
    """Refuse weights of another network, by the names and shapes of the tensors.

    Raises:
        FormatError: the sentence lists at most five differences.
    """
    wrong = [
        f"{name} is missing"
        if name not in found
        else f"{name} is {_size(found[name])} instead of {_size(shape)}"
        for name, shape in expected.items()
        if found.get(name) != shape
    ]
    wrong += [f"{name} is not expected" for name in found if name not in expected]
    if not wrong:
        return
    more = f", and {len(wrong) - _MOST_LISTED} more" if len(wrong) > _MOST_LISTED else ""
    msg = (
        f"Expected the weights of this network in {source}, but {', '.join(wrong[:_MOST_LISTED])}"
        f"{more}. They are of another network, or of other settings: use those they were made with."
    )
    raise FormatError(msg)


def _size(shape: tuple[int, ...]) -> str:
    return "x".join(str(side) for side in shape) or "one number"


def _refuse_pickle(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(_HEADER_AT + 1)
    # The length of a safetensors header may begin with the very bytes of a pickle; its ninth byte
    # is always a brace, which no pickle of torch has there.
    is_ours = len(start) > _HEADER_AT and start[_HEADER_AT] == ord("{")
    is_pickle = start.startswith(_ZIP_MAGIC) or (
        len(start) > 1 and start[0] == _PICKLE_MARK and start[1] in _PICKLE_PROTOCOLS
    )
    if path.suffix.lower() in TORCH_SUFFIXES or (is_pickle and not is_ours):
        msg = (
            f"Expected safetensors, but {path.name} is a file of torch, which could run anything "
            f"when it is opened. Run `mien models convert {path}` and use what it writes."
        )
        raise FormatError(msg)


def _refuse_not_finite(tensors: Tensors, path: Path) -> None:
    for name, values in tensors.items():
        if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
            msg = (
                f"Expected only numbers in {path.name}, but {name} holds NaN or infinity. "
                "The training that wrote it went wrong: use another file."
            )
            raise FormatError(msg)


def _notes(header: Mapping[str, str], path: Path) -> Mapping[str, Any]:
    if NOTES_KEY not in header:
        return {}
    try:
        notes = json.loads(header[NOTES_KEY])
    except json.JSONDecodeError as error:
        msg = f"Expected JSON in the notes of {path.name}, but got {error}. Fetch the file again."
        raise FormatError(msg) from error
    if not isinstance(notes, dict):
        msg = f"Expected an object in the notes of {path.name}, but got {notes!r}."
        raise FormatError(msg)
    return notes


def _safetensors(path: Path) -> ModuleType:
    try:
        from safetensors import numpy as writer  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        msg = (
            f"Expected safetensors for {path.name}, but it is not installed. "
            'Install it with: pip install "mien[train]"'
        )
        raise MissingError(msg) from error
    return writer
