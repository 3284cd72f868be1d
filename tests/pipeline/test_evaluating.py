"""Systems run fold by fold, results are kept, and tables come of them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mien.baselines import registry
from mien.core.errors import MienError, MissingError, UsageError
from mien.core.facs import EMOTIONS
from mien.core.track import EmotionPosterior, Event, EventKind
from mien.datasets.clips import Clips, LabelledClips, LabelledVideo, Video
from mien.evaluation.scores import RecognitionScores, SpottingScores
from mien.evaluation.systems import Budget, Predictions, SystemSpec, SystemTask
from mien.evaluation.tables import Unfinished
from mien.pipeline.evaluating import KFOLD, LOSO, gather_tables, outcome_of, run_folds
from mien.pipeline.evidence_files import write_evidence
from mien.pipeline.fold_running import Evaluation, FoldTask, opened, split_of, system_called
from mien.work import Progress
from mien.work.progress import Silent

FITTED: list[frozenset[str]] = []


class NearestMean:
    """Tells the class whose mean flow is nearest."""

    def fit(self, clips: LabelledClips, *, seed: int, progress: Progress) -> None:  # noqa: ARG002 - has nothing random
        FITTED.append(frozenset(clips.clips.subjects))
        images = clips.clips.read("flow_image")
        emotion = clips.labels.emotion
        self.classes = len(clips.labels.classes)
        self.means = {int(one): images[emotion == one].mean(axis=0) for one in np.unique(emotion)}

    def predict(self, clips: Clips) -> Predictions:
        images = clips.read("flow_image")
        scores = np.zeros((len(images), self.classes))
        for one, mean in self.means.items():
            scores[:, one] = np.exp(-np.square(images - mean).sum(axis=(1, 2, 3)) / 500)
        return Predictions(emotion=scores / scores.sum(axis=1, keepdims=True))


class BrightStretch:
    """Finds where the face is bright."""

    def fit(self, videos: Sequence[LabelledVideo], *, seed: int, progress: Progress) -> None:
        pass

    def spot(self, video: Video) -> tuple[Event, ...]:
        bright = np.flatnonzero(np.asarray(video.faces).mean(axis=(1, 2)) > 100)
        first, last = bright[0] / video.rate, bright[-1] / video.rate
        sure = {one: float(one == "surprise") for one in EMOTIONS}
        emotion = EmotionPosterior(sure, "none", "says surprise of every event")
        return (Event(EventKind.MICRO, first, (first + last) / 2, last, emotion=emotion),)


class Broken(NearestMean):
    def fit(self, clips: LabelledClips, *, seed: int, progress: Progress) -> None:  # noqa: ARG002
        msg = "Expected weights, but there are none. Fetch them."
        raise MienError(msg)


class Faulty(NearestMean):
    def fit(self, clips: LabelledClips, *, seed: int, progress: Progress) -> None:  # noqa: ARG002
        msg = "nothing to learn"
        raise ValueError(msg)


def spec(name: str, task: SystemTask, build: type, **paper: float) -> SystemSpec:
    return SystemSpec(
        name=name,
        task=task,
        category="hand-crafted",
        summary="For tests.",
        source="none",
        inputs=("flow_image",),
        build=lambda _: build(),
        paper=paper,
    )


SPECS = (
    spec("Nearest mean", SystemTask.RECOGNITION, NearestMean, accuracy=50.0, f1=40.0),
    spec("Broken", SystemTask.RECOGNITION, Broken),
    spec("Faulty", SystemTask.RECOGNITION, Faulty),
    spec("Bright stretch", SystemTask.SPOTTING, BrightStretch, f1=20.0),
)


@pytest.fixture(autouse=True)
def only_these(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "all_systems", lambda: SPECS)
    FITTED.clear()


@pytest.fixture
def evaluation(tmp_path: Path, make_prepared: Callable[..., Path]) -> Evaluation:
    folder = make_prepared(tmp_path / "prepared", videos=3, seed=len(str(tmp_path)))
    return Evaluation(folder, scheme="plain", budget=Budget(width=8, max_epochs=1))


def test_every_subject_is_tested_by_a_system_that_has_not_seen_them(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    run = run_folds(evaluation, ["Nearest mean"], tmp_path / "out", Silent())
    assert (run.done, run.folds) == (5, 5)
    everybody = {f"synth/sub{who:02d}" for who in range(1, 6)}
    assert {next(iter(everybody - one)) for one in FITTED} == everybody
    scores = outcome_of(evaluation, SPECS[0], tmp_path / "out")
    assert isinstance(scores, RecognitionScores)
    assert scores.figures["accuracy"].value == 1.0
    assert scores.basis.items == 30


def test_a_run_that_was_ended_goes_on_without_running_a_fold_twice(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    class Ends(Silent):
        def update(self, done: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_folds(evaluation, ["Nearest mean"], tmp_path / "out", Ends())
    half = outcome_of(evaluation, SPECS[0], tmp_path / "out")
    assert half == Unfinished(2, 5)
    run_folds(evaluation, ["Nearest mean"], tmp_path / "out", Silent())
    assert len(FITTED) == 5
    task = FoldTask(evaluation, tmp_path / "out")
    fold = split_of(evaluation, SystemTask.RECOGNITION).folds[0]
    file = task.file_of(SPECS[0], fold.name)
    file.write_bytes(file.read_bytes()[:50])
    assert outcome_of(evaluation, SPECS[0], tmp_path / "out") == Unfinished(4, 5)
    run_folds(evaluation, ["Nearest mean"], tmp_path / "out", Silent())
    assert len(FITTED) == 6


def test_results_of_other_settings_are_never_mixed_in(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    run_folds(evaluation, ["Nearest mean"], tmp_path / "out", Silent())
    other = replace(evaluation, budget=Budget(width=16, max_epochs=1))
    with pytest.raises(UsageError, match="other settings"):
        run_folds(other, ["Nearest mean"], tmp_path / "out", Silent())


def test_folds_of_another_preparation_count_only_when_it_is_named(
    evaluation: Evaluation, make_prepared: Callable[..., Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for protocol in (KFOLD, LOSO):
        elsewhere = replace(
            evaluation,
            prepared=make_prepared(tmp_path / "elsewhere" / protocol, videos=3, seed=99),
            protocol=protocol,
        )
        run_folds(elsewhere, ["Nearest mean"], out, Silent())
    with pytest.raises(UsageError, match="where that is the same corpus") as refusal:
        run_folds(evaluation, ["Nearest mean"], out, Silent())
    both = replace(evaluation, also=(str(refusal.value).rsplit("--also ", 1)[1].rstrip("."),))
    task = FoldTask(both, out)
    fold = split_of(both, SystemTask.RECOGNITION).folds[0]
    task.file_of(SPECS[0], fold.name).unlink()
    FITTED.clear()
    run_folds(both, ["Nearest mean"], out, Silent())
    assert len(FITTED) == 1
    assert isinstance(outcome_of(both, SPECS[0], out), RecognitionScores)
    tables = gather_tables(both, out, pretraining="none").tables
    notes = {row[-1].text for table in tables for row in table.rows}
    assert any("9 folds of another preparation" in note for note in notes)
    with pytest.raises(UsageError, match="other settings"):
        run_folds(replace(both, budget=Budget(width=16)), ["Nearest mean"], out, Silent())


def test_a_system_that_cannot_run_is_told_and_the_others_go_on(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    progress = Silent()
    run = run_folds(evaluation, ["Broken", "Nearest mean"], tmp_path / "out", progress)
    assert run.failures == {"Broken": "Expected weights, but there are none. Fetch them."}
    assert run.done == 5
    assert len([one for one in progress.warnings if "Fetch them" in one]) == 1
    with pytest.raises(UsageError, match="Nearest mean"):
        run_folds(evaluation, ["Nearest means"], tmp_path / "out", progress)


def test_tables_hold_every_system_with_what_is_done_and_what_is_not(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for protocol in (KFOLD, LOSO):
        run_folds(replace(evaluation, protocol=protocol), ["Nearest mean"], out, Silent())
    run_folds(evaluation, ["Bright stretch"], out, Silent())
    evidence = gather_tables(
        evaluation, out, pretraining="none", notes={"Broken": "weights are missing"}
    )
    second, recognition, spotting = evidence.tables
    text = "\n".join(table.to_markdown() for table in evidence.tables)
    assert "Broken" in text
    assert "weights are missing" in text
    assert "width 8" in second.line
    (row,) = [row for row in recognition.rows if row[0].text == "Nearest mean"] or [
        row for row in recognition.rows if "Nearest mean" in " ".join(cell.text for cell in row)
    ]
    assert any(cell.value == 100.0 for cell in row)
    assert any("50.0" in cell.text for cell in row)
    assert "Bright stretch" in spotting.to_markdown()
    scores = evidence.outcomes[LOSO]["Bright stretch"]
    assert isinstance(scores, SpottingScores)
    assert scores.kinds["micro"].f1.value == 1.0
    # All are found and named; the other emotions, which no video shows, halve the mean.
    assert scores.joint is not None
    assert scores.joint.f1_spotting == 1.0
    assert scores.joint.strs == pytest.approx(scores.joint.f1_analysis)
    assert scores.joint.f1_analysis > 0
    files = write_evidence(evidence, out)
    assert {"tables.md", "figures.json"} <= {file.name for file in files}
    figures = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    assert figures[LOSO]["Nearest mean"]["figures"]["accuracy"]["value"] == 1.0


def test_a_plug_in_that_breaks_ends_neither_the_run_nor_the_other_systems(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    run = run_folds(evaluation, ["Faulty", "Nearest mean"], tmp_path / "out", Silent())
    assert run.failures == {"Faulty": "ValueError: nothing to learn"}
    assert (run.done, run.folds) == (5, 10)


def test_tables_take_a_configuration_of_ones_own(evaluation: Evaluation, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('input = "flow_image"\n[loop]\nepochs = 1\n', encoding="utf-8")
    run_folds(evaluation, [str(own)], tmp_path / "out", Silent())
    evidence = gather_tables(evaluation, tmp_path / "out", pretraining="none", own=[str(own)])
    rows = [[cell.text for cell in row] for row in evidence.tables[1].rows]
    assert any(str(own) in row and "reads the coded apex" in row[-1] for row in rows)
    assert isinstance(evidence.outcomes[LOSO][str(own)], RecognitionScores)


def test_labels_cannot_leak_into_a_prediction(
    evaluation: Evaluation, tmp_path: Path, make_prepared: Callable[..., Path]
) -> None:
    """Other labels of the test subject change nothing that is said of their clips."""
    run_folds(evaluation, ["Nearest mean"], tmp_path / "out", Silent())
    split = split_of(evaluation, SystemTask.RECOGNITION)
    first = FoldTask(evaluation, tmp_path / "out").kept(SPECS[0], split, split.folds[0])
    table = evaluation.prepared / "clips.csv"
    text = table.read_text(encoding="utf-8")
    lines = [
        line.replace("happiness", "disgust") if "sub01" in line else line
        for line in text.splitlines()
    ]
    other = tmp_path / "other"
    make_prepared(other, videos=3, seed=len(str(tmp_path)))
    (other / "clips.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    opened.cache_clear()
    changed = replace(evaluation, prepared=other)
    run_folds(changed, ["Nearest mean"], tmp_path / "out2", Silent())
    split = split_of(changed, SystemTask.RECOGNITION)
    second = FoldTask(changed, tmp_path / "out2").kept(SPECS[0], split, split.folds[0])
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(
        first.predictions.emotion,  # type: ignore[union-attr]
        second.predictions.emotion,  # type: ignore[union-attr]
    )


def test_what_cannot_be_evaluated_is_refused(
    evaluation: Evaluation, tmp_path: Path, make_prepared: Callable[..., Path]
) -> None:
    with pytest.raises(UsageError, match="list of units"):
        replace(evaluation, units="all")
    bare = make_prepared(tmp_path / "bare", subjects=1, seed=3)
    with pytest.raises(UsageError, match="subject"):
        run_folds(replace(evaluation, prepared=bare), ["Nearest mean"], tmp_path / "x", Silent())
    with pytest.raises(UsageError, match="uncut videos"):
        run_folds(replace(evaluation, prepared=bare), ["Bright stretch"], tmp_path / "x", Silent())
    with pytest.raises(UsageError, match="Choose another scheme"):
        run_folds(
            replace(evaluation, prepared=bare, scheme="dfme-7"),
            ["Nearest mean"],
            tmp_path / "x",
            Silent(),
        )


def test_a_configuration_is_evaluated_like_any_system(
    evaluation: Evaluation, tmp_path: Path
) -> None:
    config = tmp_path / "small.toml"
    config.write_text(
        'input = "flow_image"\n[loop]\nepochs = 8\nbatch_size = 4\nlearning_rate = 3e-3\n',
        encoding="utf-8",
    )
    wide = replace(evaluation, budget=Budget(max_epochs=8), protocol="kfold5-subject")
    run = run_folds(wide, [str(config)], tmp_path / "out", Silent())
    assert run.done == 5, run.failures
    scores = outcome_of(wide, system_called(str(config)), tmp_path / "out")
    assert isinstance(scores, RecognitionScores)
    assert scores.figures["accuracy"].value > 0.8
    config.write_text(config.read_text(encoding="utf-8") + "momentum = 0.5\n", encoding="utf-8")
    with pytest.raises(UsageError, match="other settings"):
        run_folds(wide, [str(config)], tmp_path / "out", Silent())
    with pytest.raises(MissingError, match="nowhere"):
        run_folds(wide, ["nowhere.toml"], tmp_path / "out", Silent())


def test_results_from_other_weights_are_never_mixed_in(evaluation: Evaluation) -> None:
    weights = ["a" * 64]
    made = replace(SPECS[0], made_from=lambda: weights[0])
    corpus = opened(evaluation.prepared)
    first = evaluation.run_of(made, corpus)
    weights[0] = "b" * 64
    assert evaluation.run_of(made, corpus) != first
    assert "made_from" not in evaluation.run_of(SPECS[0], corpus)
