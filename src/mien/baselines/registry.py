"""Every system that can be evaluated: the built-in ones, and those that plug-ins bring."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from mien.core.errors import MissingError, UsageError
from mien.core.nearest import unknown_name
from mien.evaluation.systems import SystemSpec, SystemTask

GROUP = "mien.systems"
"""Entry points of plug-ins: each leads to a :class:`SystemSpec`."""

MODULES: tuple[str, ...] = (
    "mien.baselines.lbp_top",
    "mien.baselines.locp_top",
    "mien.baselines.linear_svm",
    "mien.baselines.mdmd",
    "mien.baselines.sp_fd",
    "mien.baselines.of_fd",
    "mien.baselines.capsule_net",
    "mien.baselines.mer_gcn",
    "mien.baselines.cnn_lstm",
    "mien.baselines.ststnet",
    "mien.baselines.elrcn",
    "mien.baselines.softnet",
    "mien.baselines.concat_cnn",
    "mien.baselines.lssnet",
    "mien.baselines.bsn",
    "mien.training.system",
    "mien.baselines.analysis_by_synthesis",
)
"""Where the built-in systems are, in the order of the tables; each has a SPEC or SPECS."""

_EXTRAS = {"torch": "train", "safetensors": "train", "sklearn": "evaluate"}


@cache
def all_systems() -> tuple[SystemSpec, ...]:
    """Give every system, in the order of the tables.

    Raises:
        MissingError: the libraries of an extra are not installed.
        UsageError: a plug-in that is none, or a name that two systems have.
    """
    found = [spec for module in MODULES for spec in _specs_of(module)]
    found += _plugged_in()
    names = [spec.name for spec in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        msg = f"Expected every system under a name of its own, but {twice} is there twice."
        raise UsageError(msg)
    return tuple(found)


def systems_of(task: SystemTask) -> tuple[SystemSpec, ...]:
    """Give the systems of one task."""
    return tuple(spec for spec in all_systems() if spec.task is task)


def system_named(name: str) -> SystemSpec:
    """Look a system up by the name that tables print; capitals do not matter.

    Raises:
        UsageError: no such system.
    """
    for spec in all_systems():
        if spec.name.casefold() == name.casefold():
            return spec
    raise UsageError(unknown_name("a system", name, [spec.name for spec in all_systems()]))


def _specs_of(module: str) -> tuple[SystemSpec, ...]:
    try:
        loaded = import_module(module)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(error.name or "")
        if extra is None:
            raise
        msg = f"{module} needs {error.name}, which is not installed: pip install 'mien[{extra}]'"
        raise MissingError(msg) from error
    specs: tuple[SystemSpec, ...] = loaded.SPECS if hasattr(loaded, "SPECS") else (loaded.SPEC,)
    return specs


def _plugged_in() -> Iterator[SystemSpec]:
    for point in entry_points(group=GROUP):
        try:
            spec = point.load()
        except Exception as error:
            msg = (
                f"The system {point.name} of {point.value} cannot be loaded: {error}. Mend or "
                "remove the package that brings it."
            )
            raise UsageError(msg) from error
        if not isinstance(spec, SystemSpec):
            msg = f"Expected {point.value} to be a SystemSpec, but it is {type(spec).__name__}."
            raise UsageError(msg)
        yield spec
