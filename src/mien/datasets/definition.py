"""The definition of a corpus: everything that is known of its tables and folders, as data.

A definition is one file in ``definitions/``; the corpora themselves come from their owners, under
licence, and lie where the user says. Patterns of folders name their parts in braces:

=============  =====================================================================
``.``          as the first folder: the root itself
``{subject}``  the person as in keys, such as ``sub01``
``{number}``   the number of the person, such as ``{number:03d}``
``{name}``     the clip as the table writes it
``{emotion}``  the label of the clip, ``{word}`` the same as the table writes it
``*``          anything; exactly one folder must then be found
=============  =====================================================================

and each named group of ``name_pattern``.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mien.core.errors import FormatError, UsageError
from mien.core.facs_code import parse_facs_code
from mien.core.nearest import unknown_name
from mien.datasets.coded_clip import CLIP_LABELS

Column = Literal[
    "subject",
    "name",
    "onset",
    "apex",
    "offset",
    "units",
    "emotion",
    "objective_class",
    "kind",
    "rate",
    "notes",
]
"""What a column can hold."""

Value = int | str


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TableDefinition(_Part):
    """One annotation table and the pictures that its rows speak of."""

    part: str = ""
    subject: str = ""
    """How its persons are written, where they are others than those of the other parts."""

    files: tuple[str, ...] = Field(min_length=1)
    """Names without suffix, ``*`` for anything, the best first."""

    sheets: tuple[str, ...] = ()
    """Names of the sheet; none for the first that has the columns."""

    columns: dict[Column, tuple[str, ...]] = {}
    """Headers by what they hold, the best first; case, blanks and signs do not matter."""

    positions: dict[Column, int] = {}
    """Columns from 0 of a table that has no header."""

    required: tuple[Column, ...] = ("subject", "name", "onset")
    emotion_columns: dict[str, str] = {}
    """Label by header, of a table with one column a label."""

    further: tuple[dict[Literal["onset", "offset"], str], ...] = ()
    """Headers of further movements of the same row."""

    apex_coded: bool = True
    rate: int | None = Field(default=None, gt=0)
    name_pattern: str = ""
    """Expression with named groups for the parts of a name."""

    canonical_name: str = ""
    """How those parts are put together in keys and folders; empty for the name as written."""

    name_is_recording: bool = False
    """Whether several movements share a name; keys then carry the onset."""

    frames: tuple[str, ...] = ()
    """Folders of the pictures of a clip, the best first."""

    uncut: tuple[str, ...] = ()
    """Folders or files of whole recordings whose frames are numbered alike."""

    crops: tuple[str, ...] = ()
    """Folders of faces that were cut out by the owners of the corpus."""

    pictures: tuple[str, ...] = ("img{number}",)
    """Names of the pictures without suffix; leading zeros do not matter."""

    folders_as_rows: bool = False
    """Whether the folders of the clips say enough where there is no table."""

    @model_validator(mode="after")
    def _can_be_read(self) -> "TableDefinition":
        if bool(self.columns) == bool(self.positions):
            msg = "give columns, or positions for a table without header"
            raise ValueError(msg)
        lacking = set(self.required) - {*self.columns, *self.positions}
        if lacking:
            msg = f"no column holds {', '.join(sorted(lacking))}"
            raise ValueError(msg)
        wrong = sorted(set(self.emotion_columns.values()) - set(CLIP_LABELS))
        if wrong:
            msg = f"no label {', '.join(wrong)}; labels are {', '.join(CLIP_LABELS)}"
            raise ValueError(msg)
        for pattern in (*self.frames, *self.uncut, *self.crops):
            if re.search(r"[{*\\]", pattern.partition("/")[0]):
                msg = f"the first folder of {pattern!r} must be a plain name, and / divides folders"
                raise ValueError(msg)
        for pattern in self.pictures:
            if [name for _, name, _, _ in Formatter().parse(pattern) if name] != ["number"]:
                msg = f"the picture name {pattern!r} must hold {{number}} once"
                raise ValueError(msg)
        return self

    @field_validator("name_pattern")
    @classmethod
    def _is_expression(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            msg = f"{pattern!r} is no expression: {error}"
            raise ValueError(msg) from error
        return pattern


class ClassTable(_Part):
    """A table of objective classes beside the annotation table."""

    files: tuple[str, ...] = Field(min_length=1)
    columns: dict[Column, tuple[str, ...]]


class Correction(_Part):
    """Cells that are known to be wrong, or are filled in where they are empty."""

    source: str
    reason: str
    part: str = ""
    table_rows: tuple[int, ...] = Field(min_length=1)
    """Numbers of clips of the tables that are meant: in another table the rows are others."""

    where: Literal["always", "apex missing", "units open"] = "always"
    """What must be so in the row."""

    values: dict[int, dict[Column, Value]] = {}
    """Cells by row below the header, from 0."""

    swapped: tuple[tuple[int, int], ...] = ()
    """Pairs of such rows whose ``swapped_columns`` stand in each other's place."""

    swapped_columns: tuple[Column, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> "Correction":
        if bool(self.swapped) != bool(self.swapped_columns) or not (self.values or self.swapped):
            msg = "give values, or swapped rows with swapped_columns"
            raise ValueError(msg)
        for row, cells in self.values.items():
            try:
                parse_facs_code(cells.get("units", "?"))
            except FormatError as error:
                msg = f"row {row}: {error}"
                raise ValueError(msg) from error
        return self


class Counts(_Part):
    """Numbers that were published."""

    source: str
    part: str = ""
    """Part of the corpus that was counted; empty for all of it."""

    clips: int | None = None
    subjects: int | None = None
    kinds: dict[Literal["micro", "macro"], int] = {}
    emotions: dict[str, int] = {}
    """By label, micro-expressions."""


class CorpusDefinition(_Part):
    """Everything that is known of one corpus."""

    document: Literal["mien/corpus"]
    version: Literal[1]
    name: str
    title: str
    citation: str
    people: str = ""
    """Corpus whose people these are; empty for people of its own."""

    subject: str
    """How a person is written in keys, such as ``sub{number:02d}``; ``{written}`` as in the
    table."""

    rate: int | None = Field(default=None, gt=0)
    """Frames a second; None where every table or row tells its own."""

    tables: tuple[TableDefinition, ...] = Field(min_length=1)
    class_table: ClassTable | None = None
    emotions: dict[str, str]
    """Label by word of the tables, lower case."""

    onset_zero: Literal["refused", "began before"] = "refused"
    """What an onset of 0 means."""

    offset_zero: Literal["refused", "apex"] = "refused"
    """What an offset of 0 means: the apex is the last frame."""

    corrections: tuple[Correction, ...] = ()
    counts: Counts
    notes: tuple[str, ...] = ()

    @property
    def people_of(self) -> str:
        """Corpus that stands before the person in subject keys."""
        return self.people or self.name

    def rate_of(self, table: TableDefinition) -> Fraction | None:
        """Frames a second of a table; None where every row tells its own."""
        rate = table.rate or self.rate
        return None if rate is None else Fraction(rate)

    @model_validator(mode="after")
    def _labels_are_known(self) -> "CorpusDefinition":
        wrong = sorted({*self.emotions.values(), *self.counts.emotions} - set(CLIP_LABELS))
        if wrong:
            msg = f"no label {', '.join(wrong)}; labels are {', '.join(CLIP_LABELS)}"
            raise ValueError(msg)
        if any(word != word.casefold() for word in self.emotions):
            msg = "words of emotions are written in lower case"
            raise ValueError(msg)
        parts = [table.part for table in self.tables]
        if len(set(parts)) < len(parts):
            msg = "every table is another part of the corpus"
            raise ValueError(msg)
        if any(correction.part not in parts for correction in self.corrections):
            msg = "a correction is of a part that there is not"
            raise ValueError(msg)
        return self


@cache
def definition_names() -> tuple[str, ...]:
    """Names of the corpora that mien knows."""
    folder = files("mien.datasets").joinpath("definitions")
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in folder.iterdir()
            if entry.name.endswith(".toml")
        )
    )


def load_definition(name: str | Path) -> CorpusDefinition:
    """Read the definition of a corpus by its name, or from a file of one's own.

    Raises:
        UsageError: no such corpus and no such file.
        FormatError: a definition that is wrong, with the place.

    >>> load_definition("casme2").counts.emotions["disgust"]
    63
    """
    if str(name) in definition_names():
        place = files("mien.datasets").joinpath("definitions", f"{name}.toml")
        return _validated(place.read_text(encoding="utf-8"), f"{name}.toml")
    if Path(name).suffix.lower() == ".toml" and Path(name).is_file():
        return _validated(_own_text(Path(name)), Path(name).name)
    said = unknown_name("a corpus", str(name), definition_names(), listed=20)
    msg = f"{said} A definition file (.toml) of your own will do too."
    raise UsageError(msg)


def _own_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = (
            f"Expected a corpus definition in {file.name}, but it cannot be read as UTF-8: {error}."
            " Save it as UTF-8 text, as TOML is."
        )
        raise FormatError(msg) from error


def _validated(text: str, name: str) -> CorpusDefinition:
    try:
        facts: Mapping[str, object] = tomllib.loads(text)
        # By way of JSON, whose rules turn lists into tuples and leave everything else strict.
        return CorpusDefinition.model_validate_json(json.dumps(facts))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the definition"
        msg = f"Expected a corpus definition in {name}, but at {place}: {first['msg']}."
        raise FormatError(msg) from error
    except (tomllib.TOMLDecodeError, TypeError) as error:
        msg = f"Expected a corpus definition in {name}, but it cannot be read as TOML: {error}."
        raise FormatError(msg) from error
