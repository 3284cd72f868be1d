"""sha256 of files and bytes, by which content is known whatever its name."""

import hashlib
from pathlib import Path


def sha256_of_bytes(data: bytes) -> str:
    """Give the sha256 in lower-case hexadecimal.

    >>> sha256_of_bytes(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def sha256_of_path(path: Path) -> str:
    """Give the sha256 of a file; of a folder, over names and contents of the files in it.

    Raises:
        OSError: something cannot be read.
    """
    if path.is_dir():
        total = hashlib.sha256()
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            total.update(f"{file.relative_to(path).as_posix()}\0{sha256_of_path(file)}\n".encode())
        return total.hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
