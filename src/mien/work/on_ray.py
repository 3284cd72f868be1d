"""One task over many items on the machines of a Ray cluster, with the results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from mien.core.errors import MienError, MissingError

Item = TypeVar("Item")
Result = TypeVar("Result")

LOCAL = "local"
"""Address that stands for a cluster of this machine alone."""

_AHEAD = 3  # items for each processor of the cluster


def map_on_ray(
    task: Callable[[Item], Result], items: Iterable[Item], *, address: str
) -> Iterator[Result]:
    """Give ``task(item)`` for each item, in the order of the items.

    Files that the task writes must lie where every machine of the cluster finds them.

    Raises:
        MissingError: ray is not installed.
        MienError: the cluster cannot be reached, or what the task raises.
    """
    try:
        import ray  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = (
            "Expected the package ray for --ray, but it is not installed. "
            "Install it with: pip install 'mien[ray]', or use --workers on this machine."
        )
        raise MissingError(msg) from error
    return _on_cluster(ray, task, items, address)


def _on_cluster(
    ray: Any, task: Callable[[Item], Result], items: Iterable[Item], address: str
) -> Iterator[Result]:
    try:
        ray.init(
            address=None if address == LOCAL else address,
            ignore_reinit_error=True,
            include_dashboard=False,
            log_to_driver=False,
        )
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        msg = f"Cannot reach a Ray cluster at {address}: {error}. Start one with: ray start --head"
        raise MienError(msg) from error
    remote, shared = ray.remote(_call), ray.put(task)
    room = max(1, int(ray.cluster_resources().get("CPU", 1))) * _AHEAD
    running: deque[Any] = deque()
    try:
        for item in items:
            running.append(remote.remote(shared, item))
            if len(running) >= room:
                yield _result(ray, running.popleft())
        while running:
            yield _result(ray, running.popleft())
    finally:
        for one in running:
            ray.cancel(one)


def _call(task: Callable[[Any], Any], item: Any) -> Any:
    return task(item)


def _result(ray: Any, reference: Any) -> Any:
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        cause = getattr(error, "cause", None)
        if isinstance(cause, MienError):
            raise cause from error
        raise
