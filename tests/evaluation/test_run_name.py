"""Runs count as one when they are the same, or differ only in a preparation that is named."""

import pytest

from mien.core.errors import FormatError
from mien.evaluation.run_name import alike_but_prepared_anew, corpus_sha256, run_name

HERE = run_name({"corpus": "aa", "system": "mien", "seed": 0})
THERE = run_name({"corpus": "bb", "system": "mien", "seed": 0})


def test_the_order_of_the_facts_does_not_matter() -> None:
    assert run_name({"seed": 0, "system": "mien", "corpus": "aa"}) == HERE


def test_another_preparation_counts_only_when_both_are_named() -> None:
    assert alike_but_prepared_anew(("aa", "bb"))(HERE, THERE)
    assert not alike_but_prepared_anew(("aa",))(HERE, THERE)
    assert not alike_but_prepared_anew(())(HERE, THERE)
    assert alike_but_prepared_anew(())(HERE, HERE)


@pytest.mark.parametrize("change", [{"seed": 1}, {"system": "paper"}, {"weights": "cc"}])
def test_anything_else_that_differs_is_another_run(change: dict[str, object]) -> None:
    other = run_name({"corpus": "bb", "system": "mien", "seed": 0, **change})
    assert not alike_but_prepared_anew(("aa", "bb"))(HERE, other)


def test_videos_have_one_digest_for_all_of_them() -> None:
    one = run_name({"corpus": {"a": "1", "b": "2"}})
    assert len(corpus_sha256(one)) == 64
    assert corpus_sha256(one) != corpus_sha256(run_name({"corpus": {"a": "1", "b": "3"}}))
    assert corpus_sha256(HERE) == "aa"


@pytest.mark.parametrize("text", ["mine", "[1]", ""])
def test_what_names_no_run_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="facts of a run"):
        corpus_sha256(text)
