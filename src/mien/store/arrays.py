"""Arrays on disk: written whole, or laid out once and filled row by row."""

import io
import os
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from mien.core.errors import OutputError
from mien.store.atomic import cannot_write, write_bytes_atomic


def write_array(path: Path, array: Shaped[np.ndarray, "..."]) -> None:
    """Write one array as npy, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    write_bytes_atomic(path, buffer.getvalue())


class ArrayFile:
    """An npy file larger than memory, filled row by row; it has its name once it is whole."""

    def __init__(self, path: Path, shape: tuple[int, ...], dtype: str) -> None:
        """Lay the file out beside its place.

        Raises:
            OutputError: it cannot be written, or the disk is full.
        """
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._rows = np.lib.format.open_memmap(
                self._part, mode="w+", dtype=np.dtype(dtype), shape=shape
            )
        except OSError as error:
            raise OutputError(cannot_write(path, error)) from error

    def fill(self, row: int, values: Shaped[np.ndarray, "..."]) -> None:
        """Write one row."""
        self._rows[row] = values

    def finish(self) -> None:
        """Give the file its name.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            self._rows.flush()
            del self._rows
            os.replace(self._part, self._path)  # noqa: PTH105 - atomic on every system
        except OSError as error:
            raise OutputError(cannot_write(self._path, error)) from error
