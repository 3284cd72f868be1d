"""Scores of sealed predictions: right numbers, and only from what was sealed."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics

from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS
from mien.core.track import EmotionPosterior, Event, EventKind
from mien.datasets.clips import Clips, LabelledClips, LabelledVideo, Labels, Video
from mien.datasets.protocols import make_split, protocol_named
from mien.evaluation.fold_results import FoldEvents, FoldPredictions
from mien.evaluation.ledger import Ledger, Sealed
from mien.evaluation.scores import score_recognition, score_spotting_system
from mien.evaluation.systems import Predictions

CLASSES, UNITS = ("negative", "positive", "surprise"), (1, 4, 12)
MICRO, MACRO = EventKind.MICRO, EventKind.MACRO


def labelled_clips(count: int = 60, people: int = 8, seed: int = 0) -> LabelledClips:
    rng = np.random.default_rng(seed)
    subjects = tuple(f"casme2/{i % people}" for i in range(count))
    names = tuple(f"{who}/clip{i}" for i, who in enumerate(subjects))
    units = rng.integers(0, 2, (count, 3)).astype(np.float64)
    units[3, 1] = np.nan
    return LabelledClips(
        Clips(names, subjects, {}, np.arange(count)),
        Labels(
            classes=CLASSES,
            emotion=rng.integers(0, 3, count),
            unit_numbers=UNITS,
            units=units,
            times=np.sort(rng.random((count, 3))),
            window_s=np.full(count, 0.4),
        ),
    )


def sealed_predictions(
    labelled: LabelledClips, *, only_emotion: bool = False, seed: int = 1, protocol: str = "loso"
) -> tuple[Sealed[FoldPredictions], Predictions]:
    """Random predictions, and the same in the order of the clips."""
    rng = np.random.default_rng(seed)
    count = len(labelled)
    whole = Predictions(
        emotion=rng.dirichlet(np.ones(3), count),
        units=None if only_emotion else rng.random((count, 2)),
        unit_intensity=None if only_emotion else rng.random((count, 2)),
        times=None if only_emotion else np.sort(rng.random((count, 3))),
    )
    clips = labelled.clips
    split = make_split(protocol_named(protocol), clips.names, clips.subjects)
    ledger: Ledger[FoldPredictions] = Ledger(split)
    for fold in split.folds:
        ledger.enter(
            FoldPredictions(
                fold=fold.name,
                split_sha256=split.sha256,
                run="random",
                names=tuple(clips.names[i] for i in fold.test),
                classes=CLASSES,
                unit_numbers=(12, 1),
                predictions=Predictions(
                    whole.emotion[fold.test],
                    *(
                        None if one is None else one[fold.test]
                        for one in (whole.units, whole.unit_intensity, whole.times)
                    ),
                ),
            )
        )
    return ledger.seal(), whole


def test_pooled_figures_are_those_of_scikit_learn_whatever_the_folds() -> None:
    labelled = labelled_clips()
    sealed, whole = sealed_predictions(labelled)
    truth, said = labelled.labels.emotion, whole.emotion.argmax(axis=1)
    scores = score_recognition(sealed, labelled, resamples=50)
    assert scores.figures["accuracy"].value == pytest.approx(metrics.accuracy_score(truth, said))
    assert scores.figures["uf1"].value == pytest.approx(
        metrics.f1_score(truth, said, average="macro")
    )
    assert scores.figures["uar"].value == pytest.approx(
        metrics.balanced_accuracy_score(truth, said)
    )
    assert scores.classification.uf1 == pytest.approx(scores.figures["uf1"].value)
    assert scores.majority.uar == pytest.approx(1 / 3)
    assert scores.basis.folds == scores.basis.subjects == 8
    assert scores.basis.items == 60


def test_units_are_taken_by_their_number_and_unknown_coding_is_left_out() -> None:
    labelled = labelled_clips()
    sealed, whole = sealed_predictions(labelled)
    scores = score_recognition(sealed, labelled, resamples=20)
    assert [one.unit for one in scores.units] == [12, 1]
    assert whole.units is not None
    expected = metrics.roc_auc_score(labelled.labels.units[:, 2], whole.units[:, 0])
    assert scores.units[0].auc == pytest.approx(expected)
    both = [one.auc for one in scores.units]
    assert scores.unit_means["auc"].value == pytest.approx(np.mean(both))


def test_times_and_intensities_are_scored_where_they_are_known() -> None:
    labelled = labelled_clips()
    sealed, whole = sealed_predictions(labelled)
    known = np.full((60, 3), np.nan)
    known[:30] = 0.5
    assert whole.unit_intensity is not None
    assert whole.times is not None
    scores = score_recognition(sealed, labelled, intensities=known, resamples=20)
    assert scores.intensity_means["mae"].value == pytest.approx(
        np.abs(whole.unit_intensity[:30] - 0.5).mean()
    )
    assert scores.timing is not None
    off = np.abs(whole.times - labelled.labels.times)[:, 1].mean() * 400
    assert scores.timing.apex_ms == pytest.approx(off)
    assert scores.timing_intervals["apex_ms"].value == pytest.approx(off)


def test_what_was_not_predicted_is_not_scored() -> None:
    labelled = labelled_clips()
    scores = score_recognition(
        sealed_predictions(labelled, only_emotion=True)[0], labelled, resamples=20
    )
    assert scores.units == ()
    assert scores.timing is None
    assert scores.unit_means == scores.intensity_means == scores.timing_intervals == {}


def test_clips_without_a_class_are_predicted_but_not_scored() -> None:
    labelled = labelled_clips()
    emotion = labelled.labels.emotion.copy()
    emotion[:10] = -1
    some = LabelledClips(labelled.clips, replace(labelled.labels, emotion=emotion))
    sealed, whole = sealed_predictions(labelled)
    scores = score_recognition(sealed, some, resamples=20)
    assert scores.without_class == 10
    said = whole.emotion.argmax(axis=1)
    assert scores.figures["accuracy"].value == pytest.approx((said == emotion)[10:].mean())
    assert scores.classification.confusion.sum() == 50
    nothing = replace(labelled.labels, emotion=np.full(60, -1))
    with pytest.raises(UsageError, match="none has any of them"):
        score_recognition(sealed, LabelledClips(labelled.clips, nothing))


def test_the_order_of_the_labels_does_not_matter_but_their_names_do() -> None:
    labelled = labelled_clips()
    sealed, _ = sealed_predictions(labelled)
    shuffled = labelled.take(np.random.default_rng(3).permutation(60))
    one = score_recognition(sealed, labelled, resamples=20).to_json()
    assert score_recognition(sealed, shuffled, resamples=20).to_json() == one
    with pytest.raises(UsageError, match="there are none of casme2/"):
        score_recognition(sealed, labelled.take(range(59)))


def test_a_broken_seal_is_not_scored() -> None:
    labelled = labelled_clips()
    sealed, _ = sealed_predictions(labelled)
    with pytest.raises(UsageError, match="as they were sealed"):
        score_recognition(replace(sealed, sha256="0" * 64), labelled)


def test_labels_of_other_classes_or_units_are_refused() -> None:
    labelled = labelled_clips()
    sealed, _ = sealed_predictions(labelled)
    other = replace(labelled.labels, classes=("a", "b", "c"))
    with pytest.raises(UsageError, match="labels of the predicted classes negative"):
        score_recognition(sealed, LabelledClips(labelled.clips, other))
    units = replace(labelled.labels, unit_numbers=(2, 4, 12))
    with pytest.raises(UsageError, match="none of AU1"):
        score_recognition(sealed, LabelledClips(labelled.clips, units))


def test_a_leaky_protocol_says_so_in_its_scores() -> None:
    labelled = labelled_clips()
    sealed, _ = sealed_predictions(labelled, protocol="kfold5-clip")
    assert score_recognition(sealed, labelled, resamples=5).basis.leaky


def test_scores_are_json_and_undefined_figures_are_null() -> None:
    labelled = labelled_clips()
    labels = replace(labelled.labels, units=np.zeros((60, 3)))
    sealed, _ = sealed_predictions(labelled)
    scores = score_recognition(sealed, LabelledClips(labelled.clips, labels), resamples=20)
    held = json.loads(json.dumps(scores.to_json(), allow_nan=False))
    assert held["units"][0]["auc"] is None
    assert held["figures"]["uf1"]["low"] <= held["figures"]["uf1"]["value"]
    assert np.array(held["classification"]["confusion"]).sum() == 60


def test_all_figures_of_255_clips_take_seconds() -> None:
    labelled = labelled_clips(255, 26)
    sealed, _ = sealed_predictions(labelled)
    began = time.perf_counter()
    score_recognition(sealed, labelled)
    assert time.perf_counter() - began < 5


def event(onset_s: float, offset_s: float, kind: EventKind = MICRO, label: str = "") -> Event:
    return Event(kind, onset_s, (onset_s + offset_s) / 2, offset_s, reference=label)


def named(one: Event, emotion: str) -> Event:
    posterior = {name: float(name == emotion) for name in EMOTIONS}
    return replace(one, emotion=EmotionPosterior(posterior, "emfacs", "made up"))


def labelled_video(name: str, *events: Event) -> LabelledVideo:
    faces = np.zeros((3000, 1, 1), np.uint8)
    video = Video(name, name.rsplit("/", 1)[0], 100.0, 0.0, faces, np.zeros((3000, 468, 2)))
    plain = tuple(replace(one, reference="") for one in events)
    return LabelledVideo(video, plain, tuple(one.reference for one in events))


VIDEOS = (
    labelled_video(
        "samm_lv/1/a", event(1.0, 1.4, label="fear"), event(5.0, 6.0, MACRO, "happiness")
    ),
    labelled_video("samm_lv/2/a", event(2.0, 2.4, label="happiness")),
    labelled_video("samm_lv/3/a"),
)
FOUND = {
    "samm_lv/1/a": (named(event(1.0, 1.35), "fear"), named(event(5.1, 6.0, MACRO), "happiness")),
    "samm_lv/2/a": (named(event(2.0, 2.1), "happiness"), event(9.0, 9.1)),
    "samm_lv/3/a": (event(4.0, 4.2),),
}


def sealed_events(found: Mapping[str, tuple[Event, ...]]) -> Sealed[FoldEvents]:
    names = list(found)
    split = make_split(protocol_named("loso"), names, [one.rsplit("/", 1)[0] for one in names])
    ledger: Ledger[FoldEvents] = Ledger(split)
    for fold in split.folds:
        mine = tuple(names[i] for i in fold.test)
        ledger.enter(
            FoldEvents(fold.name, split.sha256, "x", mine, tuple(found[one] for one in mine))
        )
    return ledger.seal()


def test_counts_of_spotting_are_summed_by_kind_also_over_videos_without_events() -> None:
    scores = score_spotting_system(sealed_events(FOUND), VIDEOS, resamples=50)
    micro, macro, overall = (scores.kinds[name] for name in ("micro", "macro", "overall"))
    counts = micro.counts
    assert (counts.true_positives, counts.false_positives, counts.false_negatives) == (1, 3, 1)
    assert macro.f1.value == 1.0
    assert overall.f1.value == pytest.approx(2 * 2 / (2 * 2 + 3 + 1))
    assert overall.precision.value == pytest.approx(2 / 5)
    assert overall.recall.value == pytest.approx(2 / 3)
    assert overall.f1.low <= overall.f1.value <= overall.f1.high


def test_false_events_are_told_a_minute_of_video() -> None:
    scores = score_spotting_system(sealed_events(FOUND), VIDEOS, resamples=50)
    assert scores.minutes == pytest.approx(1.5)
    assert scores.false_per_minute.value == pytest.approx(3 / 1.5)


def test_errors_of_times_are_those_of_matched_events_of_one_kind() -> None:
    scores = score_spotting_system(sealed_events(FOUND), VIDEOS, resamples=5)
    assert scores.timing.hits == 2
    assert scores.timing.onset_error_s == pytest.approx((0.0 + 0.1) / 2)


def test_finding_and_naming_are_scored_together_where_classes_are_given() -> None:
    class_of = {"fear": "negative", "happiness": "positive", "surprise": "surprise"}
    scores = score_spotting_system(sealed_events(FOUND), VIDEOS, class_of=class_of, resamples=5)
    assert scores.joint is not None
    assert scores.joint.matched == 2
    assert scores.joint.f1_analysis == pytest.approx(2 / 3)
    assert scores.joint.strs == pytest.approx(2 / 3 * scores.challenge["overall"].f1.value)
    assert score_spotting_system(sealed_events(FOUND), VIDEOS, resamples=5).joint is None


def test_spotting_scores_are_json() -> None:
    empty = dict.fromkeys(FOUND, ())
    scores = score_spotting_system(sealed_events(empty), VIDEOS[2:] + VIDEOS[:2], resamples=5)
    held = json.loads(json.dumps(scores.to_json(), allow_nan=False))
    assert held["kinds"]["micro"]["precision"]["value"] is None
    assert held["kinds"]["micro"]["recall"]["value"] == 0.0
    assert held["kinds"]["overall"]["counts"]["false_negatives"] == 3
    assert held["timing"]["onset_error_s"] is None


def test_a_video_without_labels_is_not_scored() -> None:
    with pytest.raises(UsageError, match="none of samm_lv/3/a"):
        score_spotting_system(sealed_events(FOUND), VIDEOS[:2])
    with pytest.raises(UsageError, match="as they were sealed"):
        score_spotting_system(replace(sealed_events(FOUND), sha256=""), VIDEOS)
