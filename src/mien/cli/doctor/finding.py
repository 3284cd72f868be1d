"""One line of the doctor's screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """How good a finding is."""

    GOOD = "ok"
    NOTE = "note"
    """Works, but something is slower or smaller than it could be."""

    BAD = "missing"
    """The main job cannot run."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and what would mend it."""

    name: str
    state: State
    value: str
    remedy: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    """The same for programs."""
