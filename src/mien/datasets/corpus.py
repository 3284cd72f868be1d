"""A corpus as it was read: its clips, and everything that was found on the way."""

from dataclasses import dataclass
from pathlib import Path

from mien.datasets.coded_clip import CodedClip
from mien.datasets.definition import CorpusDefinition
from mien.datasets.finding import Finding


@dataclass(frozen=True)
class Corpus:
    """The clips of one corpus."""

    name: str
    root: Path
    clips: tuple[CodedClip, ...]
    """In the order of the table, keys each once."""

    findings: tuple[Finding, ...] = ()
    definition: CorpusDefinition | None = None
    """None for a corpus of one's own."""
