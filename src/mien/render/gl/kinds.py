"""What the values of a kernel are in GLSL: numbers, arrays behind an accessor, tuples of both."""

from dataclasses import dataclass, replace

Type = str
"""``int``, ``float`` or ``bool``."""


@dataclass(frozen=True)
class Number:
    """A number, as GLSL text."""

    text: str
    type: Type
    everywhere: bool = False
    """Whether the text means the same in every function: a constant or a uniform."""


@dataclass(frozen=True)
class Array:
    """An array, read (and written) as ``accessor(i, j, ...)``, a function or a macro."""

    accessor: str
    shape: tuple[int, ...]
    type: Type = "float"
    given: tuple[str, ...] = ()
    """Indices that are fixed already, as GLSL text of integers."""

    def at(self, indices: tuple[str, ...]) -> "Array | Number":
        """Fix more indices; an element once all are."""
        given = (*self.given, *indices)
        if len(given) == len(self.shape):
            return Number(f"{self.accessor}({', '.join(given)})", self.type)
        return replace(self, given=given)


Value = Number | Array | tuple["Value", ...]
"""What an argument of a kernel stands for."""


@dataclass
class Translated:
    """One GLSL function."""

    name: str
    returns: tuple[Type, ...] = ()


def outline(value: Value) -> object:
    """Tell two arguments apart for which one GLSL function would not do."""
    if isinstance(value, tuple):
        return tuple(outline(item) for item in value)
    if isinstance(value, Array):
        return (value.accessor, value.shape, len(value.given))
    return (value.text, value.type) if value.everywhere else value.type


def passed(value: Value) -> list[Number]:
    """List the numbers that a call has to hand over for an argument."""
    if isinstance(value, tuple):
        return [number for item in value for number in passed(item)]
    if isinstance(value, Array):
        return [Number(text, "int") for text in value.given]
    return [] if value.everywhere else [value]


def received(value: Value, names: "list[str]") -> Value:
    """Give the argument as the function sees it; takes a name for each number handed over."""
    if isinstance(value, tuple):
        return tuple(received(item, names) for item in value)
    if isinstance(value, Array):
        return replace(value, given=tuple(names.pop(0) for _ in value.given))
    return value if value.everywhere else Number(names.pop(0), value.type)
