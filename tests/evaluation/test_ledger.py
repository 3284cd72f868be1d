"""One prediction a clip, fixed before labels are read: every way around it is closed."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from mien.core.errors import FormatError, UsageError
from mien.core.facs import EMOTIONS
from mien.core.track import EmotionPosterior, Event, EventKind
from mien.datasets.protocols import make_split, protocol_named
from mien.datasets.splits import Split
from mien.evaluation.fold_results import (
    FoldEvents,
    FoldPredictions,
    fold_events_from_bytes,
    fold_predictions_from_bytes,
)
from mien.evaluation.ledger import Ledger, Sealed, gathered_events, gathered_predictions
from mien.evaluation.systems import Predictions

CLASSES, UNITS = ("negative", "positive", "surprise"), (1, 4)


def split_of(people: int = 4, clips: int = 3) -> Split:
    subjects = [f"casme2/{i}" for i in range(people) for _ in range(clips)]
    names = [f"{who}/clip{i}" for i, who in enumerate(subjects)]
    return make_split(protocol_named("loso"), names, subjects)


def result_of(
    split: Split, place: int, *, seed: int = 0, run: str = "svm, seed 0"
) -> FoldPredictions:
    rng = np.random.default_rng((seed, place))
    fold = split.folds[place]
    count = len(fold.test)
    return FoldPredictions(
        fold=fold.name,
        split_sha256=split.sha256,
        run=run,
        names=tuple(split.names[i] for i in fold.test),
        classes=CLASSES,
        unit_numbers=UNITS,
        predictions=Predictions(
            emotion=rng.dirichlet(np.ones(3), count),
            units=rng.random((count, 2)),
            times=np.sort(rng.random((count, 3))),
            step_units=rng.random((count, 5, 2)),
        ),
    )


def full(split: Split) -> Ledger[FoldPredictions]:
    ledger: Ledger[FoldPredictions] = Ledger(split)
    for place in range(len(split.folds)):
        ledger.enter(result_of(split, place))
    return ledger


def changed(result: FoldPredictions, **arrays: np.ndarray) -> FoldPredictions:
    return replace(result, predictions=replace(result.predictions, **arrays))


def test_folds_may_come_in_any_order_and_the_seal_is_the_same() -> None:
    split = split_of()
    backwards: Ledger[FoldPredictions] = Ledger(split)
    for place in reversed(range(4)):
        backwards.enter(result_of(split, place))
    assert backwards.seal().sha256 == full(split).seal().sha256
    names, predictions = gathered_predictions(backwards.seal())
    assert sorted(names) == sorted(split.names)
    third = names.index("casme2/2/clip7")
    assert np.array_equal(predictions.emotion[third], result_of(split, 2).predictions.emotion[1])
    assert predictions.step_units is not None
    assert predictions.step_units.shape == (12, 5, 2)
    assert predictions.unit_intensity is None


def test_a_second_prediction_of_a_clip_is_refused_even_when_it_is_better() -> None:
    split = split_of()
    ledger: Ledger[FoldPredictions] = Ledger(split)
    ledger.enter(result_of(split, 1))
    with pytest.raises(UsageError, match=r"has been predicted before, casme2/1/clip3 with it"):
        ledger.enter(result_of(split, 1, seed=5))
    assert ledger.done == 1


def test_nothing_is_sealed_while_a_fold_is_missing() -> None:
    split = split_of()
    ledger: Ledger[FoldPredictions] = Ledger(split)
    for place in (0, 1, 3):
        ledger.enter(result_of(split, place))
    assert ledger.missing == ("casme2/2",)
    with pytest.raises(UsageError, match=r"all 4 folds, but 3 are in; casme2/2 is missing"):
        ledger.seal()


def test_a_fold_predicts_its_own_clips_and_all_of_them() -> None:
    split = split_of()
    ledger: Ledger[FoldPredictions] = Ledger(split)
    whole = result_of(split, 0)
    less = replace(
        whole,
        names=whole.names[:2],
        predictions=Predictions(whole.predictions.emotion[:2]),
    )
    with pytest.raises(UsageError, match=r"casme2/0/clip2 is not predicted"):
        ledger.enter(less)
    with pytest.raises(UsageError, match=r"casme2/3/clip9 is not one of them"):
        ledger.enter(replace(whole, names=("casme2/3/clip9", *whole.names[1:])))


def test_folds_of_another_split_or_run_are_refused() -> None:
    split, other = split_of(), split_of(clips=4)
    ledger: Ledger[FoldPredictions] = Ledger(split)
    with pytest.raises(UsageError, match="Run it again on this split"):
        ledger.enter(result_of(other, 0))
    with pytest.raises(UsageError, match="Expected a fold of the split"):
        ledger.enter(replace(result_of(split, 0), fold="casme2/9"))
    ledger.enter(result_of(split, 0))
    with pytest.raises(UsageError, match=r"folds of one run.*seed 1"):
        ledger.enter(result_of(split, 1, run="svm, seed 1"))
    with pytest.raises(UsageError, match="folds of one run with the same classes"):
        ledger.enter(replace(result_of(split, 1), classes=("a", "b", "c")))
    no_units = replace(
        result_of(split, 1), predictions=Predictions(result_of(split, 1).predictions.emotion)
    )
    with pytest.raises(UsageError, match="kinds of predictions"):
        ledger.enter(no_units)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("emotion", np.nan, "probabilities that sum to 1 as emotion"),
        ("emotion", 0.9, "probabilities that sum to 1 as emotion"),
        ("emotion", -0.5, "probabilities that sum to 1 as emotion"),
        ("units", np.nan, "numbers from 0 to 1 as units"),
        ("units", 1.5, "numbers from 0 to 1 as units"),
        ("times", np.inf, "finite numbers as times"),
        ("step_units", -0.1, "numbers from 0 to 1 as step_units"),
    ],
)
def test_what_is_no_prediction_is_refused_with_the_clip(
    field: str, value: float, sentence: str
) -> None:
    result = result_of(split_of(), 0)
    array = np.array(getattr(result.predictions, field))
    array[1, ..., 0] = value
    with pytest.raises(UsageError, match=f"{sentence} of every clip, but casme2/0/clip1"):
        changed(result, **{field: array})


def test_certainty_is_a_prediction() -> None:
    sure = changed(result_of(split_of(), 0), emotion=np.eye(3), units=np.eye(3)[:, :2])
    assert fold_predictions_from_bytes(sure.to_bytes()).digest() == sure.digest()


def test_predictions_of_another_shape_are_refused() -> None:
    result = result_of(split_of(), 0)
    with pytest.raises(UsageError, match=r"units of the fold casme2/0 in the shape \(3, 2\)"):
        replace(result, predictions=Predictions(np.ones((3, 3)) / 3, units=np.zeros((3, 4))))
    with pytest.raises(UsageError, match=r"emotion of the fold casme2/0 in the shape \(3, 3\)"):
        replace(result, predictions=Predictions(np.ones((2, 3)) / 3))
    with pytest.raises(UsageError, match="has two of casme2/0/clip1"):
        replace(result, names=("casme2/0/clip0", "casme2/0/clip1", "casme2/0/clip1"))
    with pytest.raises(UsageError, match="but got none"):
        replace(result, names=())


def test_predictions_cannot_be_changed_after_they_were_made() -> None:
    mine = np.full((3, 3), 1 / 3)
    result = changed(result_of(split_of(), 0), emotion=mine)
    mine[:] = 0.0
    assert result.predictions.emotion.sum() == pytest.approx(3.0)
    with pytest.raises(ValueError, match="read-only"):
        result.predictions.emotion[0, 0] = 1.0


def test_a_seal_breaks_with_whatever_is_changed_behind_it() -> None:
    sealed = full(split_of()).seal()
    sealed.verify()
    better = changed(sealed.results[0], emotion=np.eye(3))
    for broken in (
        replace(sealed, results=(better, *sealed.results[1:])),
        replace(sealed, results=sealed.results[:-1]),
        Sealed(split_of(clips=4), sealed.results, sealed.sha256),
    ):
        with pytest.raises(UsageError, match="as they were sealed"):
            broken.verify()
    # numpy lets its owner open an array again: the seal sees it.
    emotion = sealed.results[0].predictions.emotion
    emotion.setflags(write=True)
    emotion[0] = [1.0, 0.0, 0.0]
    with pytest.raises(UsageError, match="as they were sealed"):
        sealed.verify()


def test_results_are_stored_as_bytes_and_gathered_over_several_runs() -> None:
    split = split_of()
    stored = [result_of(split, place).to_bytes() for place in range(4)]
    assert stored[0] == result_of(split, 0).to_bytes()
    ledger: Ledger[FoldPredictions] = Ledger(split)
    for data in stored:
        ledger.enter(fold_predictions_from_bytes(data))
    assert ledger.seal().sha256 == full(split).seal().sha256


def test_stored_predictions_are_plain_npz() -> None:
    result = result_of(split_of(), 0)
    with np.load(io.BytesIO(result.to_bytes())) as held:
        assert np.array_equal(held["emotion"], result.predictions.emotion)
        assert set(held.files) == {"emotion", "units", "times", "step_units", "meta.json"}


def test_stored_predictions_that_were_changed_are_refused() -> None:
    data = result_of(split_of(), 0).to_bytes()
    with pytest.raises(FormatError, match="run the fold again"):
        fold_predictions_from_bytes(data[:-30])
    with pytest.raises(FormatError, match="run the fold again"):
        fold_predictions_from_bytes(b"{}")
    for before, after in ((b"seed 0", b"seed 1"), (b"mien/fold-p", b"mine/fold-p")):
        forged = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(forged, "w") as new:
            for one in old.namelist():
                held = old.read(one)
                new.writestr(one, held.replace(before, after))
        with pytest.raises(FormatError, match="run the fold again"):
            fold_predictions_from_bytes(forged.getvalue())


def spotted(split: Split, place: int) -> FoldEvents:
    fold = split.folds[place]
    emotion = EmotionPosterior(
        {name: float(name == "fear") for name in EMOTIONS}, "emfacs", "made up"
    )
    found = (
        Event(EventKind.MICRO, 1.0, 1.1, 1.3, confidence=0.5, emotion=emotion),
        Event(EventKind.MACRO, 2.0, 2.5, 4.0),
    )
    names = tuple(split.names[i] for i in fold.test)
    return FoldEvents(fold.name, split.sha256, "of-fd", names, (found, *[()] * (len(names) - 1)))


def test_events_of_videos_are_sealed_alike() -> None:
    split = split_of(people=2)
    ledger: Ledger[FoldEvents] = Ledger(split)
    for place in range(2):
        data = spotted(split, place).to_bytes()
        assert json.loads(data)["schema"] == "mien/fold-events"
        ledger.enter(fold_events_from_bytes(data))
    with pytest.raises(UsageError, match="has been predicted before"):
        ledger.enter(spotted(split, 0))
    sealed = ledger.seal()
    sealed.verify()
    found = gathered_events(sealed)
    assert set(found) == set(split.names)
    first, second = found["casme2/0/clip0"]
    assert (first.kind, first.onset_s, first.offset_s) == (EventKind.MICRO, 1.0, 1.3)
    assert first.emotion is not None
    assert first.emotion.best == "fear"
    assert np.isnan(second.confidence)
    assert found["casme2/0/clip1"] == ()


def test_events_that_are_none_are_refused() -> None:
    split = split_of(people=2)
    whole = spotted(split, 0)
    with pytest.raises(UsageError, match="events of 3 videos of the fold casme2/0, but got 1"):
        replace(whole, events=whole.events[:1])
    endless = Event(EventKind.MACRO, 0.0, 1.0, float("inf"))
    with pytest.raises(UsageError, match=r"finite times of every event, but one of casme2/0/clip0"):
        replace(whole, events=((endless,), *whole.events[1:]))
    data = whole.to_bytes().replace(b'"onset_s":1.0', b'"onset_s":0.9')
    with pytest.raises(FormatError, match="they were changed since"):
        fold_events_from_bytes(data)
    with pytest.raises(FormatError, match="cannot be read"):
        fold_events_from_bytes(b"[]")
