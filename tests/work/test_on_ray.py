"""Work on a cluster, with a ray of straw: the order, the errors, and what is missing."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mien.core.errors import MienError, MissingError, OutputError
from mien.work import map_in_order


def straw(monkeypatch: pytest.MonkeyPatch, *, reachable: bool = True) -> list[str]:
    """Put a module in ray's place that calls at once; give the list of what it was asked."""
    asked: list[str] = []
    module: Any = ModuleType("ray")

    class RayTaskError(Exception):
        def __init__(self, cause: Exception) -> None:
            super().__init__(str(cause))
            self.cause = cause

    def init(**settings: Any) -> None:
        asked.append(f"init {settings['address']}")
        if not reachable:
            message = "no route"
            raise ConnectionError(message)

    def get(call: Any) -> Any:
        try:
            return call()
        except MienError as error:
            raise RayTaskError(error) from error

    module.init = init
    module.put = lambda value: value
    module.get = get
    module.cancel = lambda _: asked.append("cancel")
    module.cluster_resources = lambda: {"CPU": 2.0}
    module.remote = lambda function: SimpleNamespace(remote=lambda *words: lambda: function(*words))
    module.exceptions = SimpleNamespace(RayTaskError=RayTaskError)
    monkeypatch.setitem(sys.modules, "ray", module)
    return asked


def double(value: int) -> int:
    if value < 0:
        message = "The disk is full."
        raise OutputError(message)
    return 2 * value


def test_results_come_in_the_order_of_the_items(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = straw(monkeypatch)
    results = list(map_in_order(double, range(20), ray="ray://head:10001"))
    assert results == [2 * value for value in range(20)]
    assert asked == ["init ray://head:10001"]


def test_local_starts_a_cluster_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = straw(monkeypatch)
    assert list(map_in_order(double, [1], ray="local")) == [2]
    assert asked == ["init None"]


def test_what_the_task_raises_is_raised_here_and_the_rest_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = straw(monkeypatch)
    with pytest.raises(OutputError, match="disk is full"):
        list(map_in_order(double, [1, -1, 2, 3], ray="local"))
    assert asked.count("cancel") == 2


def test_a_cluster_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    straw(monkeypatch, reachable=False)
    with pytest.raises(MienError, match=r"Cannot reach .*no route.* ray start"):
        list(map_in_order(double, [1], ray="ray://nowhere:1"))


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingError, match=r"pip install 'mien\[ray\]'"):
        map_in_order(double, [1], ray="local")
