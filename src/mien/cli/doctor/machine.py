"""Python, platform, cores and memory."""

import platform
import sys

import psutil

from mien import __version__
from mien.cli.doctor.finding import Finding, State
from mien.work import usable_cores

_ENOUGH_BYTES = 2 << 30  # free for one 720p run: models, frames in flight and the renderer


def software() -> Finding:
    """Tell versions and platform."""
    system = platform.platform()
    data = {"mien": __version__, "python": platform.python_version(), "platform": system}
    value = f"mien {__version__}, Python {platform.python_version()} ({sys.executable}), {system}"
    return Finding("software", State.GOOD, value, data=data)


def cores_and_memory() -> Finding:
    """Tell how many cores this process may use, and how much memory is free."""
    cores = usable_cores()
    memory = psutil.virtual_memory()
    total_bytes, free_bytes = int(memory.total), int(memory.available)
    enough = free_bytes >= _ENOUGH_BYTES
    return Finding(
        "cores, memory",
        State.GOOD if enough else State.NOTE,
        f"{cores} cores, {_gigabytes(free_bytes)} free of {_gigabytes(total_bytes)}",
        remedy="" if enough else "Close other programs before long videos.",
        data={"cores": cores, "memory_bytes": total_bytes, "memory_free_bytes": free_bytes},
    )


def _gigabytes(count_bytes: int) -> str:
    return f"{count_bytes / (1 << 30):.1f} GiB"
