"""Progress of long work as events; whoever shows it decides how."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Progress(Protocol):
    """What a long stage tells while it runs."""

    def start(self, stage: str, total: int | None, unit: str = "frames") -> None:
        """Begin a stage of ``total`` steps; None where the total is not known."""
        ...

    def update(self, done: int) -> None:
        """Say that ``done`` steps of the present stage are done."""
        ...

    def finish(self, note: str = "") -> None:
        """End the present stage, with a word about it such as ``from the cache``."""
        ...

    def warn(self, sentence: str) -> None:
        """Tell something that the reader of the result should know."""
        ...


class Silent:
    """Progress that nobody watches; the warnings are kept."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def start(self, stage: str, total: int | None, unit: str = "frames") -> None:
        """Begin a stage, silently."""

    def update(self, done: int) -> None:
        """Take note, silently."""

    def finish(self, note: str = "") -> None:
        """End a stage, silently."""

    def warn(self, sentence: str) -> None:
        """Keep the sentence."""
        self.warnings.append(sentence)
