"""What a verb of the main job gives back: files, and words for the person who asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class TextTable:
    """A small table, already worded."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class RunResult:
    """The outcome for one input."""

    out: Path
    files: tuple[Path, ...]
    lines: tuple[str, ...] = ()
    """The summary, a sentence each."""

    tables: tuple[TextTable, ...] = ()
    warnings: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    """The same for machines; JSON can hold it."""
