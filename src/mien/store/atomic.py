"""Files that appear whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.core.errors import OutputError

DISK_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Error numbers of a disk, or a share of it, that is full."""


def _usual_file_mode() -> int:
    """Mode of a file that is simply opened for writing; the mask can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


_FILE_MODE = _usual_file_mode()


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` that replaces it when the block ends well.

    When the block raises (Ctrl-C included) the temporary file is removed and ``path`` keeps what
    it held before. The temporary name keeps the suffix, so that writers that go by it still work.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix
        )
    except OSError as error:
        raise OutputError(cannot_write(path, error)) from error
    temporary = Path(name)
    try:
        os.close(handle)
        # Temporary files are private; results are for whoever may read the folder.
        temporary.chmod(_FILE_MODE)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise OutputError(cannot_write(path, error)) from error
    finally:
        temporary.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> str:
    """Give the sentence for a file or folder that cannot be written, and what mends it."""
    reason = error.strerror or str(error)
    remedy = "Free space, or choose" if error.errno in DISK_FULL else "Choose"
    return (
        f"Cannot write {path.name} in {path.parent}: {reason}. {remedy} another folder with --out."
    )


def write_text_atomic(path: Path, text: str) -> None:
    """Write UTF-8 text whole or not at all, with line ends as given.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")


def write_bytes_atomic(path: Path, data: bytes) -> None:
    """Write bytes whole or not at all.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
