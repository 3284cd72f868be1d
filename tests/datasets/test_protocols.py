"""Splits: nobody on both sides, everybody predicted once, the same whoever asks."""

import json
from collections import Counter
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import LeaveOneGroupOut

from mien.core.errors import FormatError, UsageError
from mien.datasets.protocols import (
    COMPOSITE_2019,
    SAME_CLIPS,
    SAME_PEOPLE,
    Protocol,
    ProtocolKind,
    corpus_of,
    inner_folds,
    make_split,
    protocol_named,
)
from mien.datasets.splits import Fold, Split, split_from_json

LOSO = protocol_named("loso")


def crowd(*corpora: str, people: int = 6, clips: int = 4) -> tuple[list[str], list[str]]:
    subjects = [f"{one}/{i:02d}" for one in corpora for i in range(people) for _ in range(clips)]
    return [f"{who}/clip{i}" for i, who in enumerate(subjects)], subjects


crowds = st.lists(st.integers(0, 9), min_size=12, max_size=60).filter(lambda of: len(set(of)) > 4)


@given(crowds, st.integers(0, 5), st.sampled_from(["loso", "kfold-subject", "kfold3-subject"]))
def test_no_subject_is_on_both_sides_and_every_clip_is_predicted_once(
    owners: list[int], seed: int, name: str
) -> None:
    subjects = [f"casme2/{i}" for i in owners]
    names = [f"{who}/{i}" for i, who in enumerate(subjects)]
    emotion = np.arange(len(names)) % 3
    split = make_split(
        protocol_named(name), names, subjects, emotion=emotion, classes="abc", seed=seed
    )
    assert split.tested == tuple(sorted(names))
    for fold in split.folds:
        assert not {subjects[i] for i in fold.train} & {subjects[i] for i in fold.test}
        assert len(fold.train) + len(fold.test) == len(names)


@given(st.permutations(range(24)), st.sampled_from(["loso", "kfold3-subject", "kfold5-clip"]))
def test_the_order_of_the_clips_does_not_matter(order: list[int], name: str) -> None:
    names, subjects = crowd("samm")
    emotion = np.arange(24) % 4
    one = make_split(protocol_named(name), names, subjects, emotion=emotion, classes="abcd")
    other = make_split(
        protocol_named(name),
        [names[i] for i in order],
        [subjects[i] for i in order],
        emotion=emotion[order],
        classes="abcd",
    )
    assert one.sha256 == other.sha256


def test_leaving_one_subject_out_is_what_scikit_learn_does() -> None:
    names, subjects = crowd("casme2", "samm", clips=3)
    split = make_split(LOSO, names, subjects)
    expected = LeaveOneGroupOut().split(names, groups=subjects)
    for fold, (train, test) in zip(split.folds, expected, strict=True):
        assert fold.train.tolist() == train.tolist()
        assert fold.test.tolist() == test.tolist()
    assert split.folds[0].name == "casme2/00"


def test_equal_numbers_of_two_corpora_are_two_people() -> None:
    split = make_split(LOSO, *crowd("casme2", "smic_hs"))
    assert len(split.folds) == 12


def test_a_subject_without_its_corpus_is_refused() -> None:
    with pytest.raises(UsageError, match="with its corpus such as casme2/sub01, but got 'sub01'"):
        make_split(LOSO, ["a", "b"], ["casme2/sub02", "sub01"])


def test_a_single_subject_is_refused() -> None:
    names, subjects = crowd("casme2", people=1)
    for name in ("loso", "kfold-subject", "kfold-clip", "holdout"):
        with pytest.raises(UsageError, match="at least two subjects, but all clips are of casme2"):
            make_split(protocol_named(name), names, subjects)


def test_more_folds_than_subjects_are_refused() -> None:
    names, subjects = crowd("casme2", people=4)
    with pytest.raises(UsageError, match="got 4 for 5 folds"):
        make_split(protocol_named("kfold-subject"), names, subjects)


def test_folds_of_subjects_are_balanced_by_class() -> None:
    rng = np.random.default_rng(4)
    # As unequal as CASME II: one subject has 36 clips, two have two, classes are 99 to 25.
    counts = [36, 19, 17, 16, 14, 14, 2, 2, *[7] * 18]
    subjects = [f"casme2/{i:02d}" for i, count in enumerate(counts) for _ in range(count)]
    names = [f"{who}/{i}" for i, who in enumerate(subjects)]
    share = np.array([0.4, 0.25, 0.13, 0.12, 0.1])
    emotion = rng.choice(5, len(names), p=share)
    balanced = make_split(
        protocol_named("kfold-subject"), names, subjects, emotion=emotion, classes="abcde"
    )
    total = np.bincount(emotion)

    def unevenness(folds: tuple[Fold, ...]) -> float:
        held = np.array([np.bincount(emotion[fold.test], minlength=5) for fold in folds])
        return float((held / total).std(axis=0).max())

    people = np.array(subjects)
    drawn = []
    for _ in range(50):
        fold_of = dict(zip(sorted(set(subjects)), rng.permutation(26) % 5, strict=True))
        where = np.array([fold_of[who] for who in people.tolist()])
        drawn.append(
            unevenness(
                tuple(
                    Fold("", np.flatnonzero(where != i), np.flatnonzero(where == i))
                    for i in range(5)
                )
            )
        )
    assert unevenness(balanced.folds) < min(drawn)
    assert unevenness(balanced.folds) < 0.08


def test_another_seed_gives_other_folds_of_the_same_subjects() -> None:
    names, subjects = crowd("casme2", people=12)
    one, same, other = (
        make_split(protocol_named("kfold3-subject"), names, subjects, seed=seed)
        for seed in (1, 1, 2)
    )
    assert one.sha256 == same.sha256 != other.sha256


def test_folds_of_clips_leak_and_say_so() -> None:
    names, subjects = crowd("casme2", people=4, clips=10)
    emotion = np.arange(40) % 4
    split = make_split(
        protocol_named("kfold5-clip"), names, subjects, emotion=emotion, classes="abcd"
    )
    assert split.leaky
    assert split.protocol == "kfold5-clip"
    for fold in split.folds:
        assert Counter(emotion[fold.test].tolist()) == {0: 2, 1: 2, 2: 2, 3: 2}


def test_a_split_that_claims_not_to_leak_is_checked() -> None:
    fold = Fold("a", np.array([0]), np.array([1]))
    with pytest.raises(UsageError, match=r"no subject on both sides, but casme2/1 is in the fold"):
        Split("loso", False, 0, ("x", "y"), ("casme2/1", "casme2/1"), (fold,))  # noqa: FBT003 - in order
    Split("kfold5-clip", True, 0, ("x", "y"), ("casme2/1", "casme2/1"), (fold,))  # noqa: FBT003 - in order


def test_a_clip_that_is_learned_or_predicted_twice_is_refused() -> None:
    people = ("casme2/1", "casme2/2")
    both = Fold("a", np.array([0, 1]), np.array([1]))
    with pytest.raises(UsageError, match="no clip on both sides, but y"):
        Split("x", True, 0, ("x", "y"), people, (both,))  # noqa: FBT003 - in order
    fold = Fold("a", np.array([0]), np.array([1]))
    with pytest.raises(UsageError, match="one prediction a clip, but two are of y"):
        Split("x", True, 0, ("x", "y"), people, (fold, fold))  # noqa: FBT003 - in order
    empty = Fold("a", np.array([0]), np.array([], np.int64))
    with pytest.raises(UsageError, match="fold a has an empty one"):
        Split("x", True, 0, ("x", "y"), people, (empty,))  # noqa: FBT003 - in order


def test_other_corpora_are_learned_from_and_one_is_predicted() -> None:
    names, subjects = crowd("casme2", "samm", "smic_hs")
    protocol = protocol_named(
        "cross-database", train_corpora=["samm", "smic_hs"], test_corpus="casme2"
    )
    (fold,) = make_split(protocol, names, subjects).folds
    assert {corpus_of(subjects[i]) for i in fold.train} == {"samm", "smic_hs"}
    assert {corpus_of(subjects[i]) for i in fold.test} == {"casme2"}
    assert fold.name == "samm+smic_hs to casme2"


def test_corpora_that_were_not_asked_for_are_neither_learned_nor_predicted() -> None:
    names, subjects = crowd("casme2", "samm", "smic_hs")
    protocol = Protocol(ProtocolKind.CROSS_DATABASE, train_corpora=("samm",), test_corpus="casme2")
    (fold,) = make_split(protocol, names, subjects).folds
    assert len(fold.train) == len(fold.test) == len(names) // 3


def test_a_corpus_is_left_out_a_fold() -> None:
    names, subjects = crowd("casme2", "samm", "smic_hs")
    split = make_split(protocol_named("leave-one-corpus-out"), names, subjects)
    assert [fold.name for fold in split.folds] == ["casme2", "samm", "smic_hs"]
    with pytest.raises(UsageError, match="at least two corpora"):
        make_split(protocol_named("leave-one-corpus-out"), *crowd("casme2"))


@pytest.mark.parametrize("name", ["loso", "leave-one-corpus-out", "kfold-subject"])
def test_samm_and_its_long_videos_are_never_parted(name: str) -> None:
    with pytest.raises(UsageError, match="same movements of the same people"):
        make_split(protocol_named(name), *crowd("samm", "samm_lv"))


def test_cameras_that_recorded_the_same_faces_are_no_two_corpora() -> None:
    with pytest.raises(UsageError, match="smic_hs and smic_vis hold the same movements"):
        make_split(protocol_named("leave-one-corpus-out"), *crowd("smic_hs", "smic_vis"))


def test_corpora_are_named_as_their_definitions_are() -> None:
    definitions = files("mien.datasets").joinpath("definitions")
    corpora = {file.name.removesuffix(".toml") for file in definitions.iterdir()}
    named = {*COMPOSITE_2019, *(one for pair in (*SAME_CLIPS, *SAME_PEOPLE) for one in pair)}
    assert named <= corpora


def test_learning_from_samm_to_predict_its_long_videos_is_refused() -> None:
    names, subjects = crowd("samm", "samm_lv")
    protocol = protocol_named("cross-database", train_corpora=["samm"], test_corpus="samm_lv")
    with pytest.raises(UsageError, match="Take one of them"):
        make_split(protocol, names, subjects)


def test_shared_participants_of_the_casme_corpora_are_told() -> None:
    names, subjects = crowd("casme2", "cas_me_2")
    protocol = protocol_named("cross-database", train_corpora=["casme2"], test_corpus="cas_me_2")
    (warning,) = make_split(protocol, names, subjects).warnings
    assert "participants in common" in warning.sentence
    assert make_split(LOSO, *crowd("casme2", "samm")).warnings == ()


def test_a_class_that_a_fold_cannot_learn_is_a_warning_not_an_error() -> None:
    names, subjects = crowd("casme2", people=3)
    emotion = np.array([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 2])
    split = make_split(LOSO, names, subjects, emotion=emotion, classes=["a", "b", "fear"])
    (warning,) = split.warnings
    assert warning.fold == "casme2/02"
    assert warning.sentence == "fear is not among what the fold learns from."


def test_the_composite_of_2019_needs_its_three_corpora() -> None:
    protocol = protocol_named("megc2019")
    assert len(make_split(protocol, *crowd("casme2", "samm", "smic_hs")).folds) == 18
    with pytest.raises(UsageError, match=r"smic_hs for the composite of 2019, but got casme2"):
        make_split(protocol, *crowd("casme2"))


def test_holding_out_predicts_about_one_part_of_k() -> None:
    names, subjects = crowd("dfme", people=20)
    split = make_split(protocol_named("holdout", k=4), names, subjects)
    assert len(split.folds) == 1
    assert len(split.tested) == 20
    assert split.protocol == "holdout-1-of-4"


def test_inner_folds_never_see_what_the_fold_predicts() -> None:
    names, subjects = crowd("casme2", people=7)
    split = make_split(LOSO, names, subjects)
    for fold in split.folds:
        inner = inner_folds(fold, subjects, k=3, seed=2)
        inside = set(fold.train.tolist())
        assert sorted(i for one in inner for i in one.test.tolist()) == sorted(inside)
        for one in inner:
            assert set(one.train.tolist()) | set(one.test.tolist()) == inside
            assert not {subjects[i] for i in one.train} & {subjects[i] for i in one.test}
    with pytest.raises(UsageError, match="got 6 for 7 folds"):
        inner_folds(split.folds[0], subjects, k=7)


def test_a_split_is_read_back_as_it_was_made() -> None:
    names, subjects = crowd("casme2", "cas_me_2")
    emotion = np.array([0] * 44 + [1] * 4)
    split = make_split(LOSO, names, subjects, emotion=emotion, classes=["a", "b"])
    back = split_from_json(split.to_json())
    assert back.sha256 == split.sha256
    assert back.tested == split.tested
    assert back.warnings == split.warnings
    assert dict(zip(back.names, back.subjects, strict=True)) == dict(
        zip(names, subjects, strict=True)
    )


@pytest.mark.parametrize("change", ["fold", "leaky", "version", "cut"])
def test_a_split_that_was_changed_is_refused(change: str) -> None:
    text = make_split(LOSO, *crowd("casme2")).to_json()
    facts = json.loads(text)
    match change:
        case "fold":
            facts["folds"].pop()
        case "leaky":
            facts["leaky"] = True
        case "version":
            facts["version"] = 0
    text = text[:-20] if change == "cut" else json.dumps(facts)
    with pytest.raises(FormatError, match="Make it again"):
        split_from_json(text)


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("losso", {}, "mean loso"),
        ("kfold1-subject", {}, "at least 2 folds"),
        ("cross-database", {}, "corpora to learn from"),
        ("loso", {"test_corpus": "samm", "train_corpora": ["casme2"]}, "no other protocol"),
        (
            "cross-database",
            {"test_corpus": "samm", "train_corpora": ["samm"]},
            "not learned from, got samm",
        ),
    ],
)
def test_protocols_that_cannot_be_are_refused(
    name: str, settings: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        protocol_named(name, **settings)  # type: ignore[arg-type]


def test_a_corpus_that_is_asked_for_and_not_there_is_told() -> None:
    protocol = protocol_named("cross-database", train_corpora=["samm"], test_corpus="casme2")
    with pytest.raises(UsageError, match="got none of samm"):
        make_split(protocol, *crowd("casme2"))
