"""Intervals over subjects against theory, a slow reference and a count of how often they hold."""

import math
import time

import numpy as np
import pytest
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.evaluation.bootstrap import Statistic, resampled_weights, subject_bootstrap
from mien.evaluation.classification import classification_figures

Weights = Float[np.ndarray, "resample item"]


def mean_of(values: np.ndarray) -> Statistic:
    def statistic(weights: Weights) -> Float[np.ndarray, "resample figure"]:
        result: np.ndarray = (weights @ values)[:, None] / weights.sum(axis=1, keepdims=True)
        return result

    return statistic


def test_the_interval_of_a_mean_is_that_of_theory() -> None:
    values = np.random.default_rng(1).normal(3.0, 2.0, 400)
    subjects = [str(i) for i in range(400)]
    (interval,) = subject_bootstrap(mean_of(values), subjects, resamples=4000)
    half = 1.96 * values.std() / math.sqrt(400)
    assert interval.value == pytest.approx(values.mean())
    assert interval.low == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.1 * half)


def test_clips_of_one_person_widen_the_interval_as_whole_people_do() -> None:
    # Ten equal clips a person say no more than one.
    people = np.random.default_rng(2).normal(size=40)
    once = [str(i) for i in range(40)]
    (one,) = subject_bootstrap(mean_of(people), once)
    (ten,) = subject_bootstrap(mean_of(np.repeat(people, 10)), list(np.repeat(once, 10)))
    assert (ten.low, ten.high) == pytest.approx((one.low, one.high))


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    subjects = [str(i // 3) for i in range(180)]
    held = 0
    for turn in range(200):
        values = np.repeat(rng.normal(size=60), 3) + rng.normal(size=180)
        (interval,) = subject_bootstrap(mean_of(values), subjects, resamples=400, seed=turn)
        held += interval.low <= 0 <= interval.high
    # Binomial with p = .95: 190 +- 3.1; percentile intervals hold a little less often.
    assert 178 <= held <= 199


def test_weights_are_a_draw_of_whole_subjects() -> None:
    subjects = ["a", "b", "a", "c"]
    weights = resampled_weights(subjects, 500, np.random.default_rng(0))
    assert np.array_equal(weights[:, 0], weights[:, 2])
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert weights[:, 1].mean() == pytest.approx(1.0, abs=0.1)


def test_weighting_is_what_taking_rows_several_times_does() -> None:
    rng = np.random.default_rng(5)
    subjects = [f"{i % 7}" for i in range(50)]
    right = rng.integers(0, 2, 50).astype(np.float64)
    weights = resampled_weights(subjects, 20, np.random.default_rng(9))
    for row in weights:
        taken = np.repeat(right, row.astype(np.int64))
        assert (row @ right) / row.sum() == pytest.approx(taken.mean())


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    values = np.random.default_rng(0).normal(size=30)
    subjects = [str(i) for i in range(30)]
    one, same, other = (
        subject_bootstrap(mean_of(values), subjects, seed=seed) for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_one_subject_has_a_figure_and_no_interval() -> None:
    (interval,) = subject_bootstrap(mean_of(np.array([1.0, 2.0])), ["a", "a"])
    assert interval.value == 1.5
    assert math.isnan(interval.low)
    assert math.isnan(interval.high)


def test_draws_without_a_figure_are_left_out_and_counted() -> None:
    def share_of_first(weights: Weights) -> Float[np.ndarray, "resample figure"]:
        first = weights[:, :1]
        return np.where(first > 0, first, np.nan)

    (interval,) = subject_bootstrap(share_of_first, ["a", "b"], resamples=4000)
    assert interval.defined == pytest.approx(0.75, abs=0.03)
    assert interval.low == 1.0


@pytest.mark.parametrize("settings", [{"resamples": 0}, {"level": 1.0}, {"level": 0.0}])
def test_settings_that_give_no_interval_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="at least one item"):
        subject_bootstrap(mean_of(np.ones(1)), ["a"], **settings)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at least one item"):
        subject_bootstrap(mean_of(np.ones(0)), [])


def test_two_thousand_draws_of_255_clips_take_less_than_two_seconds() -> None:
    rng = np.random.default_rng(0)
    truth, predicted = rng.integers(0, 7, 255), rng.integers(0, 7, 255)
    cells = np.eye(49)[truth * 7 + predicted]

    def statistic(weights: Weights) -> Float[np.ndarray, "resample figure"]:
        return classification_figures((weights @ cells).reshape(-1, 7, 7))

    began = time.perf_counter()
    intervals = subject_bootstrap(statistic, [f"{i % 26}" for i in range(255)])
    assert time.perf_counter() - began < 2
    assert all(one.low <= one.value <= one.high for one in intervals)
