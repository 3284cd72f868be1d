"""Zero-shot is refused where it is none."""

import pytest

from mien.core.errors import UsageError
from mien.evaluation.zero_shot import known_corpus, refuse_seen


@pytest.mark.parametrize(
    "spelling", ["casme2", "CASME II", "CASME-II", "casmeii", "CASME_2", "Casme 2", "casme2-crop"]
)
def test_every_spelling_of_casme_ii_refuses_its_prior(spelling: str) -> None:
    assert known_corpus(spelling) == "casme2"
    with pytest.raises(UsageError, match=r"not zero-shot.*--prior emfacs\+dfme"):
        refuse_seen([spelling], {"the prior casme2": ["casme2"]})


@pytest.mark.parametrize("other", ["CAS(ME)^2", "CAS(ME)2", "CASME", "CAS(ME)^3", "CASME III"])
def test_other_corpora_of_alike_names_are_others(other: str) -> None:
    assert known_corpus(other) != "casme2"
    refuse_seen([other, "mine"], {"the prior casme2": ["casme2"]})


def test_dfme_refuses_the_usual_prior_and_names_what_is_left() -> None:
    with pytest.raises(UsageError, match=r"stems from DFME.*--prior emfacs, or leave"):
        refuse_seen(["DFME"], {"the prior emfacs+dfme": ["emfacs", "dfme"]})


def test_a_source_that_learned_from_a_corpus_is_refused_there() -> None:
    with pytest.raises(UsageError, match=r"a network was made from SAMM.*--without"):
        refuse_seen(["samm"], {"a network": ["SAMM"]})
    refuse_seen(["smic"], {"a network": ["SAMM", "dfme"]})
