"""Every exception as one sentence for a person, with the exit code that goes with it."""

from dataclasses import dataclass

from mien.core.errors import MienError, MissingError
from mien.store.atomic import DISK_FULL

MISSING = MissingError.exit_code
"""Exit code when something must be fetched first."""

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

_EXTRAS = {
    "torch": "train",
    "safetensors": "train",
    "onnx": "train",
    "onnxscript": "train",
    "sklearn": "evaluate",
}
"""Packages that an extra brings."""


@dataclass(frozen=True)
class Outcome:
    """Why something gave no result."""

    kind: str
    """Name of the exception's class."""

    sentence: str
    exit_code: int
    ends_batch: bool = False
    """Whether the next input would fail for the same reason."""


def outcome_of(error: Exception) -> Outcome:
    """Put an exception into words.

    >>> from mien.core.errors import MissingError
    >>> outcome_of(MissingError("Expected a model.")).exit_code
    3
    """
    kind = type(error).__name__
    if isinstance(error, MienError):
        return Outcome(kind, _one_line(str(error)), error.exit_code, _disk_is_full(error))
    if isinstance(error, MemoryError):
        sentence = "The memory is full. Close other programs, or give a shorter or smaller video."
        return Outcome(kind, sentence, 1)
    if isinstance(error, ModuleNotFoundError) and not (error.name or "mien").startswith("mien"):
        package = (error.name or "").partition(".")[0]
        whole = f"'mien[{_EXTRAS[package]}]'" if package in _EXTRAS else "mien"
        sentence = f"The Python package {package} is missing. `pip install {whole}` installs it."
        return Outcome(kind, sentence, MISSING)
    if isinstance(error, OSError):
        return Outcome(kind, _system_sentence(error), 1, _disk_is_full(error))
    sentence = (
        f"This is a defect in mien: {kind}: {_one_line(str(error))} "
        "Run the same command with --debug and report what it shows."
    )
    return Outcome(kind, sentence, 1)


def _system_sentence(error: OSError) -> str:
    where = f" {error.filename}" if error.filename is not None else ""
    reason = error.strerror or _one_line(str(error)) or type(error).__name__
    if error.errno in DISK_FULL:
        return (
            f"The disk is full{':' if where else ''}{where}. Free space, or choose another --out."
        )
    if isinstance(error, PermissionError):
        return f"No permission for{where or ' a file'}: {reason}. Choose another file or folder."
    return f"Cannot read or write{where or ' a file'}: {reason}."


def _disk_is_full(error: BaseException) -> bool:
    """Whether this error, or the one that it stems from, is a full disk."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in DISK_FULL:
            return True
        cause = cause.__cause__
    return False


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if not line or line.endswith((".", "!", "?")) else f"{line}."
