"""The container of glTF 2.0 in one file: a JSON part and a binary part that it points into."""

import json
import struct
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from jaxtyping import Float, Int

from mien.core.errors import FormatError, InputError

FLOAT, USHORT, UINT, UBYTE = 5126, 5123, 5125, 5121
_VERTICES, _INDICES = 34962, 34963
_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
_COMPONENTS: dict[int, Any] = {FLOAT: "<f4", USHORT: "<u2", UINT: "<u4", UBYTE: "u1"}
_MAGIC, _JSON, _BIN = 0x46546C67, 0x4E4F534A, 0x004E4942
_SHORT_INDEX = 65_535


class GlbBuilder:
    """Collects arrays as accessors, then gives the file."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {"accessors": [], "bufferViews": []}
        self._binary = bytearray()
        self._nothing: dict[int, int] = {}

    def vertices(self, values: Float[np.ndarray, "vertex axis"], *, bounds: bool = False) -> int:
        """Store one attribute of vertices in 32-bit floats."""
        return self._dense(values.astype("<f4"), FLOAT, target=_VERTICES, bounds=bounds)

    def joints(self, values: Int[np.ndarray, "vertex 4"]) -> int:
        """Store which joints move each vertex."""
        return self._dense(values.astype("u1"), UBYTE, target=_VERTICES)

    def colours(self, linear: Float[np.ndarray, "vertex 4"]) -> int:
        """Store linear colours 0..1 of vertices in 16 bits."""
        whole = np.round(np.clip(linear, 0, 1) * 65535).astype("<u2")
        return self._dense(whole, USHORT, target=_VERTICES, normalized=True)

    def triangles(self, triangles: Int[np.ndarray, "triangle 3"]) -> int:
        """Store the corners of triangles."""
        short = int(triangles.max()) < _SHORT_INDEX
        flat = triangles.reshape(-1).astype("<u2" if short else "<u4")
        return self._dense(flat, USHORT if short else UINT, target=_INDICES)

    def numbers(self, values: Float[np.ndarray, "..."], *, bounds: bool = False) -> int:
        """Store numbers, vectors or matrices that belong to no vertex in 32-bit floats."""
        return self._dense(values.astype("<f4"), FLOAT, bounds=bounds)

    def sparse(self, values: Float[np.ndarray, "vertex 3"], *, nothing: float, bounds: bool) -> int:
        """Store vectors of which most are zero, by index.

        Args:
            values: one vector a vertex.
            nothing: vectors no longer than this are left out.
            bounds: whether the smallest and largest values are stated, as glTF wants of positions.
        """
        values = values.astype("<f4")
        index = np.flatnonzero(np.abs(values).max(axis=1) > nothing)
        if len(index) == 0:
            return self._zeros(len(values))
        kind = USHORT if len(values) <= _SHORT_INDEX else UINT
        kept = values[index]
        accessor: dict[str, Any] = {
            "componentType": FLOAT,
            "count": len(values),
            "type": "VEC3",
            "sparse": {
                "count": len(index),
                "indices": {
                    "bufferView": self._view(index.astype(_COMPONENTS[kind])),
                    "componentType": kind,
                },
                "values": {"bufferView": self._view(kept)},
            },
        }
        if bounds:
            whole = np.vstack([kept, np.zeros((1, 3), "<f4")]) if len(kept) < len(values) else kept
            accessor |= _bounds(whole)
        return self._add(accessor)

    def data(self, content: bytes) -> int:
        """Store bytes that are no array, such as a picture; gives the number of the view."""
        return self._view(np.frombuffer(content, np.uint8))

    def file(self) -> bytes:
        """Give the whole file."""
        document = dict(self.document)
        document["buffers"] = [{"byteLength": len(self._binary)}]
        text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii")
        text += b" " * (-len(text) % 4)
        binary = bytes(self._binary) + b"\0" * (-len(self._binary) % 4)
        length = 12 + 8 + len(text) + 8 + len(binary)
        return b"".join(
            [
                struct.pack("<III", _MAGIC, 2, length),
                struct.pack("<II", len(text), _JSON),
                text,
                struct.pack("<II", len(binary), _BIN),
                binary,
            ]
        )

    def _zeros(self, count: int) -> int:
        """Give the accessor of ``count`` zero vectors: one without data, shared by all."""
        if count not in self._nothing:
            zero = [0.0, 0.0, 0.0]
            accessor = {"componentType": FLOAT, "count": count, "type": "VEC3"}
            self._nothing[count] = self._add(accessor | {"min": zero, "max": zero})
        return self._nothing[count]

    def _dense(
        self,
        values: np.ndarray,
        kind: int,
        *,
        target: int | None = None,
        bounds: bool = False,
        normalized: bool = False,
    ) -> int:
        width = 1 if values.ndim == 1 else int(np.prod(values.shape[1:]))
        accessor: dict[str, Any] = {
            "bufferView": self._view(values, target),
            "componentType": kind,
            "count": len(values),
            "type": _TYPES[width],
        }
        if normalized:
            accessor["normalized"] = True
        if bounds:
            accessor |= _bounds(values.reshape(len(values), width))
        return self._add(accessor)

    def _add(self, accessor: dict[str, Any]) -> int:
        self.document["accessors"].append(accessor)
        return len(self.document["accessors"]) - 1

    def _view(self, values: np.ndarray, target: int | None = None) -> int:
        self._binary += b"\0" * (-len(self._binary) % 4)
        data = np.ascontiguousarray(values).tobytes()
        view = {"buffer": 0, "byteOffset": len(self._binary), "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        self._binary += data
        self.document["bufferViews"].append(view)
        return len(self.document["bufferViews"]) - 1


class GlbReader:
    """A file's JSON part and its accessors as arrays."""

    def __init__(self, path: Path) -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            msg = f"Expected a glb in {path.name}, but it cannot be read: {error.strerror}."
            raise InputError(msg) from error
        self.name = path.name
        try:
            magic, version, _ = struct.unpack_from("<III", data, 0)
            length, kind = struct.unpack_from("<II", data, 12)
            if (magic, version, kind) != (_MAGIC, 2, _JSON):
                self.refuse("its header is another")
            self.document: dict[str, Any] = json.loads(data[20 : 20 + length])
            start = 20 + length
            size, kind = struct.unpack_from("<II", data, start)
            self._binary = data[start + 8 : start + 8 + size]
        except (struct.error, UnicodeDecodeError, json.JSONDecodeError) as error:
            self.refuse(str(error), error)
        if kind != _BIN:
            self.refuse("its second part is not binary data")

    def refuse(self, why: str, cause: Exception | None = None) -> NoReturn:
        """Raise the error of a file that holds something else."""
        msg = f"Expected a glb file of glTF 2.0 in {self.name}, but {why}."
        raise FormatError(msg) from cause

    def numbers(self, accessor: int) -> Float[np.ndarray, " number"]:
        """Read a dense accessor of 32-bit floats, flat.

        Raises:
            FormatError: another type, or data outside the file.
        """
        try:
            facts = self.document["accessors"][accessor]
            view = self.document["bufferViews"][facts["bufferView"]]
            if facts["componentType"] != FLOAT or view.get("byteStride"):
                self.refuse("its numbers are stored in a form that mien does not read")
            width = {name: number for number, name in _TYPES.items()}[facts["type"]]
            offset = view.get("byteOffset", 0) + facts.get("byteOffset", 0)
            flat = np.frombuffer(self._binary, "<f4", facts["count"] * width, offset)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            self.refuse(f"accessor {accessor} cannot be read ({error})", error)
        return flat.astype(np.float64)


def _bounds(values: Float[np.ndarray, "row axis"]) -> dict[str, list[float]]:
    return {
        "min": [float(value) for value in values.min(axis=0)],
        "max": [float(value) for value in values.max(axis=0)],
    }
