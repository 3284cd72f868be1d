"""Files appear whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from mien.core.errors import OutputError
from mien.store.atomic import atomic_path, write_bytes_atomic, write_text_atomic
from mien.store.digest import sha256_of_bytes, sha256_of_files, sha256_of_path


def test_text_keeps_its_line_ends_and_letters(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    write_text_atomic(path, "é\r\nb\n")
    assert path.read_bytes() == b"\xc3\xa9\r\nb\n"


def test_an_interrupted_writer_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes_atomic(path, b"old")

    def interrupted() -> None:
        with atomic_path(path) as temporary:
            temporary.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match=r"Cannot write a\.txt .*--out"):
        write_text_atomic(tmp_path / "file" / "a.txt", "x")


def test_a_digest_follows_content_and_not_place(tmp_path: Path) -> None:
    file = tmp_path / "one" / "1.png"
    write_bytes_atomic(file, b"abc")
    assert sha256_of_path(file) == hashlib.sha256(b"abc").hexdigest() == sha256_of_bytes(b"abc")
    other, more = tmp_path / "two" / "1.png", tmp_path / "two" / "2.png"
    write_bytes_atomic(other, b"abc")
    write_bytes_atomic(more, b"")
    assert sha256_of_files([file]) == sha256_of_files([other])
    assert sha256_of_files([file]) != sha256_of_files([other, more])
