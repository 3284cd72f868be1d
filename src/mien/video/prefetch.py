"""Decoding in a thread of its own, so that it runs beside the analysis."""

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

Item = TypeVar("Item")

_END = object()


def prefetched(items: Iterable[Item], *, depth: int = 4) -> Generator[Item]:
    """Give ``items`` out in order while the next ones are made in a thread.

    At most ``depth`` items wait, which bounds memory. An error of the source is raised here, in
    its place; closing the generator ends the thread.
    """
    waiting: queue.Queue[object] = queue.Queue(maxsize=depth)
    stopped = threading.Event()
    failure: list[BaseException] = []

    def put(item: object) -> None:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return

    def produce() -> None:
        try:
            for item in items:
                put(item)
                if stopped.is_set():
                    break
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failure.append(error)
        put(_END)

    producer = threading.Thread(target=produce, name="mien-decode", daemon=True)
    producer.start()
    try:
        while (item := waiting.get()) is not _END:
            yield item  # type: ignore[misc]  # the queue also carries the end mark
        if failure:
            raise failure[0]
    finally:
        stopped.set()
        producer.join()
