"""A versioned JSON document: which one it is, what is in it, and how it is written and read."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mien import __version__
from mien.core.errors import FormatError, UsageError
from mien.tracks.fields import Fields

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class VersionedDocument:
    """One kind of document; every document begins with its name and version."""

    name: str
    """Such as ``mien/track``."""

    version: int
    layout: type
    """A ``TypedDict`` with all fields after the head."""

    def text(self, content: Mapping[str, object]) -> str:
        """Give one document on one line of ASCII.

        Raises:
            ValueError: a number that strict JSON lacks.
        """
        head = {"document": self.name, "version": self.version, "mien": __version__}
        return json.dumps({**head, **content}, allow_nan=False)

    def fields(self, text: str, where: str) -> Fields:
        """Read text as this document; ``where`` says where it came from.

        Raises:
            FormatError: no JSON, another document or another version, and how to mend it.
        """
        fields = Fields.parse(text, where)
        found = fields.text("document")
        if found != self.name:
            msg = f"Expected a {self.name} document in {where}, but got {found!r}."
            raise FormatError(msg)
        version = fields.whole("version")
        if version != self.version:
            how = "Update mien." if version > self.version else "Make the file again."
            msg = f"Expected version {self.version} of {self.name} in {where}, got {version}. {how}"
            raise FormatError(msg)
        return fields

    def schema(self) -> dict[str, Any]:
        """Give the JSON schema (draft 2020-12) of this document.

        Fields that the schema does not name may be there too; a reader passes over them.
        """
        schema = schema_of(self.layout)
        head = {
            "document": {"const": self.name},
            "version": {"const": self.version},
            "mien": {"type": "string", "description": "Version of mien that wrote it."},
        }
        schema["properties"] = head | schema["properties"]
        schema["required"] = [*head, *schema["required"]]
        return schema | {"title": self.name}


def schema_of(layout: Any) -> dict[str, Any]:
    """Give the JSON schema of a layout: a ``TypedDict``, or any type that JSON can hold."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - only here

    return {"$schema": _DIALECT, **TypeAdapter(layout).json_schema()}


@contextmanager
def refusing(place: str) -> Iterator[None]:
    """Tell a value that cannot be as an error of the file that it came from.

    Args:
        place: where it stands, such as ``in take.json``.

    Raises:
        FormatError: for a :class:`UsageError` inside the block.
    """
    try:
        yield
    except UsageError as error:
        msg = f"{str(error).removesuffix('.')}, {place}."
        raise FormatError(msg) from error
