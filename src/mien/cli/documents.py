"""Versioned JSON documents, as the command line prints them for other programs."""

import json
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from mien import __version__


def document(kind: str, version: int, content: Mapping[str, object]) -> str:
    """Give one JSON document on one line, with its kind and version first.

    >>> document("mien/example", 1, {"rate": float("nan")})
    '{"document": "mien/example", "version": 1, "mien": "0.1.0", "rate": null}'
    """
    return json_text({"document": kind, "version": version, "mien": __version__, **content})


def json_text(value: object) -> str:
    """Give JSON on one line in ASCII, which survives every terminal's encoding.

    A number that is not finite becomes null, since JSON has no word for it; a path becomes its
    text and a fraction ``30000/1001``.

    Raises:
        TypeError: something that JSON cannot hold.
    """
    return json.dumps(_plain(value), allow_nan=False)


def _plain(value: object) -> Any:
    """Reduce ``value`` to what JSON has."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Fraction() | PurePath():
            return str(value)
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case Sequence() | AbstractSet():
            return [_plain(one) for one in value]
        case _ if hasattr(value, "tolist"):
            return _plain(value.tolist())  # numpy's scalars and arrays
        case _:
            msg = f"Expected something that JSON can hold, but got {type(value).__name__}."
            raise TypeError(msg)
