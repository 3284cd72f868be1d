"""Which clips are learned from and which are predicted, fold by fold: made once, kept by name."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int

from mien.core.errors import FormatError, UsageError

SCHEMA, VERSION = "mien/split", 1


@dataclass(frozen=True)
class Fold:
    """Clips to learn from and clips to predict, by their positions."""

    name: str
    train: Int[np.ndarray, " train"]
    test: Int[np.ndarray, " test"]


@dataclass(frozen=True)
class SplitWarning:
    """Something about a split that a reader of its figures has to know."""

    fold: str
    """Empty when it is about all of them."""

    sentence: str


@dataclass(frozen=True)
class Split:
    """The folds of a protocol over certain clips."""

    protocol: str
    """Name, such as ``kfold5-subject``."""

    leaky: bool
    """Whether the same people may be on both sides."""

    seed: int
    names: tuple[str, ...]
    """Of the clips (or videos) that the positions count; corpus first."""

    subjects: tuple[str, ...]
    """Corpus and subject of each."""

    folds: tuple[Fold, ...]
    warnings: tuple[SplitWarning, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a split in which something is predicted that was learned from."""
        tested: set[int] = set()
        for fold in self.folds:
            test = set(fold.test.tolist())
            if not len(fold.train) or not test:
                msg = f"Expected clips on both sides, but the fold {fold.name} has an empty one."
                raise UsageError(msg)
            learned = test & set(fold.train.tolist())
            if learned:
                clip = self.names[min(learned)]
                msg = f"Expected no clip on both sides, but {clip} is in the fold {fold.name}."
                raise UsageError(msg)
            if tested & test:
                clip = self.names[min(tested & test)]
                msg = f"Expected one prediction a clip, but two are of {clip}."
                raise UsageError(msg)
            tested |= test
            both = {self.subjects[i] for i in fold.train} & {self.subjects[i] for i in fold.test}
            if both and not self.leaky:
                msg = (
                    f"Expected no subject on both sides, but {min(both)} is in the fold "
                    f"{fold.name} of {self.protocol}."
                )
                raise UsageError(msg)

    @property
    def tested(self) -> tuple[str, ...]:
        """Names of all clips that are predicted, by name."""
        return tuple(sorted(self.names[i] for fold in self.folds for i in fold.test))

    @cached_property
    def sha256(self) -> str:
        """Over the protocol and the names on both sides of every fold."""
        facts = {"protocol": self.protocol, "leaky": self.leaky, "folds": self._facts()}
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def _facts(self) -> list[dict[str, object]]:
        return [
            {
                "name": fold.name,
                "train": sorted(self.names[i] for i in fold.train),
                "test": sorted(self.names[i] for i in fold.test),
            }
            for fold in self.folds
        ]

    def to_json(self) -> str:
        """Write the split by names, so that it can be applied wherever the clips are."""
        return json.dumps(
            {
                "schema": SCHEMA,
                "version": VERSION,
                "protocol": self.protocol,
                "leaky": self.leaky,
                "seed": self.seed,
                "sha256": self.sha256,
                "subjects": dict(sorted(zip(self.names, self.subjects, strict=True))),
                "folds": self._facts(),
                "warnings": [[one.fold, one.sentence] for one in self.warnings],
            },
            indent=1,
        )


def split_from_json(text: str) -> Split:
    """Read a split back; its clips are ordered by name.

    Raises:
        FormatError: it cannot be read, or its names are not those that were hashed.
    """
    try:
        facts = json.loads(text)
        if (facts["schema"], facts["version"]) != (SCHEMA, VERSION):
            msg = f"it is {facts['schema']} {facts['version']}, not {SCHEMA} {VERSION}"
            raise ValueError(msg)  # noqa: TRY301 - told with the same sentence as the others
        place = {name: i for i, name in enumerate(facts["subjects"])}
        split = Split(
            protocol=facts["protocol"],
            leaky=facts["leaky"],
            seed=facts["seed"],
            names=tuple(place),
            subjects=tuple(facts["subjects"].values()),
            folds=tuple(
                Fold(
                    one["name"],
                    np.array([place[name] for name in one["train"]], np.int64),
                    np.array([place[name] for name in one["test"]], np.int64),
                )
                for one in facts["folds"]
            ),
            warnings=tuple(SplitWarning(*pair) for pair in facts["warnings"]),
        )
    except (ValueError, KeyError, TypeError, UsageError) as error:
        msg = f"The split cannot be read: {error}. Make it again."
        raise FormatError(msg) from error
    if split.sha256 != facts["sha256"]:
        msg = "Expected a split as it was made, but its names were changed since. Make it again."
        raise FormatError(msg)
    return split
