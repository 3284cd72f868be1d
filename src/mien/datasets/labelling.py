"""Labelling schemes: which class a clip has in an experiment, or why it is left out.

A scheme is one file of ``schemes/``, so that the exact list of clips of an experiment is data that
can be read and counted.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Int

from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS
from mien.core.nearest import unknown_name

SCHEMES: tuple[str, ...] = (
    "plain",
    "casme2-5",
    "casme2-7",
    "megc3",
    "samm-5",
    "smic-3",
    "dfme-7",
    "four-class",
    "four-class-repression-other",
    "objective-5",
    "objective-7",
)
"""The schemes that come with mien."""

ANY_CORPUS = "*"


@runtime_checkable
class ClipLabel(Protocol):
    """What a scheme needs to know of a clip; coded and prepared clips are such."""

    @property
    def key(self) -> str:
        """Corpus, subject and clip, such as ``casme2/sub01/EP02_01f``."""

    @property
    def emotion(self) -> str | None:
        """Label of the corpus in the words of mien; empty or None where there is none."""

    @property
    def objective_class(self) -> int | None:
        """1 to 7 by the units coded; None where it is not known."""


@dataclass(frozen=True)
class Assigned:
    """The class of a clip, or the reason why it has none."""

    label: str = ""
    reason: str = ""
    """Empty for a clip that has a class."""


@dataclass(frozen=True)
class CorpusRule:
    """What a scheme does with one corpus."""

    classes: Mapping[str, str]
    """Class by label."""

    dropped_labels: Mapping[str, str]
    """Reason by label."""

    dropped_clips: Mapping[str, str]
    """Reason by subject and clip, such as ``sub04/EP12_01f``."""

    counts: Mapping[str, int]
    """Published number of clips by class; empty where none is known."""


@dataclass(frozen=True)
class LabellingScheme:
    """A mapping of the labels of corpora to the classes of an experiment."""

    name: str
    summary: str
    source: str
    classes: tuple[str, ...]
    """In the order of scores; empty when the clips decide."""

    by_objective_class: bool
    """Whether labels are the objective classes 1 to 7 instead of emotions."""

    rules: Mapping[str, CorpusRule]
    """By corpus; ``*`` is every corpus that is not named."""

    def assign(self, key: str, emotion: str | None, objective_class: int | None = None) -> Assigned:
        """Give the class of one clip.

        Args:
            key: corpus, subject and clip, such as ``casme2/sub01/EP02_01f``.
            emotion: label of the corpus in the words of mien; empty or None where there is none.
            objective_class: 1 to 7; None where it is not known.

        Raises:
            UsageError: the scheme does not know the corpus, or the label.

        >>> labelling_scheme("megc3").assign("casme2/sub01/EP02_01f", "happiness").label
        'positive'
        >>> labelling_scheme("megc3").assign("casme2/sub01/EP19_05f", "others").reason
        'others is none of the three classes'
        """
        corpus, _, clip = key.partition("/")
        label = str(objective_class or "") if self.by_objective_class else emotion or ""
        if not label:
            kind = "objective class" if self.by_objective_class else "emotion"
            return Assigned(reason=f"no {kind} is coded")
        if not self.rules:
            return Assigned(label)
        rule = self._rule(corpus)
        if clip in rule.dropped_clips:
            return Assigned(reason=rule.dropped_clips[clip])
        if label in rule.dropped_labels:
            return Assigned(reason=rule.dropped_labels[label])
        if label not in rule.classes:
            known = sorted((*rule.classes, *rule.dropped_labels))
            said = unknown_name(f"a label of {corpus}", label, known)
            msg = f"{said} It is the label of {key}, and the scheme is {self.name}."
            raise UsageError(msg)
        return Assigned(rule.classes[label])

    def _rule(self, corpus: str) -> CorpusRule:
        if corpus in self.rules:
            return self.rules[corpus]
        if ANY_CORPUS in self.rules:
            return self.rules[ANY_CORPUS]
        msg = (
            f"Expected clips of {', '.join(self.rules)} for the labelling scheme {self.name}, but "
            f"got one of {corpus}. Choose another scheme; plain takes every corpus."
        )
        raise UsageError(msg)


@dataclass(frozen=True)
class Labelling:
    """Clips under a scheme."""

    scheme: str
    classes: tuple[str, ...]
    keys: tuple[str, ...]
    emotion: Int[np.ndarray, " clip"]
    """Position among the classes; -1 for a clip that is left out."""

    dropped: Mapping[str, str]
    """Reason by key of every clip that is left out."""

    @property
    def kept(self) -> Int[np.ndarray, " kept"]:
        """Positions of the clips that have a class."""
        return np.flatnonzero(self.emotion >= 0)

    def counts(self, corpus: str | None = None) -> Mapping[str, int]:
        """Count the clips of each class, of one corpus or of all."""
        prefix = "" if corpus is None else f"{corpus}/"
        found = Counter(
            self.classes[position]
            for key, position in zip(self.keys, self.emotion.tolist(), strict=True)
            if position >= 0 and key.startswith(prefix)
        )
        return {name: found[name] for name in self.classes}


def label_clips(scheme: LabellingScheme, clips: Sequence[ClipLabel]) -> Labelling:
    """Give every clip its class or the reason why it has none.

    The classes of a scheme without any of its own are the labels that occur: emotions in the order
    of :data:`mien.core.facs.EMOTIONS`, then what is none of them by the alphabet.

    Raises:
        UsageError: the scheme does not know a corpus or a label.
    """
    assigned = [scheme.assign(one.key, one.emotion, one.objective_class) for one in clips]
    occurring = {one.label for one in assigned if one.label}
    classes = scheme.classes or (
        *(name for name in EMOTIONS if name in occurring),
        *sorted(occurring.difference(EMOTIONS)),
    )
    return Labelling(
        scheme=scheme.name,
        classes=classes,
        keys=tuple(one.key for one in clips),
        emotion=np.array(
            [classes.index(one.label) if one.label else -1 for one in assigned], np.int64
        ),
        dropped={
            clip.key: one.reason for clip, one in zip(clips, assigned, strict=True) if one.reason
        },
    )


def count_differences(scheme: LabellingScheme, labelling: Labelling) -> tuple[str, ...]:
    """Compare the clips of each corpus with the published numbers.

    Returns:
        a sentence for each class of each corpus that has another number of clips; nothing of
        corpora that are not there, or whose numbers are not known.
    """
    there = {key.partition("/")[0] for key in labelling.keys}
    sentences = []
    for corpus, rule in scheme.rules.items():
        if corpus not in there:
            continue
        found = labelling.counts(corpus)
        sentences += [
            f"{corpus} has {found[name]} clips of {name}, and {expected} are published for the "
            f"scheme {scheme.name}."
            for name, expected in rule.counts.items()
            if found[name] != expected
        ]
    return tuple(sentences)


@cache
def labelling_scheme(name: str) -> LabellingScheme:
    """Load one of :data:`SCHEMES`.

    Raises:
        UsageError: no such scheme.

    >>> sum(labelling_scheme("casme2-5").rules["casme2"].counts.values())
    246
    """
    if name not in SCHEMES:
        raise UsageError(unknown_name("a labelling scheme", name, SCHEMES))
    text = files("mien.datasets").joinpath("schemes", f"{name}.toml").read_text(encoding="utf-8")
    facts = tomllib.loads(text)
    return LabellingScheme(
        name=name,
        summary=facts["summary"],
        source=facts["source"],
        classes=tuple(facts["classes"]),
        by_objective_class=facts.get("by") == "objective class",
        rules={corpus: _rule(rule) for corpus, rule in facts.get("corpora", {}).items()},
    )


def _rule(facts: Mapping[str, Any]) -> CorpusRule:
    return CorpusRule(
        classes=facts["classes"],
        dropped_labels=facts.get("dropped_labels", {}),
        dropped_clips=facts.get("dropped_clips", {}),
        counts=facts.get("counts", {}),
    )
