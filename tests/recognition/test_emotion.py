"""Emotion from units, against published statistics and by hand."""

import math

import pytest

from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS
from mien.core.label_statistics import PRIORS, label_statistics
from mien.recognition.emotion import emotion_posterior

OBSERVABLE = frozenset({1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 24, 25, 26})


@pytest.mark.parametrize(
    ("units", "emotion"),
    [
        ((6, 12), "happiness"),
        ((1, 2, 5), "surprise"),
        ((9,), "disgust"),
        ((1, 4, 15), "sadness"),
    ],
)
def test_prototypes_speak_for_their_emotion(units: tuple[int, ...], emotion: str) -> None:
    posterior = emotion_posterior(dict.fromkeys(units, 1.0), observable=OBSERVABLE)
    assert posterior.best == emotion


def test_the_posterior_covers_every_label_and_sums_to_one() -> None:
    posterior = emotion_posterior({4: 0.8}, observable=OBSERVABLE, confidence=0.7)
    assert set(posterior.probabilities) == set(EMOTIONS)
    assert sum(posterior.probabilities.values()) == pytest.approx(1.0)
    assert posterior.probabilities["neutral"] == pytest.approx(0.3)


def test_without_evidence_or_observable_units_all_emotions_are_equal() -> None:
    posterior = emotion_posterior({}, observable=frozenset(), prior="casme2")
    values = {posterior.probabilities[e] for e in ("happiness", "disgust", "surprise", "others")}
    assert max(values) - min(values) < 1e-12


def test_repression_needs_statistics_that_know_it() -> None:
    units = {15: 1.0, 17: 1.0}
    known = emotion_posterior(units, observable=OBSERVABLE, prior="casme2")
    unknown = emotion_posterior(units, observable=OBSERVABLE, prior="emfacs+dfme")
    assert known.best == "repression"
    assert unknown.probabilities["repression"] == 0.0


def test_counts_are_those_printed() -> None:
    happiness = label_statistics("casme2").occurrence["happiness"]
    overall = 34 / 255
    assert happiness[12] == pytest.approx((27 + 2 * overall) / (32 + 2))


def test_two_emotions_by_hand() -> None:
    # One observable unit: the tempered ratio of the two posteriors is the ratio of the rates.
    table = label_statistics("casme2").occurrence
    posterior = emotion_posterior({12: 1.0}, observable=frozenset({12}), prior="casme2")
    ratio = posterior.probabilities["happiness"] / posterior.probabilities["repression"]
    expected = (table["happiness"][12] / table["repression"][12]) ** 0.7
    assert math.isclose(ratio, expected, rel_tol=1e-9)


def test_an_unknown_prior_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=", ".join(PRIORS)):
        label_statistics("samm")


def test_a_probability_outside_its_range_is_refused() -> None:
    with pytest.raises(UsageError, match="AU4"):
        emotion_posterior({4: 1.2}, observable=OBSERVABLE)
