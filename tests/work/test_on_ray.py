"""Work on a cluster, with a ray of straw: the order, the errors, and what is missing."""

import signal
import socket
import sys
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mien.core.errors import MienError, MissingError, OutputError, UsageError
from mien.work import map_in_order, on_ray


class RayError(Exception):
    pass


class RayTaskError(RayError):
    def __init__(self, cause: Exception) -> None:
        super().__init__(f"ray::_call() {cause}")
        self.cause = cause


@dataclass
class Straw:
    """Stands for ray: a call is done when it is waited for, the last one first."""

    asked: list[str] = field(default_factory=list)
    trouble: Exception | None = None
    running: list[Any] = field(default_factory=list)
    most: int = 0
    """Calls that were under way at once."""

    def init(self, **settings: Any) -> None:
        self.asked.append(f"init {settings['address']} {settings['num_cpus']}")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if self.trouble is not None:
            raise self.trouble

    def begin(self, call: Any) -> Any:
        self.running.append(call)
        self.most = max(self.most, len(self.running))
        return call

    def wait(self, calls: list[Any], *, num_returns: int = 1) -> tuple[list[Any], list[Any]]:
        done = calls[-num_returns:]
        self.running = [call for call in self.running if call not in done]
        return done, calls[:-num_returns]

    def get(self, call: Any) -> Any:
        self.running = [one for one in self.running if one is not call]
        try:
            return call()
        except RayError:
            raise
        except Exception as error:
            raise RayTaskError(error) from error


@pytest.fixture
def straw(monkeypatch: pytest.MonkeyPatch) -> Straw:
    """Put a module in ray's place."""
    made, module = Straw(), ModuleType("ray")
    parts = {
        "is_initialized": lambda: False,
        "init": made.init,
        "shutdown": lambda: made.asked.append("shutdown"),
        "put": lambda value: value,
        "get": made.get,
        "wait": made.wait,
        "cluster_resources": lambda: {"CPU": 2.0},
        "remote": lambda function: SimpleNamespace(
            remote=lambda *words: made.begin(lambda: function(*words)),
        ),
        "exceptions": SimpleNamespace(RayError=RayError, RayTaskError=RayTaskError),
    }
    module.__dict__.update(parts)
    monkeypatch.setitem(sys.modules, "ray", module)
    answers = SimpleNamespace(close=lambda: None)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: answers)
    monkeypatch.setattr(on_ray, "_fetched", lambda reference: reference)
    return made


def double(value: int) -> int:
    if value < 0:
        message = "The disk is full."
        raise OutputError(message)
    return 2 * value


def test_results_come_in_the_order_of_the_items(straw: Straw) -> None:
    results = list(map_in_order(double, range(20), ray="ray://head:10001"))
    assert results == [2 * value for value in range(20)]
    assert straw.asked == ["init ray://head:10001 None", "shutdown"]
    assert straw.most == 2  # as many as there are processors


def test_local_starts_a_cluster_of_this_machine_with_so_many_workers(straw: Straw) -> None:
    assert list(map_in_order(double, [1], workers=3, ray="local")) == [2]
    assert straw.asked[0] == "init local 3"


def test_a_cluster_that_the_caller_is_connected_to_stays(
    straw: Straw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["ray"], "is_initialized", lambda: True)
    assert list(map_in_order(double, [1], ray="local")) == [2]
    assert straw.asked == []


def test_what_the_task_raises_is_raised_here_and_what_runs_is_waited_for(straw: Straw) -> None:
    with pytest.raises(OutputError, match="disk is full"):
        list(map_in_order(double, [-1, 1, 2, 3, 4, 5, 6, 7], ray="local"))
    assert straw.running == []
    assert straw.asked[-1] == "shutdown"


def test_whoever_stops_waits_for_what_is_under_way(straw: Straw) -> None:
    results = map_in_order(double, range(100), ray="local")
    assert [next(results), next(results)] == [0, 2]
    assert straw.running
    results.close()  # type: ignore[attr-defined]  # a generator
    assert straw.running == []
    assert straw.asked[-1] == "shutdown"


def test_any_other_error_is_raised_as_what_it_is(straw: Straw) -> None:
    with pytest.raises(ZeroDivisionError):
        list(map_in_order(lambda value: 1 // value, [0], ray="local"))
    assert straw.asked[-1] == "shutdown"


@pytest.mark.usefixtures("straw")
def test_a_worker_that_dies_is_told_with_a_remedy() -> None:
    def dies(_: int) -> int:
        message = "The worker died unexpectedly"
        raise RayError(message)

    with pytest.raises(MienError, match=r"ended before its work .*fewer --workers"):
        list(map_in_order(dies, [1], ray="local"))


@pytest.mark.usefixtures("straw")
def test_a_machine_without_mien_is_told() -> None:
    def foreign(_: int) -> int:
        message = "The remote function failed to import on the worker. This may be because ..."
        raise RuntimeError(message)

    with pytest.raises(MissingError, match=r"one cannot import it\. Install the same version"):
        list(map_in_order(foreign, [1], ray="auto"))


def test_a_machine_with_another_mien_is_told() -> None:
    with pytest.raises(MissingError, match=r"Expected mien 0\.0\.0 .* has \d"):
        on_ray._call("0.0.0", [], 1)  # noqa: SLF001 - it runs on that machine


def test_the_answer_to_sigterm_stays(straw: Straw) -> None:
    before = signal.getsignal(signal.SIGTERM)
    list(map_in_order(double, [1], ray="local"))
    assert straw.asked
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("trouble", [ConnectionError("no route."), RayError("no route")])
def test_a_cluster_that_cannot_be_reached_is_told(straw: Straw, trouble: Exception) -> None:
    straw.trouble = trouble
    with pytest.raises(MienError, match=r"Cannot reach .*: no route\. Start .* RAY_AUTH_MODE"):
        list(map_in_order(double, [1], ray="ray://head:1"))


def test_ray_that_does_not_start_here_is_told(straw: Straw) -> None:
    straw.trouble = RuntimeError("no room")
    with pytest.raises(MienError, match=r"Cannot start Ray .*: no room\. Use --workers"):
        list(map_in_order(double, [1], ray="local"))


def test_an_address_where_nothing_answers_is_told_before_anything_begins(
    straw: Straw, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "create_connection", refused)
    with pytest.raises(MienError, match=r"at 127\.0\.0\.1:9: .*refused\. Start one"):
        map_in_order(double, [1], ray="127.0.0.1:9")
    assert straw.asked == []


@pytest.mark.usefixtures("straw")
@pytest.mark.parametrize("address", ["", "nonsense", "head:x", "head:99999", "http://head:1", ":1"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(UsageError, match=r"Expected --ray local, auto, HOST:PORT"):
        map_in_order(double, [1], ray=address)


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingError, match=r"pip install 'mien\[ray\]'"):
        map_in_order(double, [1], ray="local")
