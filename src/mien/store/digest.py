"""sha256 of files and bytes, by which content is known whatever its name."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def sha256_of_bytes(data: bytes) -> str:
    """Give the sha256 in lower-case hexadecimal.

    >>> sha256_of_bytes(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def sha256_of_files(files: Iterable[Path]) -> str:
    """Give the sha256 over names and contents of files, whatever folder they lie in.

    Raises:
        OSError: something cannot be read.
    """
    total = hashlib.sha256()
    for file in files:
        total.update(f"{file.name}\0{sha256_of_path(file)}\n".encode())
    return total.hexdigest()


def sha256_of_path(path: Path) -> str:
    """Give the sha256 of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
