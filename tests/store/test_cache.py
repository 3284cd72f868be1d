"""The stage cache: keys, whole entries, corrupt entries."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.core.errors import OutputError, UsageError
from mien.store.cache import StageCache, StageKey, StageResult

KEY = StageKey("ab" * 32, "faces", "1", {"max_faces": 4})


def _result() -> StageResult:
    return StageResult({"points": np.arange(6.0).reshape(2, 3)}, {"kind": "official", "n": 2})


def test_a_kept_result_comes_back_whole(tmp_path: Path) -> None:
    cache = StageCache(tmp_path)
    assert cache.read(KEY) is None
    cache.write(KEY, _result())
    kept = cache.read(KEY)
    assert kept is not None
    np.testing.assert_array_equal(kept.arrays["points"], _result().arrays["points"])
    assert kept.meta == {"kind": "official", "n": 2}
    assert set(kept.arrays) == {"points"}


@pytest.mark.parametrize(
    "change",
    [
        {"input_sha256": "cd" * 32},
        {"stage": "motion"},
        {"code_version": "2"},
        {"settings": {"max_faces": 5}},
        {"settings": {}},
    ],
)
def test_whatever_changes_the_result_changes_the_key(change: dict[str, Any]) -> None:
    parts = {"input_sha256": "ab" * 32, "stage": "faces", "code_version": "1"}
    other = StageKey(**({**parts, "settings": {"max_faces": 4}} | change))
    assert other.digest != KEY.digest


def test_the_order_of_settings_does_not_change_the_key() -> None:
    one = StageKey("x", "faces", "1", {"a": 1, "b": [1, 2]})
    other = StageKey("x", "faces", "1", {"b": [1, 2], "a": 1})
    assert one.digest == other.digest


def test_a_result_is_computed_once(tmp_path: Path) -> None:
    cache, calls = StageCache(tmp_path), []

    def compute() -> StageResult:
        calls.append(1)
        return _result()

    cache.get_or_compute(KEY, compute)
    cache.get_or_compute(KEY, compute)
    assert len(calls) == 1


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "foreign"])
def test_a_corrupt_entry_is_thrown_away_and_computed_again(tmp_path: Path, damage: str) -> None:
    cache = StageCache(tmp_path)
    cache.write(KEY, _result())
    (path,) = tmp_path.rglob("*.npz")
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:200])
    elif damage == "foreign":
        np.savez(path, points=np.zeros(3))
    else:
        path.write_bytes(b"" if damage == "empty" else b"hello")
    assert cache.read(KEY) is None
    assert not path.exists()
    assert cache.get_or_compute(KEY, _result).meta["n"] == 2
    assert path.exists()


def test_the_size_is_known_and_everything_can_be_cleared(tmp_path: Path) -> None:
    cache = StageCache(tmp_path)
    assert (cache.size_bytes(), cache.clear()) == (0, 0)
    cache.write(KEY, _result())
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (path,) = tmp_path.rglob("*.npz")
    assert cache.size_bytes() == path.stat().st_size
    assert cache.clear() == 1
    assert cache.read(KEY) is None
    assert (tmp_path / "notes.txt").exists()


def test_a_result_that_cannot_be_kept_is_given_all_the_same(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    cache = StageCache(blocked)
    with pytest.raises(OutputError, match="Cannot write"):
        cache.write(KEY, _result())
    assert cache.get_or_compute(KEY, _result).meta["n"] == 2


def test_what_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="stage name"):
        StageKey("x", "../evil", "1")
    with pytest.raises(UsageError, match="JSON can hold"):
        _ = StageKey("x", "faces", "1", {"a": object()}).digest
    with pytest.raises(UsageError, match="JSON can hold"):
        _ = StageKey("x", "faces", "1", {"a": float("nan")}).digest
    with pytest.raises(UsageError, match="plain numbers in 'names'"):
        StageCache(tmp_path).write(KEY, StageResult({"names": np.array([{}], object)}))
