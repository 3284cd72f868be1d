"""One thing that was found in a corpus: where, what, what it means, how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    NOTE = "note"
    """Nothing is lost: a spelling, a known correction."""

    WARNING = "warning"
    """Something was changed or is not known; the clip can be used."""

    ERROR = "error"
    """The clip, or part of its coding, cannot be used."""


@dataclass(frozen=True)
class Finding:
    """One finding, as one sentence each of what was found, what it means and how to mend it."""

    level: Level
    found: str
    meaning: str
    remedy: str
    source: str = ""
    """Name of the file; empty for the corpus as a whole."""

    row: int | None = None
    """Row of the file as a spreadsheet counts them, from 1."""

    clip: str = ""
    """Key of the clip; empty where there is none."""

    @property
    def where(self) -> str:
        """The place in words.

        >>> Finding(Level.NOTE, "f", "m", "r", "table.xlsx", 12).where
        'row 12 of table.xlsx'
        """
        if self.row is not None:
            return f"row {self.row} of {self.source}"
        return self.source or "the corpus"

    def __str__(self) -> str:
        """Give the whole finding as one line."""
        clip = f" ({self.clip})" if self.clip else ""
        sentences = " ".join(part for part in (self.found, self.meaning, self.remedy) if part)
        return f"{self.level}: {self.where}{clip}: {sentences}"
