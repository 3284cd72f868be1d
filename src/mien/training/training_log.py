"""What a training tells while it runs: lines of JSON, and TensorBoard where it is installed."""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.errors import OutputError
from mien.store.atomic import cannot_write, write_text_atomic

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

METRICS_FILE = "metrics.jsonl"


class TrainingLog:
    """Writes one record a step and one an epoch into a folder.

    Each line of ``metrics.jsonl`` is an object with ``kind`` (``step`` or ``epoch``), ``epoch``
    and ``step`` (steps done since the start) beside its numbers. A training that goes on from a
    checkpoint first drops the lines behind it, so that no step is told twice.
    """

    def __init__(self, folder: Path, *, tensorboard: bool = True) -> None:
        self._path = folder / METRICS_FILE
        self._board_folder = folder / "tensorboard"
        self._wants_board = tensorboard and find_spec("tensorboard") is not None
        self._board: SummaryWriter | None = None

    def begin(self, steps_done: int) -> None:
        """Start at a step: keep only the whole lines up to it.

        Raises:
            OutputError: the folder cannot be written.
        """
        kept = [line for line in self._lines() if 0 <= _step_of(line) <= steps_done]
        write_text_atomic(self._path, "".join(f"{line}\n" for line in kept if steps_done))
        if self._wants_board:
            # Takes seconds to import, and only this log uses it.
            from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415

            self._board = SummaryWriter(str(self._board_folder), purge_step=steps_done + 1)

    def record(self, kind: str, epoch: int, step: int, numbers: Mapping[str, float]) -> None:
        """Write one record; a number that is not finite is written as null.

        Raises:
            OutputError: the file cannot be written.
        """
        finite = {
            name: value if abs(value) < float("inf") else None for name, value in numbers.items()
        }
        line = json.dumps({"kind": kind, "epoch": epoch, "step": step, **finite}, allow_nan=False)
        try:
            with self._path.open("a", encoding="utf-8", newline="") as file:
                file.write(f"{line}\n")
        except OSError as error:
            raise OutputError(cannot_write(self._path, error)) from error
        if self._board is not None:
            for name, value in numbers.items():
                self._board.add_scalar(f"{kind}/{name}", value, step)

    def close(self) -> None:
        """End TensorBoard's file; more records may follow only after another ``begin``."""
        if self._board is not None:
            self._board.close()
            self._board = None

    def _lines(self) -> list[str]:
        if not self._path.exists():
            return []
        return self._path.read_text(encoding="utf-8").splitlines()


def _step_of(line: str) -> int:
    """Give the step of a line, -1 for one that a kill cut short."""
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        return -1
    step = record.get("step") if isinstance(record, dict) else None
    return step if isinstance(step, int) else -1
