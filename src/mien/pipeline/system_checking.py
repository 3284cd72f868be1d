"""A recogniser by its name -> whether it learns from its own clips only."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import UsageError
from mien.datasets.clips import LabelledClips
from mien.evaluation.honesty import assert_no_leak
from mien.evaluation.made_clips import made_clips
from mien.evaluation.systems import Budget, RecognitionSystem, SystemTask
from mien.pipeline.corpus_labels import label_corpus
from mien.pipeline.fold_running import opened, system_called
from mien.recognition.unit_sets import UNIT_SETS

BUDGET = Budget(width=4, max_epochs=1)
PEOPLE, EACH = 4, 4
"""Clips of a corpus that the check reads."""


@dataclass(frozen=True)
class SystemCheck:
    """A recogniser that passed, and what it was checked on."""

    system: str
    clips: int
    people: int
    on: str
    """In words."""


def check_system(name: str, prepared: Path | None = None, scheme: str = "plain") -> SystemCheck:
    """Train a recogniser twice for one epoch and look for leaks.

    Args:
        name: of a system, or the path of a configuration.
        prepared: a prepared corpus; None for clips made of numbers.
        scheme: labelling scheme of that corpus.

    Raises:
        UsageError: no recogniser, one that leaks, or clips that it cannot be checked on.
        MissingError: no prepared corpus, or no weights that the system starts from.
    """
    spec = system_called(name)
    if spec.task is not SystemTask.RECOGNITION:
        msg = (
            f"Expected a recogniser, but {spec.name} is for {spec.task.value}: it is handed single "
            "videos and cannot see those that it is tested on."
        )
        raise UsageError(msg)
    clips = made_clips() if prepared is None else _some(prepared, scheme)
    on = "made of numbers" if prepared is None else f"of {opened(prepared).name}"

    def build() -> RecognitionSystem:
        system = spec.build(BUDGET)
        if not isinstance(system, RecognitionSystem):
            msg = f"Expected fit and predict of what {spec.name} builds, but one is missing."
            raise UsageError(msg)
        return system

    assert_no_leak(build, clips)
    return SystemCheck(spec.name, len(clips), len(set(clips.clips.subjects)), on)


def _some(prepared: Path, scheme: str) -> LabelledClips:
    """Take the first clips of the first people."""
    whole = label_corpus(opened(prepared), scheme, UNIT_SETS["cd6me12"]).labelled
    places: dict[str, list[int]] = defaultdict(list)
    for place, who in enumerate(whole.clips.subjects):
        places[who].append(place)
    return whole.take([place for of in list(places.values())[:PEOPLE] for place in of[:EACH]])
