"""The confidence of a movement is a probability that rises with its score."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.recognition.sensitivity import DEFAULT_CONFIDENCE, cost_words, spotting_costs
from mien.recognition.sureness import CUES, Cues, Sureness, sureness

USUAL = Cues(
    score=3.0, fraction=0.4, surroundings=0.5, reach_px=0.6, duration_s=0.3, beside_speech=False
)


def test_the_confidence_is_monotone_in_the_score_with_the_rest_fixed() -> None:
    chances = [
        sureness().probability(replace(USUAL, score=float(score)))
        for score in np.geomspace(0.2, 50, 40)
    ]
    assert all(low < high for low, high in itertools.pairwise(chances))
    assert 0 < chances[0] < chances[-1] < 1


def test_a_movement_in_busy_surroundings_is_never_surer() -> None:
    calm, busy = replace(USUAL, surroundings=0.2), replace(USUAL, surroundings=3.0)
    assert sureness().probability(busy) <= sureness().probability(calm)


def test_the_probability_is_that_of_logistic_regression() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(3)
    design = rng.normal(size=(300, len(CUES)))
    target = rng.uniform(size=300) < 1 / (1 + np.exp(-design[:, 0]))
    model = linear.LogisticRegression().fit(design, target)
    weights = dict(zip(CUES, model.coef_[0].tolist(), strict=True))
    ours = Sureness(float(model.intercept_[0]), weights)
    values = np.array([[USUAL.values[name] for name in CUES]])
    assert ours.probability(USUAL) == pytest.approx(model.predict_proba(values)[0, 1])


@pytest.mark.parametrize(
    "weights", [{"score": -1.0}, {}, {"score": 1.0, "colour": 2.0}], ids=["falls", "none", "other"]
)
def test_weights_of_another_model_are_refused(weights: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="that of the score above 0"):
        Sureness(0.0, weights)


def test_a_stricter_threshold_costs_recall_and_saves_false_alarms() -> None:
    costs = spotting_costs()
    order = [cost.confidence for cost in costs]
    assert order == sorted(order)
    assert DEFAULT_CONFIDENCE in order
    recalls = [cost.recall for cost in costs]
    rates = [cost.false_per_minute for cost in costs]
    assert recalls == sorted(recalls, reverse=True)
    assert rates == sorted(rates, reverse=True)
    assert cost_words(0.5, 0.8).count("finds") == 2
