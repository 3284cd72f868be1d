"""SVM on flow: scikit-learn's own machines as witness, how C is chosen, and what is refused."""

import pickle
import sys
from dataclasses import replace

import numpy as np
import pytest
from jaxtyping import Float
from sklearn.metrics import f1_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mien.baselines.linear_svm import (
    FLOW,
    PENALTIES,
    SPEC,
    USUAL_PENALTY,
    SvmSystem,
    emotion_probabilities,
)
from mien.core.errors import InputError, MissingError, UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.datasets.protocols import inner_folds
from mien.datasets.splits import Fold
from mien.evaluation.honesty import assert_no_leak
from mien.evaluation.systems import Budget
from mien.work import Silent


def flow_images(count: int, *, seed: int = 0, strength_px: float = 1.5) -> LabelledClips:
    """Brows that go up, mouth corners that go aside, or neither, in much noise."""
    rng = np.random.default_rng(seed)
    emotion = np.arange(count) % 3
    images = rng.normal(0, 0.6, (count, 28, 28, 3)).astype(np.float32)
    images[emotion == 1, 5:9, 6:22, 1] -= strength_px
    images[emotion == 2, 19:23, 6:12, 0] += strength_px
    labels = Labels(
        ("others", "surprise", "happiness"),
        emotion,
        (1, 12),
        np.stack([emotion == 1, emotion == 2], axis=1).astype(np.float64),
        np.full((count, 3), np.nan),
        np.ones(count),
    )
    names = tuple(f"made{seed}/{k:03d}" for k in range(count))
    subjects = tuple(f"made{seed}/{k // 4:02d}" for k in range(count))
    return LabelledClips(Clips(names, subjects, {"flow_image": images}, np.arange(count)), labels)


def untrained() -> SvmSystem:
    system = SPEC.build(Budget())
    assert isinstance(system, SvmSystem)
    return system


def fitted(clips: LabelledClips, *, seed: int = 0) -> SvmSystem:
    system = untrained()
    system.fit(clips, seed=seed, progress=Silent())
    return system


def flat(clips: LabelledClips) -> Float[np.ndarray, "clip feature"]:
    return clips.clips.read("flow_image").reshape(len(clips), -1).astype(np.float64)


def witness(penalty: float) -> Pipeline:
    """Scikit-learn's machine on the features themselves; its C is for 2352 of them."""
    machine = SVC(C=penalty / (28 * 28 * 3), kernel="linear", class_weight="balanced")
    return make_pipeline(StandardScaler(), machine)


def witnessed(
    train: LabelledClips, test: LabelledClips, penalty: float
) -> Float[np.ndarray, "clip class"]:
    decisions = [
        witness(penalty).fit(flat(train), train.labels.emotion == one).decision_function(flat(test))
        for one in range(3)
    ]
    return np.stack(decisions, axis=1)


def test_it_learns_emotions_and_action_units_from_flow() -> None:
    system = fitted(flow_images(60))
    test = flow_images(45, seed=1)
    found = system.predict(test.clips)
    assert (found.emotion.argmax(axis=1) == test.labels.emotion).mean() > 0.9
    assert found.emotion.sum(axis=1) == pytest.approx(1)
    assert found.units is not None
    assert ((found.units > 0.5) == (test.labels.units > 0)).mean() > 0.9


def test_probabilities_are_the_softmax_of_scikit_learns_decisions() -> None:
    train, test = flow_images(30, strength_px=0.3), flow_images(12, seed=1)
    system = fitted(train)
    decisions = witnessed(train, test, system.penalty)
    weight = np.exp(decisions)
    expected = weight / weight.sum(axis=1, keepdims=True)
    assert system.predict(test.clips).emotion == pytest.approx(expected, abs=2e-3)


def test_c_is_the_one_with_which_unseen_subjects_are_predicted_best() -> None:
    clips = flow_images(36, strength_px=0.35, seed=4)
    whole = Fold("training", np.arange(36), np.arange(0))
    folds = inner_folds(whole, clips.clips.subjects, emotion=clips.labels.emotion, k=3, seed=7)
    scores = []
    for penalty in PENALTIES:
        predicted = np.zeros(36, np.int64)
        for fold in folds:
            train, test = clips.take(fold.train), clips.take(fold.test)
            predicted[fold.test] = witnessed(train, test, penalty).argmax(axis=1)
        scores.append(f1_score(clips.labels.emotion, predicted, average="macro"))
    assert len(set(scores)) > 1
    assert fitted(clips, seed=7).penalty == PENALTIES[int(np.argmax(scores))]


def test_a_single_subject_leaves_nothing_to_choose_c_by() -> None:
    clips = flow_images(12)
    alone = LabelledClips(replace(clips.clips, subjects=("made/1",) * 12), clips.labels)
    assert fitted(alone).penalty == USUAL_PENALTY


def test_the_unit_of_flow_does_not_matter() -> None:
    clips, test = flow_images(24), flow_images(9, seed=1)
    expected = fitted(clips).predict(test.clips).emotion
    for one in (clips, test):
        one.clips.arrays["flow_image"][...] *= np.array([100, 0.01, 1], np.float32)
    assert fitted(clips).predict(test.clips).emotion == pytest.approx(expected, abs=1e-3)


def test_a_cell_that_never_moves_in_training_is_not_looked_at() -> None:
    clips, test = flow_images(24), flow_images(9, seed=1)
    clips.clips.arrays["flow_image"][:, :3] = 0
    system = fitted(clips)
    before = system.predict(test.clips).emotion
    test.clips.arrays["flow_image"][:, :3] = 1e6
    assert np.array_equal(system.predict(test.clips).emotion, before)


def test_faces_that_never_move_give_no_preference_but_no_error() -> None:
    clips = flow_images(12)
    clips.clips.arrays["flow_image"][...] = 0
    found = fitted(clips).predict(flow_images(3, seed=1).clips).emotion
    assert np.isfinite(found).all()
    assert np.array_equal(found[0], found[1])


def test_a_class_that_the_training_lacks_is_never_predicted() -> None:
    clips = flow_images(24)
    two = clips.take(np.flatnonzero(clips.labels.emotion != 2))
    found = fitted(two).predict(clips.clips).emotion
    assert not found[:, 2].any()
    assert found.sum(axis=1) == pytest.approx(1)


def test_units_that_are_not_known_of_a_clip_are_not_learned_from_it() -> None:
    clips, test = flow_images(24), flow_images(9, seed=1)
    wrong = clips.labels.units.copy()
    wrong[5] = np.nan
    some = LabelledClips(clips.clips, replace(clips.labels, units=wrong))
    units = fitted(some).predict(test.clips).units
    wrong = np.where(np.isnan(wrong), 1 - clips.labels.units, wrong)
    all_of_them = LabelledClips(clips.clips, replace(clips.labels, units=wrong))
    others = fitted(all_of_them).predict(test.clips).units
    assert units is not None
    assert others is not None
    assert np.isfinite(units).all()
    assert (np.abs(units - others) > 1e-3).any()


def test_units_that_never_and_always_occur_get_0_and_1() -> None:
    clips = flow_images(12)
    coded = np.tile([0.0, 1.0], (12, 1))
    labels = replace(clips.labels, units=coded)
    units = fitted(LabelledClips(clips.clips, labels)).predict(clips.clips).units
    assert units is not None
    assert np.array_equal(units, coded)


def test_without_coded_units_none_are_predicted() -> None:
    clips = flow_images(12)
    labels = replace(clips.labels, unit_numbers=(), units=np.zeros((12, 0)))
    assert fitted(LabelledClips(clips.clips, labels)).predict(clips.clips).units is None


def test_it_learns_from_its_training_clips_alone_and_predicts_each_by_itself() -> None:
    assert_no_leak(untrained, flow_images(32, strength_px=0.3))


def test_clips_without_a_class_do_not_change_what_is_learnt() -> None:
    clips = flow_images(16)
    without = fitted(clips.take(range(4, 16)))
    clips.labels.emotion[:4] = -1
    test = flow_images(6, seed=1).clips
    assert np.array_equal(fitted(clips).predict(test).emotion, without.predict(test).emotion)


def test_flow_that_is_not_a_number_is_refused_with_its_clip() -> None:
    clips = flow_images(9)
    system = fitted(clips)
    clips.clips.arrays["flow_image"][4, 3, 3, 0] = np.nan
    with pytest.raises(InputError, match="flow_image of made0/004 for SVM on flow"):
        system.predict(clips.clips)
    with pytest.raises(InputError, match="flow_image of made0/004"):
        fitted(clips)


def test_a_single_class_and_no_clip_are_refused() -> None:
    clips = flow_images(12)
    with pytest.raises(
        UsageError, match=r"at least two classes .* got 4 clips of surprise\. Train"
    ):
        fitted(clips.take([1, 4, 7, 10]))
    with pytest.raises(UsageError, match=r"at least two classes .* got 0 clips\. Train"):
        fitted(clips.take([]))


def test_predicting_before_training_and_images_of_another_size_are_refused() -> None:
    clips = flow_images(9)
    with pytest.raises(
        UsageError, match=r"SVM on flow to be trained, but it is not. Call fit first"
    ):
        untrained().predict(clips.clips)
    small = {"flow_image": clips.clips.arrays["flow_image"][:, :20, :20]}
    with pytest.raises(UsageError, match=r"size of its training, with 2352 .* got 1200"):
        fitted(clips).predict(replace(clips.clips, arrays=small))


def test_a_corpus_without_flow_images_is_refused() -> None:
    clips = flow_images(6)
    with pytest.raises(UsageError, match="'flow_image' of the clips"):
        fitted(LabelledClips(replace(clips.clips, arrays={}), clips.labels))


def test_without_scikit_learn_the_command_that_brings_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    with pytest.raises(MissingError, match=r"pip install 'mien\[evaluate\]'"):
        fitted(flow_images(6))


def test_no_clips_get_no_predictions() -> None:
    clips = flow_images(9)
    found = fitted(clips).predict(clips.clips.take([]))
    assert found.emotion.shape == (0, 3)
    assert found.units is not None
    assert found.units.shape == (0, 2)


def test_values_of_a_margin_apart_are_nine_tenths_sure() -> None:
    found = emotion_probabilities(np.array([[1.0, -1.0], [-3.0, -3.0]]))
    assert found[0] == pytest.approx([0.8808, 0.1192], abs=1e-4)
    assert found[1] == pytest.approx([0.5, 0.5])


def test_a_trained_system_goes_to_another_process_and_says_the_same() -> None:
    clips = flow_images(9)
    system = fitted(clips)
    there = pickle.loads(pickle.dumps(system))  # noqa: S301 - written here
    assert np.array_equal(there.predict(clips.clips).emotion, system.predict(clips.clips).emotion)
    assert pickle.loads(pickle.dumps(SPEC)).name == FLOW.name  # noqa: S301 - written here
