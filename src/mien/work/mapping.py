"""One task over many items, in this process or in several, with the results in order."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from mien.core.errors import MienError, UsageError
from mien.work.cores import usable_cores
from mien.work.on_ray import map_on_ray

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 3  # items that each worker may be ahead of whoever takes the results

_task: Callable[[Any], Any] | None = None


def map_in_order(
    task: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    workers: int | None = 1,
    ray: str | None = None,
) -> Iterator[Result]:
    """Give ``task(item)`` for each item, in the order of the items.

    With one worker everything happens in this process. With more, each is a fresh process, as
    Windows and macOS start them: the task travels there once, so it may build what is costly at
    its first item and keep it; task, items and results must be picklable. Results are the same
    for any number of workers, as long as the task itself depends on nothing but its item. Whoever
    stops taking results, Ctrl-C included, ends the workers.

    Args:
        task: called with each item.
        items: taken as they are needed.
        workers: number of processes; None for as many as there are cores. A Ray cluster that runs
            already has its own.
        ray: address of a Ray cluster that does the work instead, ``local`` for one on this machine.

    Raises:
        UsageError: less than one worker, or what is no address.
        MissingError: a cluster is asked for, but ray is not installed.
        MienError: what the task raises, or a worker that ended before its work was done.
    """
    count = usable_cores() if workers is None else workers
    if count < 1:
        msg = f"Expected at least 1 worker, but got {count}."
        raise UsageError(msg)
    if ray is not None:
        return map_on_ray(task, items, address=ray, workers=count)
    if count == 1:
        return map(task, items)
    return _in_processes(task, items, count)


def _in_processes(
    task: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(task,)
    )
    running: deque[Future[Result]] = deque()
    try:
        for item in items:
            with _interrupts_held():
                running.append(pool.submit(_do, item))
            if len(running) >= workers * _AHEAD:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    except BrokenProcessPool as error:
        msg = (
            "A worker process ended before its work was done, most likely for want of memory. "
            "Choose fewer --workers."
        )
        raise MienError(msg) from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start processes that never see Ctrl-C, which is for the one that hands out the work."""
    if not hasattr(signal, "pthread_sigmask"):
        yield  # Windows; there the workers ignore it once they run
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(task: Callable[[Any], Any]) -> None:
    """Take the task."""
    global _task  # noqa: PLW0603 - what a worker process is there for
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _task = task


def _end_with_parent() -> None:
    """Leave when the process that hands out the work was killed: it would never send more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(item: Any) -> Any:
    if _task is None:
        msg = "Expected a task before the first item."
        raise UsageError(msg)
    return _task(item)
