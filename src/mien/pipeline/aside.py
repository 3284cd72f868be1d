"""Work beside the frames: in a thread for a camera, at once where every run must give the same."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Aside:
    """Does one piece of work after the other, beside its caller or within the call."""

    def __init__(self, *, threaded: bool) -> None:
        self._pool = ThreadPoolExecutor(1, "mien-aside") if threaded else None

    def begin(self, work: Callable[[], Result]) -> Future[Result]:
        """Begin a piece of work; without a thread it is done when this returns."""
        if self._pool is not None:
            return self._pool.submit(work)
        done: Future[Result] = Future()
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            done.set_exception(error)
        return done

    def close(self) -> None:
        """Wait for the work in hand, forget the rest."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
