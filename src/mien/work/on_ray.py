"""One task over many items on the machines of a Ray cluster, with the results in order."""

import logging
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mien import __version__
from mien.core.errors import MienError, MissingError, UsageError

Item = TypeVar("Item")
Result = TypeVar("Result")

LOCAL = "local"
"""Address that stands for a cluster of this machine alone."""

_AUTO = "auto"  # the cluster that was started on this machine last
_AHEAD = 3  # items for each processor of the cluster
_KNOCK_S = 5.0  # Ray itself tries for minutes
_REPORTS = "_worker_logs_enabled"  # Ray has no public switch
_NOT_IMPORTED = "failed to import on the worker"  # in Ray's words


def map_on_ray(
    task: Callable[[Item], Result], items: Iterable[Item], *, address: str, workers: int
) -> Iterator[Result]:
    """Give ``task(item)`` for each item, in the order of the items.

    Files that the task writes must lie where every machine of the cluster finds them, under
    absolute paths: a worker's own folder is where the cluster was started. Each worker fetches the
    task once. When whoever takes the results stops, Ctrl-C included, items that are under way are
    finished, as with processes. A cluster that was started here is ended; one that was there stays.

    Args:
        task: called with each item.
        items: taken as they are needed.
        address: ``local`` for a cluster of this machine alone, ``auto`` for one that runs on this
            machine, ``HOST:PORT``, or ``ray://HOST:PORT`` from outside the cluster.
        workers: number of processes of a cluster of this machine; others have theirs.

    Raises:
        MissingError: ray is not installed, or not this version of mien on every machine.
        UsageError: that is no address.
        MienError: the cluster cannot be reached, a worker ended, or what the task raises.
    """
    try:
        import ray  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = (
            "Expected the package ray for --ray, but it is not installed. "
            "Install it with: pip install 'mien[ray]', or use --workers on this machine."
        )
        raise MissingError(msg) from error
    if address not in (LOCAL, _AUTO):
        _knock(address)
    return _on_cluster(ray, task, items, address, workers)


def _knock(address: str) -> None:
    """Find out soon whether anything answers."""
    scheme, _, place = address.rpartition("://")
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port is None or scheme not in ("", "ray"):
        msg = f"Expected --ray local, auto, HOST:PORT or ray://HOST:PORT, but got {address!r}."
        raise UsageError(msg)
    try:
        socket.create_connection((host, port), timeout=_KNOCK_S).close()
    except OSError as error:
        raise MienError(_unreachable(address, error)) from error


def _unreachable(address: str, error: Exception) -> str:
    reason = " ".join(str(error).split()).rstrip(".")
    if address == LOCAL:
        return f"Cannot start Ray on this machine: {reason}. Use --workers without --ray."
    return (
        f"Cannot reach a Ray cluster at {address}: {reason}. Start one with: ray start --head. "
        "If it wants a token, set RAY_AUTH_MODE=token."
    )


def _on_cluster(
    ray: Any, task: Callable[[Item], Result], items: Iterable[Item], address: str, workers: int
) -> Iterator[Result]:
    """Hand out no more than can run at once, so that nothing has to be called back.

    Ray 2.60 now and then aborts a process that cancels a task which is about to start.
    """
    with _connected(ray, address, workers):
        remote, shared = ray.remote(_call), [ray.put(task)]
        width = max(1, int(ray.cluster_resources().get("CPU", 1)))
        begun: deque[Any] = deque()  # in the order of the items, until their results are taken
        running: list[Any] = []
        try:
            for item in items:
                running.append(remote.remote(__version__, shared, item))
                begun.append(running[-1])
                while len(running) >= width or len(begun) >= width * _AHEAD:
                    if begun[0] in running:
                        _, running = ray.wait(running)
                    else:
                        yield _result(ray, begun.popleft())
            while begun:
                yield _result(ray, begun.popleft())
        finally:
            if running:
                ray.wait(running, num_returns=len(running))  # so that nothing stays half-written


@contextmanager
def _connected(ray: Any, address: str, workers: int) -> Iterator[None]:
    """Connect without a word, unless whoever calls is connected; what is begun here ends here."""
    if ray.is_initialized():
        yield
        return
    with _silence():
        try:
            _connect(ray, address, workers)
            yield
        finally:
            ray.shutdown()


def _connect(ray: Any, address: str, workers: int) -> None:
    before = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(
            address=address,
            num_cpus=workers if address == LOCAL else None,
            include_dashboard=False if address == LOCAL else None,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (ray.exceptions.RayError, ValueError, RuntimeError, OSError) as error:
        raise MienError(_unreachable(address, error)) from error
    finally:
        # Ray answers SIGTERM in a way of its own.
        if threading.current_thread() is threading.main_thread() and before is not None:
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Ray's reports of workers that ended off standard output, where the results go."""
    module = sys.modules.get("ray._private.worker")
    before = getattr(module, _REPORTS, None)
    if before is None:
        yield
        return
    setattr(module, _REPORTS, False)
    try:
        yield
    finally:
        setattr(module, _REPORTS, before)


def _call(version: str, shared: list[Any], item: Any) -> Any:
    """Do one item, on a machine of the cluster."""
    if version != __version__:
        raise MissingError(_unlike(version, f"{socket.gethostname()} has {__version__}"))
    return _fetched(shared[0])(item)


@lru_cache(maxsize=1)
def _fetched(reference: Any) -> Any:
    """Fetch the task at the first item, and keep it with what it has built."""
    import ray  # noqa: PLC0415 - an extra

    return ray.get(reference)


def _unlike(version: str, found: str) -> str:
    return (
        f"Expected mien {version} on every machine of the Ray cluster, but {found}. "
        "Install the same version everywhere."
    )


def _result(ray: Any, reference: Any) -> Any:
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        cause = error.cause
        if isinstance(cause, RuntimeError) and _NOT_IMPORTED in str(cause):
            raise MissingError(_unlike(__version__, "one cannot import it")) from error
        if isinstance(cause, Exception):
            raise cause from error
        raise
    except ray.exceptions.RayError as error:
        msg = (
            "A worker of the Ray cluster ended before its work was done, most likely for want of "
            "memory. Let fewer of them work at once (with --ray local: choose fewer --workers), "
            "and give the same command again."
        )
        raise MienError(msg) from error
