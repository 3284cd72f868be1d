"""Numbers and arrays of one picture, side by side in one buffer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from mien.render.gl.kinds import Array, Number


def storage(name: str, binding: int, shape: tuple[int, ...], kind: str = "float") -> str:
    """Declare a storage buffer, and the accessor ``name(i, j, ...)`` of its elements."""
    return (
        f"layout(std430, binding={binding}) buffer B_{name} {{ {kind} {name}_data[]; }};\n"
        f"{accessor(name, f'{name}_data', shape)}\n"
    )


def accessor(name: str, data: str, shape: tuple[int, ...], start: int = 0) -> str:
    """Define ``name(i, j, ...)`` for an array that lies in ``data`` row by row."""
    names = "ijkl"[: len(shape)]
    place = f"({names[0]})"
    for size, index in zip(shape[1:], names[1:], strict=True):
        place = f"({place} * {size} + ({index}))"
    return f"#define {name}({', '.join(names)}) {data}[{start} + {place}]"


@dataclass(frozen=True)
class Block:
    """The layout of the buffer."""

    shapes: Mapping[str, tuple[int, ...]]
    """By name; an empty shape is a single number."""

    @property
    def numbers(self) -> int:
        """How many it holds."""
        return sum(int(np.prod(shape, dtype=int)) for shape in self.shapes.values())

    def declaration(self, binding: int) -> str:
        """Declare the buffer in GLSL, with an accessor for each name."""
        lines = [f"layout(std430, binding={binding}) buffer Block {{ float block_data[]; }};"]
        start = 0
        for name, shape in self.shapes.items():
            if shape:
                lines.append(accessor(name, "block_data", shape, start))
            else:
                lines.append(f"#define {name} block_data[{start}]")
            start += int(np.prod(shape, dtype=int))
        return "\n".join(lines) + "\n"

    def __getitem__(self, name: str) -> Array | Number:
        """Give what a kernel sees under a name."""
        shape = self.shapes[name]
        return Array(name, shape) if shape else Number(name, "float", everywhere=True)

    def packed(self, values: Mapping[str, object]) -> Float32[np.ndarray, " number"]:
        """Lay values out as declared."""
        parts = []
        for name, shape in self.shapes.items():
            value = np.asarray(values[name], np.float32)
            if value.shape != shape:
                msg = f"Expected {name} of shape {shape}, but got {value.shape}."
                raise ValueError(msg)
            parts.append(value.ravel())
        return np.concatenate(parts)
