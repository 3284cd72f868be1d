"""A stream read in a thread of its own, of which only the newest item is given out."""

import threading
from collections.abc import Generator, Iterable
from typing import Generic, TypeVar

from mien.core.errors import VideoError

Item = TypeVar("Item")

PATIENCE_S = 5.0


class Newest(Generic[Item]):
    """Gives out the newest item whenever one is asked for; items that came between are dropped.

    So that work that is too slow for a camera falls behind by one picture, and no more.

    Args:
        items: what comes in its own time; read in a thread.
        patience_s: how long to wait for an item.
    """

    def __init__(self, items: Iterable[Item], *, patience_s: float = PATIENCE_S) -> None:
        self._items = items
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._waiting: list[Item] = []
        self._ended = False
        self._stopped = False
        self._failure: BaseException | None = None
        self.dropped = 0
        """Items that nobody asked for in time."""

    def __iter__(self) -> Generator[Item]:
        """Give items until the stream ends.

        Raises:
            VideoError: no item came for ``patience_s`` seconds.
        """
        # A driver that hangs cannot be woken: the thread must not keep the program alive.
        threading.Thread(target=self._read, name="mien-camera", daemon=True).start()
        try:
            while (item := self._next()) is not None:
                yield item
        finally:
            with self._changed:
                self._stopped = True

    def _next(self) -> Item | None:
        with self._changed:
            there = self._changed.wait_for(
                lambda: self._waiting or self._ended, timeout=self._patience_s
            )
            if self._waiting:
                return self._waiting.pop()
            if self._failure is not None:
                raise self._failure
            if there:
                return None
        msg = (
            f"The camera gave no picture for {self._patience_s:g} s. "
            "Check that it is connected and that no other program uses it."
        )
        raise VideoError(msg)

    def _read(self) -> None:
        try:
            for item in self._items:
                with self._changed:
                    if self._stopped:
                        break
                    self.dropped += len(self._waiting)
                    self._waiting = [item]
                    self._changed.notify()
        except BaseException as error:  # noqa: BLE001 - raised again in the reader's thread
            self._failure = error
        with self._changed:
            self._ended = True
            self._changed.notify()
