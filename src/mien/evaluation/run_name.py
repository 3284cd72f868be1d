"""What makes fold results comparable, as one line of JSON."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from mien.core.errors import FormatError
from mien.store.digest import sha256_of_bytes

CORPUS = "corpus"

Alike: TypeAlias = Callable[[str, str], bool]
"""Tells whether two runs count as one."""


def run_name(facts: Mapping[str, Any]) -> str:
    """Write the facts of a run, in one order."""
    return json.dumps(dict(facts), sort_keys=True)


def corpus_sha256(run: str) -> str:
    """Give the sha256 of the preparation that a run read: of its clips, or of its uncut videos.

    Raises:
        FormatError: no run that :func:`run_name` wrote.
    """
    corpus = _facts(run).get(CORPUS, "")
    if isinstance(corpus, str):
        return corpus
    return sha256_of_bytes(json.dumps(corpus, sort_keys=True).encode())


def alike_but_prepared_anew(preparations: Collection[str]) -> Alike:
    """Take two runs for one where they differ in nothing but the preparation of the corpus.

    A corpus that is prepared, or drawn, on two machines differs by their rounding.

    Args:
        preparations: sha256 of preparations of the same clips, as :func:`corpus_sha256` gives them.
    """

    def alike(one: str, other: str) -> bool:
        if one == other:
            return True
        if not preparations:
            return False
        if not {corpus_sha256(one), corpus_sha256(other)} <= set(preparations):
            return False
        return _rest(one) == _rest(other)

    return alike


def _rest(run: str) -> dict[str, Any]:
    return {name: value for name, value in _facts(run).items() if name != CORPUS}


def _facts(run: str) -> dict[str, Any]:
    try:
        facts = json.loads(run)
    except ValueError as error:
        msg = f"Expected the facts of a run as JSON, but got {run[:60]!r}."
        raise FormatError(msg) from error
    if not isinstance(facts, dict):
        msg = f"Expected the facts of a run as a JSON object, but got {run[:60]!r}."
        raise FormatError(msg)
    return facts
