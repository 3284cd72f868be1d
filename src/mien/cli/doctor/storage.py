"""Folders that mien writes to of its own: the cache, and numba's compiled code."""

import os
import sys
import tempfile
from pathlib import Path

import mien
from mien.cli.doctor.finding import Finding, State
from mien.store.folders import CACHE_VARIABLE, cache_folder


def cache() -> Finding:
    """Tell where the cache is, how large it is and whether it can be written."""
    folder = cache_folder()
    size_bytes = folder_size_bytes(folder)
    writable = is_writable(folder)
    value = f"{folder}, {size_bytes / (1 << 20):.1f} MiB" + ("" if writable else ", not writable")
    remedy = "" if writable else f"Name another folder in {CACHE_VARIABLE}."
    data = {"folder": folder, "size_bytes": size_bytes, "writable": writable}
    return Finding("cache", State.GOOD if writable else State.NOTE, value, remedy, data)


def compiled_code() -> Finding:
    """Tell whether numba can keep what it compiles; without, every run compiles anew."""
    places = _numba_folders()
    kept = next((place for place in places if is_writable(place)), None)
    data = {"folder": kept, "writable": kept is not None}
    if kept is None:
        return Finding(
            "compiled code",
            State.NOTE,
            "numba cannot keep compiled code: every run starts some seconds later",
            "Name a writable folder in NUMBA_CACHE_DIR.",
            data,
        )
    return Finding("compiled code", State.GOOD, f"kept in {kept}", data=data)


def folder_size_bytes(folder: Path) -> int:
    """Add up the sizes of the files under a folder; 0 where there is none."""
    total = 0
    for path in folder.rglob("*") if folder.is_dir() else ():
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except OSError:
            continue  # gone meanwhile
    return total


def is_writable(folder: Path) -> bool:
    """Whether a file can be made in a folder, or in the nearest one above that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=".mien-")
    except OSError:
        return False
    os.close(handle)
    Path(name).unlink()
    return True


def _numba_folders() -> tuple[Path, ...]:
    """Where numba looks, in its order: the variable, beside the source, the user's own cache."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return (Path(named),)
    beside = Path(mien.__file__).parent / "__pycache__"
    if sys.platform == "win32":
        users = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "numba"
    elif sys.platform == "darwin":
        users = Path.home() / "Library" / "Caches" / "numba"
    else:
        users = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "numba"
    return (beside, users)
