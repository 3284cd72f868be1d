"""Protocols: which clips are learned from and which are predicted, fold by fold.

Subjects are known by corpus and number, and no subject is on both sides of a fold, except under a
protocol that says of itself that it leaks. Which fold a subject falls into depends on the names,
the classes and the seed, never on the order of the clips.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float, Int

from mien.core.errors import UsageError
from mien.core.nearest import unknown_name
from mien.datasets.splits import Fold, Split, SplitWarning

COMPOSITE_2019 = ("casme2", "samm", "smic_hs")
"""Corpora of the composite of MEGC 2019."""

SAME_CLIPS = (
    ("samm", "samm_lv"),
    ("smic_hs", "smic_vis"),
    ("smic_hs", "smic_nir"),
    ("smic_vis", "smic_nir"),
)
"""Corpora that hold the same movements: all 159 micro-expressions of SAMM are in SAMM Long Videos,
and three cameras recorded SMIC."""

SAME_PEOPLE = (("casme2", "cas_me_2"),)
"""Corpora with participants in common; which ones is not published."""


class ProtocolKind(StrEnum):
    """How clips are parted."""

    LOSO = "loso"
    """Leave one subject out: a fold a subject."""

    KFOLD_SUBJECT = "kfold-subject"
    """k folds of whole subjects, balanced by class."""

    KFOLD_CLIP = "kfold-clip"
    """k folds of clips: the same people are on both sides. It leaks, and is there to compare with
    figures that were published this way."""

    CROSS_DATABASE = "cross-database"
    """Learn from some corpora, predict another."""

    LEAVE_ONE_CORPUS_OUT = "leave-one-corpus-out"
    """A fold a corpus."""

    MEGC2019 = "megc2019"
    """Leave one subject out over CASME II, SAMM and SMIC-HS together (See et al., FG 2019)."""

    HOLDOUT = "holdout"
    """One of the k folds of whole subjects is predicted, the others are learned from."""


LEAKY = frozenset({ProtocolKind.KFOLD_CLIP})


@dataclass(frozen=True)
class Protocol:
    """A way to part clips, with its settings."""

    kind: ProtocolKind
    k: int = 5
    """Number of folds, for the kinds that have a choice."""

    train_corpora: tuple[str, ...] = ()
    """For cross-database."""

    test_corpus: str = ""
    """For cross-database."""

    def __post_init__(self) -> None:
        """Refuse settings that part nothing."""
        if self.k < 2:  # noqa: PLR2004 - one to learn from, one to predict
            msg = f"Expected at least 2 folds, but got {self.k}."
            raise UsageError(msg)
        crosses = self.kind is ProtocolKind.CROSS_DATABASE
        if crosses != bool(self.train_corpora and self.test_corpus):
            msg = (
                "Expected corpora to learn from and a corpus to predict for cross-database, and "
                f"for no other protocol, but got {self.kind.value} with "
                f"{', '.join(self.train_corpora) or 'none'} and {self.test_corpus or 'none'}."
            )
            raise UsageError(msg)
        if self.test_corpus in self.train_corpora:
            msg = f"Expected to predict a corpus that is not learned from, got {self.test_corpus}."
            raise UsageError(msg)

    @property
    def name(self) -> str:
        """As tables print it, such as ``kfold5-subject``."""
        if self.kind in {ProtocolKind.KFOLD_SUBJECT, ProtocolKind.KFOLD_CLIP}:
            return self.kind.value.replace("kfold", f"kfold{self.k}")
        if self.kind is ProtocolKind.HOLDOUT:
            return f"holdout-1-of-{self.k}"
        if self.kind is ProtocolKind.CROSS_DATABASE:
            return f"{'+'.join(self.train_corpora)} to {self.test_corpus}"
        return self.kind.value

    @property
    def leaky(self) -> bool:
        """Whether the same people may be on both sides."""
        return self.kind in LEAKY


def protocol_named(
    name: str, *, train_corpora: Sequence[str] = (), test_corpus: str = "", k: int = 5
) -> Protocol:
    """Look a protocol up.

    ``kfold10-subject`` names its own k, ``cross-database:casme2+samm:smic_hs`` the corpora that are
    learned from and the one that is predicted.

    Raises:
        UsageError: no such protocol, or corpora that do not go with it.

    >>> protocol_named("kfold10-subject").k
    10
    """
    numbered = re.fullmatch(r"kfold(\d+)-(subject|clip)", name)
    if numbered:
        name, k = f"kfold-{numbered[2]}", int(numbered[1])
    kind, _, corpora = name.partition(":")
    if kind == ProtocolKind.CROSS_DATABASE.value and corpora:
        learned, _, test_corpus = corpora.partition(":")
        name, train_corpora = kind, [one for one in learned.split("+") if one]
    kinds = [kind.value for kind in ProtocolKind]
    if name not in kinds:
        raise UsageError(unknown_name("a protocol", name, kinds))
    return Protocol(ProtocolKind(name), k, tuple(train_corpora), test_corpus)


def corpus_of(subject: str) -> str:
    """Give the corpus of a subject (or clip) such as ``casme2/sub01``.

    Raises:
        UsageError: the name has no corpus.
    """
    corpus, slash, rest = subject.partition("/")
    if not (corpus and slash and rest):
        msg = (
            f"Expected a name with its corpus such as casme2/sub01, but got {subject!r}. Equal "
            "numbers of two corpora are two people."
        )
        raise UsageError(msg)
    return corpus


def make_split(
    protocol: Protocol,
    names: Sequence[str],
    subjects: Sequence[str],
    *,
    emotion: Int[np.ndarray, " clip"] | None = None,
    classes: Sequence[str] = (),
    seed: int = 0,
) -> Split:
    """Part clips, or uncut videos, under a protocol.

    Folds of whole subjects are balanced by class: subjects are taken from the one with most clips
    to the one with fewest (equals in an order drawn from the seed), and each goes to the fold that
    has least of what it brings, every class weighing the same whatever its size. Folds of clips are
    dealt class by class in an order drawn from the seed.

    Args:
        protocol: how.
        names: corpus, subject and clip; each once.
        subjects: corpus and subject of each.
        emotion: position of each clip among ``classes``, -1 for none; None for no balancing.
        classes: names of the classes, for the warnings.
        seed: of what is drawn.

    Raises:
        UsageError: a single subject, fewer subjects than folds, a subject without its corpus, or
            corpora that do not go with the protocol.
    """
    if not len(names) == len(subjects) == (len(names) if emotion is None else len(emotion)):
        msg = f"Expected a subject and a class a clip, but got {len(subjects)} for {len(names)}."
        raise UsageError(msg)
    order = sorted(range(len(names)), key=names.__getitem__)
    groups = np.array([subjects[i] for i in order])
    corpora = np.array([corpus_of(subjects[i]) for i in order])
    labels = np.full(len(order), -1) if emotion is None else emotion[order]
    _check_corpora(protocol, frozenset(corpora.tolist()))
    if protocol.kind is ProtocolKind.CROSS_DATABASE:
        parts: Mapping[str, np.ndarray] = {protocol.name: corpora == protocol.test_corpus}
        learned = np.isin(corpora, protocol.train_corpora)
    else:
        _check_subjects(groups)
        parts = _parts(protocol, groups, corpora, labels, np.random.default_rng(seed))
        learned = np.ones(len(order), np.bool_)
    place = np.array(order, np.int64)
    folds = tuple(
        Fold(name, np.sort(place[learned & ~test]), np.sort(place[test]))
        for name, test in parts.items()
    )
    return Split(
        protocol=protocol.name,
        leaky=protocol.leaky,
        seed=seed,
        names=tuple(names),
        subjects=tuple(subjects),
        folds=folds,
        warnings=(
            *_people_warnings(frozenset(corpora.tolist())),
            *(() if emotion is None else _class_warnings(folds, emotion, classes)),
        ),
    )


def inner_folds(
    fold: Fold,
    subjects: Sequence[str],
    *,
    emotion: Int[np.ndarray, " clip"] | None = None,
    k: int = 3,
    seed: int = 0,
) -> tuple[Fold, ...]:
    """Part what a fold learns from once more, to choose settings without its test clips.

    Always by whole subjects. Positions count the same clips as those of the outer fold.

    Args:
        fold: the outer fold.
        subjects: corpus and subject of all clips.
        emotion: position of the class of all clips, -1 for none; None for no balancing.
        k: number of inner folds.
        seed: of what is drawn.

    Raises:
        UsageError: fewer subjects to learn from than inner folds.
    """
    groups = np.array([subjects[i] for i in fold.train])
    labels = np.full(len(groups), -1) if emotion is None else emotion[fold.train]
    share = _balanced_folds(groups, labels, k, np.random.default_rng(seed))
    return tuple(
        Fold(f"{fold.name}, inner {i + 1} of {k}", fold.train[share != i], fold.train[share == i])
        for i in range(k)
    )


def _check_subjects(groups: np.ndarray) -> None:
    people = sorted(set(groups.tolist()))
    if len(people) < 2:  # noqa: PLR2004 - one to learn from, one to predict
        msg = (
            f"Expected at least two subjects, but all clips are of {', '.join(people) or 'nobody'}:"
            " nothing could be learned from one person and tried on another."
        )
        raise UsageError(msg)


def _check_corpora(protocol: Protocol, there: frozenset[str]) -> None:
    if protocol.kind is ProtocolKind.CROSS_DATABASE:
        asked = {*protocol.train_corpora, protocol.test_corpus}
        missing = sorted(asked - there)
        if missing:
            msg = f"Expected clips of {', '.join(sorted(asked))}, but got none of {missing[0]}."
            raise UsageError(msg)
        there = frozenset(asked)
    if protocol.kind is ProtocolKind.MEGC2019 and there != set(COMPOSITE_2019):
        msg = (
            f"Expected clips of {', '.join(COMPOSITE_2019)} for the composite of 2019, but got "
            f"{', '.join(sorted(there))}."
        )
        raise UsageError(msg)
    if protocol.kind is ProtocolKind.LEAVE_ONE_CORPUS_OUT and len(there) < 2:  # noqa: PLR2004
        msg = f"Expected at least two corpora to leave one out, but got {', '.join(there)} alone."
        raise UsageError(msg)
    for pair in SAME_CLIPS:
        if there.issuperset(pair):
            msg = (
                f"Expected corpora of different recordings, but {pair[0]} and {pair[1]} hold the "
                "same movements of the same people. Take one of them."
            )
            raise UsageError(msg)


def _people_warnings(there: frozenset[str]) -> list[SplitWarning]:
    return [
        SplitWarning(
            "",
            f"{pair[0]} and {pair[1]} have participants in common; which ones is not published, so "
            "some people may be on both sides.",
        )
        for pair in SAME_PEOPLE
        if there.issuperset(pair)
    ]


def _class_warnings(
    folds: Sequence[Fold], emotion: Int[np.ndarray, " clip"], classes: Sequence[str]
) -> list[SplitWarning]:
    occurring = set(emotion.tolist()) - {-1}
    return [
        SplitWarning(fold.name, f"{classes[lacking]} is not among what the fold learns from.")
        for fold in folds
        for lacking in sorted(occurring - set(emotion[fold.train].tolist()))
    ]


def _parts(
    protocol: Protocol,
    groups: np.ndarray,
    corpora: np.ndarray,
    labels: Int[np.ndarray, " clip"],
    rng: np.random.Generator,
) -> Mapping[str, np.ndarray]:
    """Which clips each fold predicts, by its name."""
    match protocol.kind:
        case ProtocolKind.LOSO | ProtocolKind.MEGC2019:
            return {str(one): groups == one for one in np.unique(groups)}
        case ProtocolKind.LEAVE_ONE_CORPUS_OUT:
            return {str(one): corpora == one for one in np.unique(corpora)}
        case ProtocolKind.KFOLD_CLIP:
            share = _dealt_clips(labels, protocol.k, rng)
        case _:
            share = _balanced_folds(groups, labels, protocol.k, rng)
    count = 1 if protocol.kind is ProtocolKind.HOLDOUT else protocol.k
    return {f"fold {i + 1} of {protocol.k}": share == i for i in range(count)}


def _balanced_folds(
    groups: np.ndarray, labels: Int[np.ndarray, " clip"], k: int, rng: np.random.Generator
) -> Int[np.ndarray, " clip"]:
    """Give each clip the fold of its subject."""
    people, whose = np.unique(groups, return_inverse=True)
    if len(people) < k:
        msg = f"Expected at least as many subjects as folds, but got {len(people)} for {k} folds."
        raise UsageError(msg)
    kinds, kind = np.unique(labels, return_inverse=True)
    brings = np.zeros((len(people), len(kinds) + 1))
    np.add.at(brings, (whose, kind), 1.0)
    brings[:, -1] = brings.sum(axis=1)  # all clips together count like one more class
    weight: Float[np.ndarray, " column"] = 1.0 / brings.sum(axis=0) ** 2
    drawn = rng.permutation(len(people))
    turns = drawn[np.argsort(-brings[drawn, -1], kind="stable")]
    held = np.zeros((k, len(kinds) + 1))
    fold_of = np.zeros(len(people), np.int64)
    for turn, person in enumerate(turns):
        # What the sum of squared shares grows by; the first k subjects open a fold each.
        growth = (held * brings[person] * weight).sum(axis=1)
        fold = turn if turn < k else int(np.argmin(growth))
        fold_of[person] = fold
        held[fold] += brings[person]
    shares: Int[np.ndarray, " clip"] = fold_of[whose]
    return shares


def _dealt_clips(
    labels: Int[np.ndarray, " clip"], k: int, rng: np.random.Generator
) -> Int[np.ndarray, " clip"]:
    if len(labels) < k:
        msg = f"Expected at least as many clips as folds, but got {len(labels)} for {k} folds."
        raise UsageError(msg)
    drawn = rng.permutation(len(labels))
    dealt = drawn[np.argsort(labels[drawn], kind="stable")]
    share = np.zeros(len(labels), np.int64)
    share[dealt] = np.arange(len(labels)) % k
    return share
