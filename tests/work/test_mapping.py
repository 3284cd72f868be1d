"""Work that is shared over processes: same results, in order, and a clean end."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from mien.core.errors import FormatError, MienError, UsageError
from mien.work import map_in_order


@dataclass(frozen=True)
class Squares:
    """A task that builds something at its first item; slower for the first items."""

    slow_below: int = 0

    @cached_property
    def process(self) -> int:
        return os.getpid()

    def __call__(self, item: int) -> tuple[int, int]:
        if item < self.slow_below:
            time.sleep(0.2)
        return item * item, self.process


@dataclass(frozen=True)
class Fails:
    def __call__(self, item: int) -> int:
        if item == 2:
            msg = "Expected anything but 2."
            raise FormatError(msg)
        return item


@dataclass(frozen=True)
class Dies:
    def __call__(self, item: int) -> int:
        os._exit(item)


@pytest.mark.slow
def test_results_come_in_the_order_of_the_items_from_other_processes() -> None:
    done = list(map_in_order(Squares(slow_below=2), range(12), workers=2))
    assert [square for square, _ in done] == [n * n for n in range(12)]
    processes = {process for _, process in done}
    assert os.getpid() not in processes
    assert len(processes) <= 2


def test_one_worker_is_this_process() -> None:
    done = list(map_in_order(Squares(), range(3), workers=1))
    assert done == [(0, os.getpid()), (1, os.getpid()), (4, os.getpid())]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_task_reaches_the_caller_as_what_it_is(workers: int) -> None:
    results = map_in_order(Fails(), range(5), workers=workers)
    assert next(results) == 0
    assert next(results) == 1
    with pytest.raises(FormatError, match="anything but 2"):
        next(results)


@pytest.mark.slow
def test_a_worker_that_dies_is_told_with_a_remedy() -> None:
    with pytest.raises(MienError, match="Choose fewer --workers"):
        list(map_in_order(Dies(), [1], workers=2))


@pytest.mark.slow
def test_endless_items_are_taken_as_they_are_needed_and_the_rest_is_left() -> None:
    taken: list[int] = []

    def endless() -> Iterator[int]:
        number = 0
        while True:
            taken.append(number)
            yield number
            number += 1

    results = map_in_order(Squares(), endless(), workers=2)
    assert next(results)[0] == 0
    assert len(taken) <= 8
    results.close()  # type: ignore[attr-defined]  # a generator when there are processes


def test_no_worker_at_all_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 1 worker, but got 0"):
        map_in_order(Squares(), [1], workers=0)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_all_processes_at_once(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import time\n"
        "from mien.work import map_in_order\n"
        "def slow(item):\n"
        "    time.sleep(0.3)\n"
        "    return item\n"
        "if __name__ == '__main__':\n"
        "    try:\n"
        "        for item in map_in_order(slow, range(1000), workers=2):\n"
        "            print(item, flush=True)\n"
        "    except KeyboardInterrupt:\n"
        "        print('stopped', flush=True)\n",
        encoding="utf-8",
    )
    with subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "0\n"
        os.killpg(running.pid, 2)  # the terminal sends it to the workers too
        out, err = running.communicate(timeout=30)
    assert out.splitlines()[-1] == "stopped"
    assert err == ""
