"""Labelling schemes against the published numbers of clips."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.label_statistics import label_statistics
from mien.core.movement_statistics import movement_statistics
from mien.datasets.coded_clip import CLIP_LABELS, CodedClip
from mien.datasets.labelling import (
    SCHEMES,
    ClipLabel,
    count_differences,
    label_clips,
    labelling_scheme,
)
from mien.datasets.prepared import PreparedClip

CASME2 = {
    "others": 99,
    "disgust": 63,
    "happiness": 32,
    "repression": 27,
    "surprise": 25,
    "sadness": 7,
    "fear": 2,
}
SAMM = {
    "anger": 57,
    "others": 26,
    "happiness": 26,
    "surprise": 15,
    "contempt": 12,
    "disgust": 9,
    "fear": 8,
    "sadness": 6,
}
SMIC = {"negative": 70, "positive": 51, "surprise": 43}
LEFT_OUT = ("sub04/EP12_01f", "sub05/EP09_05f")


@dataclass(frozen=True)
class Coded:
    key: str
    emotion: str
    objective_class: int | None = None


def corpus(name: str, counts: dict[str, int]) -> list[Coded]:
    """Clips with the published number of each label; two of disgust bear the names left out."""
    clips = []
    for emotion, count in counts.items():
        names = [f"sub01/{emotion}_{i}" for i in range(count)]
        if (name, emotion) == ("casme2", "disgust"):
            names[:2] = LEFT_OUT
        clips += [Coded(f"{name}/{clip}", emotion) for clip in names]
    return clips


THREE = [*corpus("casme2", CASME2), *corpus("samm", SAMM), *corpus("smic_hs", SMIC)]


def test_the_composite_of_2019_has_442_clips() -> None:
    scheme = labelling_scheme("megc3")
    labelling = label_clips(scheme, THREE)
    assert labelling.counts() == {"negative": 250, "positive": 109, "surprise": 83}
    assert len(labelling.kept) == 442
    assert count_differences(scheme, labelling) == ()
    assert [sum(labelling.counts(name).values()) for name in ("casme2", "samm", "smic_hs")] == [
        *(145, 133, 164),
    ]


def test_the_two_clips_that_the_challenge_leaves_out_say_why() -> None:
    dropped = label_clips(labelling_scheme("megc3"), THREE).dropped
    assert "apex" in dropped["casme2/sub04/EP12_01f"]
    assert "apex" in dropped["casme2/sub05/EP09_05f"]
    assert "fear" in dropped["casme2/sub01/fear_0"]
    assert len(dropped) == len(THREE) - 442


@pytest.mark.parametrize(
    ("scheme", "clips", "total"),
    [
        ("casme2-7", corpus("casme2", CASME2), 255),
        ("casme2-5", corpus("casme2", CASME2), 246),
        ("samm-5", corpus("samm", SAMM), 136),
        ("smic-3", corpus("smic_hs", SMIC), 164),
        ("four-class", [*corpus("casme2", CASME2), *corpus("samm", SAMM)], 255 + 159),
        ("four-class-repression-other", corpus("casme2", CASME2), 255),
    ],
)
def test_published_labels_give_the_published_numbers(
    scheme: str, clips: list[Coded], total: int
) -> None:
    found = labelling_scheme(scheme)
    labelling = label_clips(found, clips)
    assert len(labelling.kept) == total
    assert count_differences(found, labelling) == ()


def test_repression_is_negative_or_other_by_scheme() -> None:
    clip = ("casme2/sub01/EP01_01", "repression")
    assert labelling_scheme("four-class").assign(*clip).label == "negative"
    assert labelling_scheme("four-class-repression-other").assign(*clip).label == "others"


def test_counts_of_dfme_are_those_of_its_statistics() -> None:
    counts = movement_statistics("dfme").counts
    expected = labelling_scheme("dfme-7").rules["dfme"].counts
    assert expected == {name: one.clips for name, one in counts.items()}
    assert set(expected) == set(label_statistics("dfme").occurrence)


def test_objective_classes_add_up_to_the_published_totals() -> None:
    # 255 and 159 clips; 185 and 68 in the five classes of the challenge of 2018
    seven, five = labelling_scheme("objective-7").rules, labelling_scheme("objective-5").rules
    assert [sum(seven[name].counts.values()) for name in ("casme2", "samm")] == [255, 159]
    assert [sum(five[name].counts.values()) for name in ("casme2", "samm")] == [185, 68]


def test_objective_classes_are_taken_instead_of_emotions() -> None:
    scheme = labelling_scheme("objective-5")
    assert scheme.assign("samm/006/006_1_2", "anger", 3).label == "III"
    assert "VII" in scheme.assign("samm/006/006_1_2", "anger", 7).reason
    assert scheme.assign("samm/006/006_1_2", "anger").reason == "no objective class is coded"


def test_a_clip_without_an_emotion_is_left_out_and_says_so() -> None:
    for name in set(SCHEMES) - {"objective-5", "objective-7"}:
        reason = labelling_scheme(name).assign("casme2/sub01/EP01_01", "").reason
        assert reason == "no emotion is coded"


def test_the_plain_scheme_has_the_labels_that_occur_in_the_order_of_emotions() -> None:
    labelling = label_clips(
        labelling_scheme("plain"),
        [Coded("x/1/a", "tense"), Coded("x/1/b", "fear"), Coded("y/2/c", "anger")],
    )
    assert labelling.classes == ("anger", "fear", "tense")
    assert labelling.emotion.tolist() == [2, 1, 0]


def test_a_misspelled_label_is_refused_with_the_clip_and_what_is_near() -> None:
    with pytest.raises(UsageError, match=r"hapiness.*mean happiness.*casme2/sub01/EP01_01"):
        labelling_scheme("casme2-5").assign("casme2/sub01/EP01_01", "hapiness")


def test_a_corpus_that_the_scheme_does_not_know_is_refused() -> None:
    with pytest.raises(UsageError, match="got one of smic_hs"):
        labelling_scheme("samm-5").assign("smic_hs/s01/s01_ne_01", "negative")


def test_schemes_name_corpora_and_labels_as_their_definitions_do() -> None:
    definitions = files("mien.datasets").joinpath("definitions")
    corpora = {file.name.removesuffix(".toml") for file in definitions.iterdir()}
    for name in SCHEMES:
        scheme = labelling_scheme(name)
        assert set(scheme.rules) <= {*corpora, "*"}
        if not scheme.by_objective_class:
            for rule in scheme.rules.values():
                assert {*rule.classes, *rule.dropped_labels} <= set(CLIP_LABELS)


def test_an_unknown_scheme_is_answered_with_those_near() -> None:
    with pytest.raises(UsageError, match="mean casme2-5"):
        labelling_scheme("casme-5")


def test_a_missing_clip_is_told_with_its_class_and_corpus() -> None:
    scheme = labelling_scheme("megc3")
    (sentence,) = count_differences(scheme, label_clips(scheme, THREE[:-1]))
    assert sentence.startswith("smic_hs has 42 clips of surprise, and 43 are published")


def test_every_scheme_comes_with_mien_and_only_maps_to_its_classes() -> None:
    folder = files("mien.datasets").joinpath("schemes")
    assert {f"{name}.toml" for name in SCHEMES} == {file.name for file in folder.iterdir()}
    for name in SCHEMES:
        scheme = labelling_scheme(name)
        assert scheme.summary
        assert scheme.source
        for rule in scheme.rules.values():
            assert set(rule.classes.values()) == set(scheme.classes)
            assert not set(rule.classes) & set(rule.dropped_labels)
            assert set(rule.counts) <= set(scheme.classes)


def test_scheme_files_hold_no_word_that_is_not_read() -> None:
    known = {"summary", "source", "classes", "by", "corpora"}
    inner = {"classes", "dropped_labels", "dropped_clips", "counts"}
    for name in SCHEMES:
        file = files("mien.datasets").joinpath("schemes", f"{name}.toml")
        facts = tomllib.loads(file.read_text(encoding="utf-8"))
        assert set(facts) <= known
        for rule in facts.get("corpora", {}).values():
            assert set(rule) <= inner


def test_prepared_and_coded_clips_can_be_labelled() -> None:
    clip = PreparedClip(
        key="casme2/sub01/EP02_01f",
        subject="casme2/sub01",
        corpus="casme2",
        name="EP02_01f",
        emotion="happiness",
        objective_class=1,
        units=(12,),
        rate=200.0,
        frames=66,
        onset=0.0,
        apex=0.3,
        offset=1.0,
        window_s=0.33,
    )
    assert isinstance(clip, ClipLabel)
    coded = CodedClip("casme2", "1", "casme2/sub01", "EP02_02", "casme2/sub01/EP02_02")
    assert isinstance(coded, ClipLabel)
    labelling = label_clips(labelling_scheme("objective-7"), [clip, coded])
    assert labelling.dropped == {coded.key: "no objective class is coded"}
    assert labelling.counts()["I"] == 1
    assert Counter(labelling.emotion.tolist()) == Counter({0: 1, -1: 1})
    assert labelling.emotion.dtype == np.int64
