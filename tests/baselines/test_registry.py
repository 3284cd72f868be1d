"""Which systems there are, those of plug-ins too, and what is said of one that is missing."""

import importlib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from mien.baselines import registry
from mien.baselines.registry import GROUP, all_systems, system_named, systems_of
from mien.core.errors import MissingError, UsageError
from mien.evaluation.systems import SystemSpec, SystemTask

PLUGGED = SystemSpec(
    name="Coin",
    task=SystemTask.RECOGNITION,
    category="hand-crafted",
    summary="For tests.",
    source="none",
    inputs=("rgb",),
    build=lambda _: pytest.fail("it is only listed"),
)
OF_THE_PAPER = {
    SystemTask.RECOGNITION: {"LBP-TOP", "LOCP-TOP", "CapsuleNet", "MER-GCN", "CNN + LSTM"},
    SystemTask.SPOTTING: {"MDMD", "SP-FD", "OF-FD", "SOFTNet", "Concat-CNN", "LSSNet"},
}


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    all_systems.cache_clear()
    yield
    all_systems.cache_clear()


def _bring(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    """Let installed packages bring systems of this module."""
    points = [EntryPoint("coin", value, GROUP) for value in values]

    def found(*, group: str) -> list[EntryPoint]:
        assert group == "mien.systems"
        return points

    monkeypatch.setattr(registry, "entry_points", found)


def test_every_system_of_the_paper_is_there_under_its_task() -> None:
    for task, names in OF_THE_PAPER.items():
        listed = {spec.name: spec for spec in systems_of(task)}
        assert names <= listed.keys()
        for name in names:
            assert listed[name].paper, name
    assert {spec.task for spec in all_systems()} == set(SystemTask)


def test_every_system_says_what_it_is() -> None:
    for spec in all_systems():
        assert spec.category in {"hand-crafted", "deep-learning", "ours"}
        assert spec.summary.endswith(".")
        assert spec.inputs
        assert spec.source


def test_capitals_do_not_matter() -> None:
    assert system_named("lbp-top") is system_named("LBP-TOP")


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"LBP-TOP"):
        system_named("LPB-TOP")


def test_a_plug_in_is_listed_last(monkeypatch: pytest.MonkeyPatch) -> None:
    _bring(monkeypatch, f"{__name__}:PLUGGED")
    assert all_systems()[-1] is PLUGGED
    assert system_named("coin") is PLUGGED
    assert PLUGGED in systems_of(SystemTask.RECOGNITION)
    assert PLUGGED not in systems_of(SystemTask.SPOTTING)


def test_what_is_no_system_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _bring(monkeypatch, f"{__name__}:OF_THE_PAPER")
    with pytest.raises(UsageError, match="to be a SystemSpec, but it is dict"):
        all_systems()


def test_a_plug_in_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _bring(monkeypatch, "no_such_package_of_systems:SPEC")
    with pytest.raises(UsageError, match="coin of no_such_package_of_systems:SPEC cannot"):
        all_systems()


def test_two_systems_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _bring(monkeypatch, f"{__name__}:PLUGGED", f"{__name__}:PLUGGED")
    with pytest.raises(UsageError, match="Coin is there twice"):
        all_systems()


@pytest.mark.parametrize(
    ("library", "extra"), [("torch", "train"), ("safetensors", "train"), ("sklearn", "evaluate")]
)
def test_a_missing_library_is_told_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, library: str, extra: str
) -> None:
    def load(name: str) -> ModuleType:
        if name.endswith("capsule_net"):
            msg = f"No module named {library!r}"
            raise ModuleNotFoundError(msg, name=library)
        return importlib.import_module(name)

    monkeypatch.setattr(registry, "import_module", load)
    with pytest.raises(MissingError, match=rf"capsule_net needs {library}.*'mien\[{extra}\]'"):
        all_systems()


def test_an_error_of_our_own_is_not_taken_for_a_missing_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "MODULES", ("mien.baselines.no_such_file",))
    with pytest.raises(ModuleNotFoundError, match="no_such_file"):
        all_systems()
