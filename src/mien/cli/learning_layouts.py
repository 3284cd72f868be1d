"""What stands in the JSON documents of the verbs about corpora, training and evaluation."""

from pydantic import with_config
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from mien.tracks.layouts import DESCRIBED


class KnownCorpusLayout(TypedDict):
    """A corpus that can be read."""

    name: str
    title: str
    citation: str


class CorporaLayout(TypedDict):
    """Every corpus that can be read."""

    corpora: list[KnownCorpusLayout]


@with_config(DESCRIBED)
class CountLayout(TypedDict):
    """One number of a corpus."""

    what: str
    found: int
    published: int | None
    """None where no number is known."""


@with_config(DESCRIBED)
class CorpusFindingLayout(TypedDict):
    """One thing that is missing or odd."""

    level: str
    """note, warning or error."""

    source: str
    """Name of the table; empty for the corpus as a whole."""

    row: int | None
    """Row of the table, from 1."""

    clip: str
    found: str
    meaning: str
    remedy: str


class CheckLayout(TypedDict):
    """What a corpus on disk holds, and what is wrong with it."""

    corpus: str
    counts: list[CountLayout]
    findings: list[CorpusFindingLayout]


class FileLayout(TypedDict):
    """A file that was written."""

    file: str


# The key `from` is no name in Python, hence the other way to write a layout.
EdgeLayout = TypedDict("EdgeLayout", {"from": int, "to": int, "probability": float})
"""P(to | from) of two action units, by their FACS numbers."""


class GraphLayout(TypedDict):
    """The edges of a graph of action units, and its picture."""

    file: str
    edges: list[EdgeLayout]


@with_config(DESCRIBED)
class SystemLayout(TypedDict):
    """A system that can be evaluated."""

    name: str
    task: str
    """recognition or spotting."""

    category: str
    inputs: list[str]
    """Arrays of a prepared corpus that it reads."""

    summary: str
    source: str


class SystemsLayout(TypedDict):
    """Every system that can be evaluated."""

    systems: list[SystemLayout]


@with_config(DESCRIBED)
class SystemCheckLayout(TypedDict):
    """A recogniser that passed the check for leaks."""

    system: str
    clips: int
    on: str
    """What it was checked on, in words."""
