"""Results of stages, kept by what they were made from.

The key of an entry is the sha256 over the digest of the input, the name of the stage, the version
of its code and its settings: whatever changes the result changes the key. An entry is one npz file
that appears whole; one that cannot be read is thrown away and computed again.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from mien.core.errors import OutputError, UsageError
from mien.store.atomic import write_bytes_atomic
from mien.store.digest import sha256_of_bytes
from mien.store.folders import cache_folder

_META = "__meta__"
_SUFFIX = ".npz"


@dataclass(frozen=True)
class StageKey:
    """What a result was made from."""

    input_sha256: str
    stage: str
    """Name of the stage: letters, digits and dashes."""

    code_version: str
    """Changes whenever the stage would give another result for the same input and settings."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """Everything else that the result depends upon; must be writable as JSON."""

    def __post_init__(self) -> None:
        """Refuse a stage name that cannot name a folder."""
        if not self.stage.replace("-", "").isalnum():
            msg = f"Expected a stage name of letters, digits and dashes, but got {self.stage!r}."
            raise UsageError(msg)

    @property
    def digest(self) -> str:
        """The key as sha256 in hexadecimal.

        Raises:
            UsageError: a setting cannot be written as JSON.
        """
        parts = [self.input_sha256, self.stage, self.code_version, dict(self.settings)]
        try:
            text = json.dumps(parts, sort_keys=True, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            msg = f"Expected settings of {self.stage} that JSON can hold, but {error}."
            raise UsageError(msg) from error
        return sha256_of_bytes(text.encode())


@dataclass(frozen=True)
class StageResult:
    """Arrays by name, and what else is to be kept."""

    arrays: Mapping[str, Shaped[np.ndarray, "..."]]
    meta: Mapping[str, Any] = field(default_factory=dict)
    """Plain values that JSON can hold."""


class StageCache:
    """A folder of stage results; by default inside the cache folder of mien."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder if folder is not None else cache_folder() / "stages"

    @property
    def folder(self) -> Path:
        """Where the entries lie."""
        return self._folder

    def read(self, key: StageKey) -> StageResult | None:
        """Give a kept result; None where there is none. A corrupt entry is removed."""
        return self.read_digest(key.stage, key.digest)

    def read_digest(self, stage: str, digest: str) -> StageResult | None:
        """Give a kept result by the digest of its key; None where there is none."""
        path = self._folder / stage / f"{digest}{_SUFFIX}"
        try:
            data = path.read_bytes()
        except OSError:
            return None
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files if name != _META}
                meta = json.loads(archive[_META].tobytes())
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            path.unlink(missing_ok=True)
            return None
        return StageResult(arrays, meta)

    def write(self, key: StageKey, result: StageResult) -> None:
        """Keep a result, whole or not at all.

        Raises:
            UsageError: an array of objects, or a reserved name.
            OutputError: the folder cannot be written, or the disk is full.
        """
        for name, array in result.arrays.items():
            if array.dtype.hasobject or name == _META:
                msg = f"Expected plain numbers in {name!r} of {key.stage}, but got {array.dtype}."
                raise UsageError(msg)
        meta = np.frombuffer(json.dumps(dict(result.meta)).encode(), np.uint8)
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **{_META: meta}, **dict(result.arrays))
        write_bytes_atomic(self._path(key), buffer.getvalue())

    def get_or_compute(self, key: StageKey, compute: Callable[[], StageResult]) -> StageResult:
        """Give the kept result, or compute and keep it.

        A result that cannot be kept is given all the same; it costs the next run only.
        """
        kept = self.read(key)
        if kept is not None:
            return kept
        result = compute()
        try:
            self.write(key, result)
        except OutputError:
            return result
        return result

    def size_bytes(self) -> int:
        """Bytes that all entries take."""
        return sum(path.stat().st_size for path in self._entries())

    def clear(self) -> int:
        """Remove all entries; give their number. Other files in the folder stay."""
        entries = self._entries()
        for path in entries:
            path.unlink(missing_ok=True)
        return len(entries)

    def _entries(self) -> list[Path]:
        return sorted(self._folder.glob(f"*/*{_SUFFIX}")) if self._folder.is_dir() else []

    def _path(self, key: StageKey) -> Path:
        return self._folder / key.stage / f"{key.digest}{_SUFFIX}"
