"""Machines on several kernels of equal weight."""

import numpy as np
import pytest

from mien.baselines.kernel_machines import UNSEEN, decide, fitted_kernel, gram_of


def _features() -> np.ndarray:
    return np.random.default_rng(3).standard_normal((30, 5))


def test_decisions_are_those_of_a_linear_machine_on_centred_features() -> None:
    svm = pytest.importorskip("sklearn.svm")
    features = _features()
    occurs = (features[:, :2] + 0.3 > 0).astype(float)
    train, test = np.arange(20), np.arange(20, 30)
    decisions = decide(fitted_kernel([gram_of(features)], train), occurs[train], train, test)
    centred = features - features[train].mean(axis=0)
    centred /= np.sqrt(np.square(centred[train]).sum(axis=1).mean())
    for column in range(2):
        machine = svm.SVC(C=1.0, kernel="linear", class_weight="balanced")
        machine.fit(centred[train], occurs[train, column])
        expected = machine.decision_function(centred[test])
        np.testing.assert_allclose(decisions[:, column], expected, atol=1e-3)


def test_kernels_weigh_the_same_whatever_their_scale_and_test_rows_have_no_part() -> None:
    features, train = _features(), np.arange(20)
    one, other = gram_of(features[:, :2]), gram_of(features[:, 2:])
    mean = fitted_kernel([one, other], train)
    np.testing.assert_allclose(mean, fitted_kernel([100 * one, other], train))
    assert np.diagonal(mean)[train].mean() == pytest.approx(1.0)
    poisoned = features.copy()
    poisoned[20:] = 1e6
    np.testing.assert_allclose(
        fitted_kernel([gram_of(poisoned)], train)[:20, :20],
        fitted_kernel([gram_of(features)], train)[:20, :20],
        rtol=1e-6,
    )


def test_what_the_training_clips_lack_is_told_so_and_unknown_rows_are_left_out() -> None:
    pytest.importorskip("sklearn")
    features = _features()
    train, test = np.arange(20), np.arange(20, 30)
    occurs = np.zeros((20, 4))
    occurs[:, 1] = 1.0
    occurs[:, 2] = features[:20, 0] > 0
    occurs[:, 3] = np.where(np.arange(20) < 15, occurs[:, 2], np.nan)
    kernel = fitted_kernel([gram_of(features)], train)
    decisions = decide(kernel, occurs, train, test, unseen=UNSEEN)
    assert (decisions[:, 0] == UNSEEN).all()
    assert (decisions[:, 1] == -UNSEEN).all()
    alone = decide(kernel, occurs[:15, 3:], train[:15], test)
    np.testing.assert_allclose(decisions[:, 3], alone[:, 0])
