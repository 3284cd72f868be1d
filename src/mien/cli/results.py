"""What the command line needs of a result, without loading the pipeline to name its type."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable


@runtime_checkable
class Table(Protocol):
    """A table of texts."""

    @property
    def title(self) -> str:
        """Heading, or nothing."""

    @property
    def columns(self) -> Sequence[str]:
        """Head of each column."""

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """One text for each column."""


@runtime_checkable
class Result(Protocol):
    """What came of one input; :class:`mien.pipeline.run.RunResult` is one."""

    @property
    def out(self) -> Path:
        """The folder of the files."""

    @property
    def files(self) -> Sequence[Path]:
        """What was written."""

    @property
    def lines(self) -> Sequence[str]:
        """The summary for a person."""

    @property
    def tables(self) -> Sequence[Table]:
        """What the summary shows as tables."""

    @property
    def warnings(self) -> Sequence[str]:
        """One sentence for each thing that the reader should know."""

    @property
    def data(self) -> Mapping[str, object]:
        """The summary for a program."""
