"""Decoding ahead in a thread."""

import threading
from collections.abc import Iterator

import pytest

from mien.video import prefetched


def test_items_come_in_order() -> None:
    assert list(prefetched(range(100), depth=3)) == list(range(100))


def test_an_error_of_the_source_comes_in_its_place() -> None:
    def failing() -> Iterator[int]:
        yield 1
        msg = "torn"
        raise ValueError(msg)

    items = prefetched(failing())
    assert next(items) == 1
    with pytest.raises(ValueError, match="torn"):
        next(items)


def test_no_more_than_the_depth_is_made_ahead() -> None:
    made: list[int] = []

    def counting() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    items = prefetched(counting(), depth=2)
    assert [next(items), next(items)] == [0, 1]
    items.close()
    assert len(made) <= 6


def test_closing_ends_the_thread() -> None:
    items = prefetched(range(10**9), depth=2)
    next(items)
    items.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "mien-decode"]
