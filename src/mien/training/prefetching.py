"""Loading in a thread of its own while the network works."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Loaded = TypeVar("Loaded")

AHEAD = 2
"""Batches that are loaded before they are asked for."""


def prefetched(
    jobs: Iterable[Callable[[], Loaded]], *, ahead: int = AHEAD
) -> Generator[tuple[Loaded, float]]:
    """Run jobs one after another in one thread, some ahead; give each result and the wait in s.

    The jobs keep their order, and an error in one comes out where its result was due. Closing the
    iterator ends the thread; what was loaded ahead is dropped.
    """
    waiting = iter(jobs)
    pending: deque[Future[Loaded]] = deque()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="mien-load") as thread:
        try:
            pending.extend(thread.submit(job) for job in islice(waiting, ahead))
            while pending:
                first = pending.popleft()
                started = time.perf_counter()
                result = first.result()
                waited_s = time.perf_counter() - started
                pending.extend(thread.submit(job) for job in islice(waiting, 1))
                yield result, waited_s
        finally:
            for one in pending:
                one.cancel()
