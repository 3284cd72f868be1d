"""Loading ahead: order, errors, and an end that leaves no thread behind."""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest

from mien.training.prefetching import prefetched


def test_results_come_in_order_and_from_another_thread() -> None:
    def job(number: int) -> tuple[int, str]:
        return number, threading.current_thread().name

    found = [result for result, _ in prefetched(partial(job, number) for number in range(7))]
    assert [number for number, _ in found] == list(range(7))
    assert all(name.startswith("mien-load") for _, name in found)


def test_only_some_jobs_run_ahead() -> None:
    started: list[int] = []

    def jobs() -> Iterator[Callable[[], None]]:
        for number in range(10):
            yield partial(started.append, number)

    feed = prefetched(jobs(), ahead=2)
    next(feed)
    time.sleep(0.05)
    assert started == [0, 1, 2]
    feed.close()


def test_an_error_comes_out_where_its_result_was_due() -> None:
    def job(number: int) -> float:
        return 1 / (2 - number)

    feed = prefetched(partial(job, number) for number in range(5))
    assert [next(feed)[0], next(feed)[0]] == [0.5, 1.0]
    with pytest.raises(ZeroDivisionError):
        next(feed)


def test_closing_ends_the_thread() -> None:
    feed = prefetched(partial(time.sleep, 0.01) for _ in range(100))
    next(feed)
    feed.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("mien-load")]


def test_waiting_is_measured() -> None:
    waits = [waited for _, waited in prefetched(partial(time.sleep, 0.03) for _ in range(4))]
    assert np.sum(waits) == pytest.approx(0.12, abs=0.06)
