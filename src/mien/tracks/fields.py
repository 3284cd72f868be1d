"""Strict reading of JSON objects: every wrong or missing field is named with its place."""

import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

from mien.core.errors import FormatError
from mien.tracks.layouts import Number

_T = TypeVar("_T")
_INFINITE = {"inf": math.inf, "-inf": -math.inf}


class Fields:
    """One JSON object and where it stands in its document."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, Mapping):
            msg = f"Expected an object at {where}, but got {_kind(value)}."
            raise FormatError(msg)
        self._values: Mapping[str, object] = value
        self.where = where

    @classmethod
    def parse(cls, text: str, where: str) -> "Fields":
        """Read JSON text whose outermost value is an object.

        Raises:
            FormatError: no JSON, or another value.
        """
        try:
            return cls(json.loads(text, parse_constant=_refuse), where)
        except (ValueError, RecursionError) as error:
            msg = f"Expected JSON in {where}, but it cannot be read: {error}."
            raise FormatError(msg) from error

    def __getitem__(self, key: str) -> object:
        if key not in self._values:
            msg = f"Expected {key!r} at {self.where}, but it is missing."
            raise FormatError(msg)
        return self._values[key]

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of all fields."""
        return tuple(self._values)

    def place(self, key: str) -> str:
        """Where a field stands, in words."""
        return f"{self.where}.{key}"

    def text(self, key: str) -> str:
        """Read a string."""
        value = self[key]
        if not isinstance(value, str):
            raise FormatError(self._wrong("text", key, value))
        return value

    def whole(self, key: str) -> int:
        """Read a whole number."""
        value = self[key]
        if not isinstance(value, int) or isinstance(value, bool):
            raise FormatError(self._wrong("a whole number", key, value))
        return value

    def number(self, key: str) -> float:
        """Read a number; null is NaN, see :func:`json_number`."""
        return as_number(self[key], self.place(key))

    def section(self, key: str) -> "Fields":
        """Read an object."""
        return Fields(self[key], self.place(key))

    def items(self, key: str) -> list[object]:
        """Read a list."""
        value = self[key]
        if not isinstance(value, list):
            raise FormatError(self._wrong("a list", key, value))
        return value

    def numbers(self, key: str) -> list[float]:
        """Read a list of numbers; null is NaN."""
        place = self.place(key)
        return [as_number(one, place) for one in self.items(key)]

    def each(self, read: Callable[["Fields", str], _T]) -> dict[str, _T]:
        """Read every field of this object with one of the methods above."""
        return {key: read(self, key) for key in self.keys}

    def _wrong(self, expected: str, key: str, value: object) -> str:
        return f"Expected {expected} at {self.place(key)}, but got {_kind(value)}."


def json_number(value: float) -> Number:
    """Give a number as strict JSON can hold it: null for NaN, text for the infinite.

    >>> [json_number(value) for value in (0.5, float("nan"), float("-inf"))]
    [0.5, None, '-inf']
    """
    value = float(value)
    if math.isnan(value):
        return None
    if math.isfinite(value):
        return value
    return "inf" if value > 0 else "-inf"


def as_number(value: object, where: str) -> float:
    """Read what :func:`json_number` wrote.

    Raises:
        FormatError: something else.
    """
    if value is None:
        return math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError):  # JSON has whole numbers of any length
            return float(value)
    if isinstance(value, str) and value in _INFINITE:
        return _INFINITE[value]
    msg = f"Expected a number or null at {where}, but got {_kind(value)}."
    raise FormatError(msg)


def _refuse(constant: str) -> None:
    msg = f"{constant} is no JSON; write null"
    raise ValueError(msg)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f"the text {value[:40]!r}"
        case int() | float():
            return f"the number {str(value)[:20]}"
        case list():
            return "a list"
        case _:
            return "an object"
