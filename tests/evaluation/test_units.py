"""Figures of action units against scikit-learn, with unknown coding, ties and empty units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from mien.core.errors import UsageError
from mien.evaluation.units import (
    intensity_figures,
    mean_over_units,
    unit_figures,
    unit_scores,
)

clips = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.1, 0.3, 0.5, 0.5, 0.7, 0.9])),
    min_size=4,
    max_size=40,
).filter(lambda rows: len({coded for coded, _ in rows}) == 2)


@settings(max_examples=40)
@given(clips)
def test_every_figure_is_that_of_scikit_learn_also_with_ties(
    rows: list[tuple[bool, float]],
) -> None:
    truth = np.array([[float(coded)] for coded, _ in rows])
    score = np.array([[one] for _, one in rows])
    f1, macro, auc, average = unit_figures(truth, score)[0, 0]
    said = score[:, 0] >= 0.5
    assert auc == pytest.approx(metrics.roc_auc_score(truth[:, 0], score[:, 0]))
    assert average == pytest.approx(metrics.average_precision_score(truth[:, 0], score[:, 0]))
    assert f1 == pytest.approx(metrics.f1_score(truth[:, 0] == 1, said))
    if said.any() and not said.all():
        assert macro == pytest.approx(metrics.f1_score(truth[:, 0] == 1, said, average="macro"))


@given(clips, st.integers(0, 1000))
def test_how_often_a_clip_counts_is_as_if_it_stood_there_so_often(
    rows: list[tuple[bool, float]], seed: int
) -> None:
    truth = np.array([[float(coded)] for coded, _ in rows])
    score = np.array([[one] for _, one in rows])
    times = np.random.default_rng(seed).integers(0, 4, len(rows))
    weighted = unit_figures(truth, score, times[None].astype(np.float64))[0]
    repeated = unit_figures(np.repeat(truth, times, axis=0), np.repeat(score, times, axis=0))[0]
    assert weighted == pytest.approx(repeated, nan_ok=True)


@given(clips)
def test_only_the_order_of_the_scores_makes_auc_and_average_precision(
    rows: list[tuple[bool, float]],
) -> None:
    truth = np.array([[float(coded)] for coded, _ in rows])
    score = np.array([[one] for _, one in rows])
    one, other = unit_figures(truth, score)[0, 0, 2:], unit_figures(truth, score**3)[0, 0, 2:]
    assert one == pytest.approx(other)


def test_unknown_coding_is_left_out_unit_by_unit() -> None:
    truth = np.array([[1.0, np.nan], [0.0, 1.0], [np.nan, 0.0], [1.0, 0.0]])
    score = np.array([[0.9, 0.9], [0.2, 0.8], [0.99, 0.1], [0.6, 0.3]])
    first, second = unit_scores([4, 12], truth, score)
    assert (first.unit, first.clips, first.positives) == (4, 3, 2)
    assert (first.f1, first.auc, first.average_precision) == (1.0, 1.0, 1.0)
    assert (second.clips, second.positives, second.f1) == (3, 1, 1.0)


def test_a_unit_that_never_or_always_occurs_has_no_auc() -> None:
    truth = np.array([[0.0, 1.0], [0.0, 1.0]])
    never, always = unit_scores([1, 2], truth, np.array([[0.1, 0.9], [0.2, 0.9]]))
    assert np.isnan([never.f1, never.auc, never.average_precision, always.auc]).all()
    assert (always.f1, always.average_precision) == (1.0, 1.0)
    (said,) = unit_scores([1], truth[:, :1], np.array([[0.9], [0.2]]))
    assert said.f1 == 0.0
    assert np.isnan(said.ones_f1) == np.False_


def test_saying_a_unit_of_every_clip_is_the_baseline() -> None:
    truth = np.array([[1.0], [0.0], [0.0], [0.0]])
    (score,) = unit_scores([9], truth, np.full((4, 1), 0.1))
    assert score.ones_f1 == pytest.approx(2 * 1 / (1 + 4))
    assert score.f1 == 0.0
    assert score.auc == 0.5
    assert score.average_precision == 0.25


def test_means_are_over_the_units_in_which_a_figure_is_defined() -> None:
    figures = np.array([[[0.5, np.nan], [1.0, np.nan], [np.nan, np.nan]]])
    mean = mean_over_units(figures)
    assert mean[0, 0] == 0.75
    assert np.isnan(mean[0, 1])


def test_a_unit_whose_coding_is_never_known_has_no_figure() -> None:
    assert np.isnan(unit_figures(np.full((3, 1), np.nan), np.ones((3, 1)))).all()
    assert np.isnan(intensity_figures(np.full((3, 1), np.nan), np.ones((3, 1)))).all()


def test_intensities_are_compared_where_they_are_known() -> None:
    truth = np.array([[0.0], [0.5], [1.0], [np.nan]])
    icc, ccc, error = intensity_figures(truth, np.array([[0.1], [0.6], [1.1], [0.0]]))[0, 0]
    assert icc == pytest.approx(1.0)
    assert ccc == pytest.approx((1 / 3) / (1 / 3 + 0.01))
    assert error == pytest.approx(0.1)


@pytest.mark.parametrize("truth", [0.5, np.inf])
def test_coding_that_is_neither_there_nor_not_there_is_refused(truth: float) -> None:
    with pytest.raises(UsageError, match="1, 0 or NaN"):
        unit_figures(np.array([[truth]]), np.array([[0.5]]))


def test_a_prediction_that_is_no_number_is_refused() -> None:
    with pytest.raises(UsageError, match="some prediction is not"):
        unit_figures(np.array([[1.0]]), np.array([[np.nan]]))
    with pytest.raises(UsageError, match="finite activations"):
        intensity_figures(np.array([[1.0]]), np.array([[np.nan]]))
