"""Systems of the paper's tables: they learn, say what they learned, and refuse the useless."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.core.errors import FormatError, InputError, MissingError, UsageError
from mien.datasets.clips import LabelledClips
from mien.evaluation.honesty import assert_no_leak
from mien.evaluation.systems import Budget, RecognitionSystem, SystemTask
from mien.networks.graph_recogniser import GraphRecogniser
from mien.training.building import PRETRAINED_VARIABLE
from mien.training.config import TrainConfig, config_from_toml, preset
from mien.training.pretraining import pretrain_backbone
from mien.training.recogniser_files import RECORD_FILE, WEIGHTS_FILE
from mien.training.system import SPECS, GraphSystem
from mien.training.training_log import METRICS_FILE
from mien.work import Silent

MakeClips = Callable[..., LabelledClips]

SMALL = """
units = [1, 2, 4, 12]
[network]
width = 4
hidden = [8, 4]
emotion_layer = "head"
[loop]
epochs = 2
batch_size = 4
learning_rate = 0.01
"""


def small(**changes: Any) -> TrainConfig:
    return config_from_toml(SMALL).model_copy(update=changes)


def fitted(config: TrainConfig, clips: LabelledClips, *, seed: int = 0) -> GraphSystem:
    system = GraphSystem(config)
    system.fit(clips, seed=seed, progress=Silent())
    return system


@pytest.mark.slow
def test_it_learns_what_is_plain_to_see(make_clips: MakeClips) -> None:
    config = preset("mien").within(Budget(width=4, max_epochs=15)).model_copy(update={"shrink": 1})
    config = config.model_copy(update={"loop": replace(config.loop, learning_rate=0.005)})
    system = fitted(config, make_clips(24, size_px=28))
    shown = make_clips(12, seed=9, size_px=28)
    said = system.predict(shown.clips)
    assert (said.emotion.argmax(axis=1) == shown.labels.emotion).all()
    assert said.units is not None
    assert ((said.units > 0.5) == (shown.labels.units == 1)).mean() > 0.9
    assert said.times is not None
    assert np.abs(said.times - shown.labels.times).mean() < 0.1
    assert said.step_units is not None
    # Of the units that occur, those at the apex against those in the first picture.
    present = shown.labels.units == 1
    assert said.step_units[:, 4][present].mean() > said.step_units[:, 0][present].mean() + 0.2


def test_without_a_coded_intensity_none_is_learned_or_told(make_clips: MakeClips) -> None:
    clips = make_clips(8, steps=4)
    clips = replace(clips, labels=replace(clips.labels, intensity=None))
    config = small()
    config = config.model_copy(update={"loss": replace(config.loss, intensity_weight=0.5)})
    progress = Silent()
    system = GraphSystem(config)
    system.fit(clips, seed=0, progress=progress)
    assert system.predict(clips.clips).unit_intensity is None
    assert any("intensities are not learned" in one for one in progress.warnings)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("spec", SPECS, ids=[spec.name for spec in SPECS])
def test_every_system_says_what_it_has_a_loss_for(
    spec: Any,
    precision: str,
    make_clips: MakeClips,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    budget = Budget(width=4, max_epochs=1, precision=precision)
    clips = make_clips(8, size_px=112)
    weights = tmp_path / "backbone.safetensors"
    pretrain_backbone(
        preset("cnn3d_pretrained").within(budget),
        clips,
        weights,
        learned_from="the clips of this test",
        seed=0,
        progress=Silent(),
    )
    monkeypatch.setenv(PRETRAINED_VARIABLE, str(weights))
    system = spec.build(budget)
    assert isinstance(system, RecognitionSystem)
    system.fit(clips, seed=0, progress=Silent())
    said = system.predict(clips.clips)
    assert said.emotion.sum(axis=1) == pytest.approx(np.ones(8))
    assert said.times is not None
    assert said.times.shape == (8, 3)
    assert ((said.times >= 0) & (said.times <= 1)).all()
    plain = spec.name.startswith("3D-CNN")
    assert (said.units is None) == plain
    assert (said.step_units is None) == (spec.name != "mien")
    assert (said.unit_intensity is None) == (spec.name != "mien")
    assert set(spec.inputs) <= set(clips.clips.arrays)


def test_the_figures_are_those_that_the_paper_prints() -> None:
    by_name = {spec.name: spec for spec in SPECS}
    assert by_name["3D-CNN (pre-trained)"].paper == {"kfold": 55.37, "loso": 42.64}
    assert by_name["3D-CNN"].paper == {"kfold": 57.05, "loso": 45.03}
    assert by_name["AU_GCN_CUR (paper)"].paper["loso"] == 45.71
    assert by_name["AU_GCN_CUR (paper)"].paper["f1"] == 42.93
    assert {spec.task for spec in SPECS} == {SystemTask.RECOGNITION}


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_nothing_leaks_and_each_clip_is_predicted_on_its_own(
    precision: str, make_clips: MakeClips
) -> None:
    config = small(input="grey").within(Budget(width=4, max_epochs=1, precision=precision))
    clips = make_clips(8, steps=4)
    people = tuple(f"made/s{number // 2}" for number in range(8))
    clips = LabelledClips(replace(clips.clips, subjects=people), clips.labels)
    assert_no_leak(lambda: GraphSystem(config), clips)


def test_the_same_seed_gives_the_same_and_another_another(make_clips: MakeClips) -> None:
    clips = make_clips(8, steps=4)
    said = [fitted(small(), clips, seed=seed).predict(clips.clips).emotion for seed in (0, 0, 1)]
    assert np.array_equal(said[0], said[1])
    assert not np.array_equal(said[0], said[2])


def test_flow_images_have_their_own_network(make_clips: MakeClips) -> None:
    config = config_from_toml('input = "flow_image"\n[loop]\nepochs = 8\nlearning_rate = 3e-3')
    clips = make_clips(16)
    said = fitted(config, clips).predict(clips.clips)
    assert (said.emotion.argmax(axis=1) == clips.labels.emotion).all()
    assert said.units is not None


def test_the_graph_is_counted_on_the_training_clips(make_clips: MakeClips) -> None:
    clips = make_clips(8, steps=4)
    units = clips.labels.units.copy()
    units[0] = (1, 0, 0, 0)
    learned = LabelledClips(clips.clips, replace(clips.labels, units=units))
    graph = fitted(small(), learned).recogniser.graph
    # Of four surprises three show both units, one AU 1 alone; happiness shows AU 4 and 12 always.
    assert graph.clips == 8
    assert graph.adjacency[0, 1] == 1.0
    assert graph.adjacency[1, 0] == pytest.approx(0.75)
    assert graph.adjacency[2, 3] == graph.adjacency[3, 2] == 1.0
    assert graph.adjacency[0, 2] == 0.0


def test_units_that_nobody_codes_are_left_out_and_told(make_clips: MakeClips) -> None:
    clips = make_clips(8, steps=4)
    progress = Silent()
    system = GraphSystem(small(units=(1, 4, 17)))
    system.fit(clips, seed=0, progress=progress)
    assert "action units 17: they are left out" in progress.warnings[0]
    said = system.predict(clips.clips).units
    assert said is not None
    assert said.shape == (8, 4)
    # AU 2 is labelled but not in the graph: as often as in training, (1 + 4) / (2 + 8).
    assert said[:, 1] == pytest.approx(np.full(8, 0.5))


def test_levels_are_learned_where_they_are_known(make_clips: MakeClips) -> None:
    clips = make_clips(8, steps=4)
    config = small()
    config = config.model_copy(
        update={
            "loss": replace(config.loss, intensity_weight=20.0),
            "loop": replace(config.loop, epochs=12, learning_rate=0.02),
        }
    )
    system = GraphSystem(config)
    clips = replace(clips, labels=replace(clips.labels, intensity=clips.labels.units * 0.4))
    system.fit(clips, seed=0, progress=Silent())
    said = system.predict(clips.clips).unit_intensity
    assert said is not None
    assert said[clips.labels.units == 1].mean() == pytest.approx(0.4, abs=0.15)


def test_the_second_stage_leaves_what_the_first_has_learned(
    make_clips: MakeClips, tmp_path: Path
) -> None:
    clips = make_clips(8, steps=4)
    both = fitted(small(mode="two-stage"), clips).recogniser.network
    first = small()
    alone = first.model_copy(
        update={
            "loss": replace(first.loss, graph=False),
            "network": replace(first.network, emotion_layer="none"),
        }
    )
    system = GraphSystem(alone, folder=tmp_path)
    system.fit(clips, seed=0, progress=Silent())
    segmented = system.recogniser.network
    assert isinstance(both, GraphRecogniser)
    assert isinstance(segmented, GraphRecogniser)
    for part in ("backbone", "segmentation", "emotion"):
        ours = getattr(both, part).state_dict()
        for name, value in getattr(segmented, part).state_dict().items():
            assert ours[name] == pytest.approx(value, abs=1e-6), (part, name)
    assert all(one.requires_grad for one in both.parameters())


def test_a_folder_gets_checkpoint_and_log_and_is_gone_on_from(
    make_clips: MakeClips, tmp_path: Path
) -> None:
    clips = make_clips(8, steps=4)
    first = GraphSystem(small(), folder=tmp_path)
    first.fit(clips, seed=0, progress=Silent())
    assert (tmp_path / "joint" / METRICS_FILE).is_file()
    again = GraphSystem(small(), folder=tmp_path)
    again.fit(clips, seed=0, progress=Silent())
    assert again.reports[0].steps_before == again.reports[0].steps == 4
    assert np.array_equal(again.predict(clips.clips).emotion, first.predict(clips.clips).emotion)
    with pytest.raises(UsageError, match="made with seed 0 instead of 1"):
        GraphSystem(small(), folder=tmp_path).fit(clips, seed=1, progress=Silent())


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("loss", {"time_weight": 5.0}, r"made with loss.time_weight 0.5 instead of 5.0"),
        ("augmentation", {"brightness": 0.2}, r"augmentation.brightness 0.0 instead of 0.2"),
        ("network", {"dropout": 0.1}, r"network.dropout 0.0 instead of 0.1"),
    ],
)
def test_a_training_of_other_choices_is_not_gone_on_from(
    table: str, change: dict[str, float], sentence: str, make_clips: MakeClips, tmp_path: Path
) -> None:
    clips = make_clips(8, steps=4)
    GraphSystem(small(), folder=tmp_path).fit(clips, seed=0, progress=Silent())
    other = small(**{table: replace(getattr(small(), table), **change)})
    with pytest.raises(UsageError, match=sentence):
        GraphSystem(other, folder=tmp_path).fit(clips, seed=0, progress=Silent())


def test_a_training_on_another_input_or_other_clips_is_not_gone_on_from(
    make_clips: MakeClips, tmp_path: Path
) -> None:
    clips = make_clips(8, steps=4)
    GraphSystem(small(input="rgb"), folder=tmp_path).fit(clips, seed=0, progress=Silent())
    with pytest.raises(UsageError, match="input rgb instead of flow"):
        GraphSystem(small(input="flow"), folder=tmp_path).fit(clips, seed=0, progress=Silent())
    others = replace(clips.clips, names=tuple(f"other/{name}" for name in clips.clips.names))
    recoded = replace(clips.labels, emotion=1 - clips.labels.emotion)
    redrawn = make_clips(8, steps=4, seed=1).clips
    for changed in (
        LabelledClips(others, clips.labels),
        LabelledClips(clips.clips, recoded),
        LabelledClips(redrawn, clips.labels),
    ):
        with pytest.raises(UsageError, match=r"(clips|labels) \w{12} instead of \w{12}"):
            GraphSystem(small(input="rgb"), folder=tmp_path).fit(changed, seed=0, progress=Silent())


def test_what_is_kept_says_the_same_when_it_is_read(make_clips: MakeClips, tmp_path: Path) -> None:
    clips = make_clips(8, steps=4)
    config = small()
    config = config.model_copy(
        update={"network": replace(config.network, emotion_layer="node", pool="attention")}
    )
    system = fitted(config, clips)
    system.save(tmp_path)
    read = GraphSystem.load(tmp_path)
    assert read.config == system.recogniser.config
    assert read.recogniser.graph.classes == ("surprise", "happiness")
    assert read.recogniser.columns == system.recogniser.columns
    assert read.recogniser.trained_on == ("made",)
    ours, theirs = system.predict(clips.clips), read.predict(clips.clips)
    assert np.array_equal(ours.emotion, theirs.emotion)
    assert ours.units is not None
    assert theirs.units is not None
    assert np.array_equal(ours.units, theirs.units)


def test_a_recogniser_whose_files_do_not_belong_together_is_refused(
    make_clips: MakeClips, tmp_path: Path
) -> None:
    system = fitted(small(), make_clips(8, steps=4))
    system.save(tmp_path)
    weights = tmp_path / WEIGHTS_FILE
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(FormatError, match="Copy both files together"):
        GraphSystem.load(tmp_path)
    record = json.loads((tmp_path / RECORD_FILE).read_text(encoding="utf-8"))
    del record["classes"]
    (tmp_path / RECORD_FILE).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(FormatError, match="but classes lacks"):
        GraphSystem.load(tmp_path)
    (tmp_path / RECORD_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(FormatError, match="Expected JSON"):
        GraphSystem.load(tmp_path)
    (tmp_path / RECORD_FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(FormatError, match="it is something else"):
        GraphSystem.load(tmp_path)
    with pytest.raises(MissingError, match="is not there"):
        GraphSystem.load(tmp_path / "none")


def test_features_that_are_no_number_are_refused_before_the_training(
    make_clips: MakeClips,
) -> None:
    clips = make_clips(8, steps=4)
    clips.clips.arrays["flow"][5, 0, 0, 0] = np.nan
    with pytest.raises(InputError, match="only numbers in flow of made/s1/05"):
        fitted(small(input="flow"), clips)


def test_one_class_and_no_clip_are_refused(make_clips: MakeClips) -> None:
    clips = make_clips(8, steps=4)
    with pytest.raises(UsageError, match=r"at least two classes.* but got 4 clips of surprise"):
        fitted(small(), clips.take([0, 2, 4, 6]))
    with pytest.raises(UsageError, match=r"at least two classes.* but got 0 clips"):
        fitted(small(), clips.take([]))


def test_clips_without_class_and_units_teach_nothing_and_are_left_out(
    make_clips: MakeClips,
) -> None:
    clips = make_clips(10, steps=4)
    emotion, units = clips.labels.emotion.copy(), clips.labels.units.copy()
    emotion[8:], units[8:] = -1, np.nan
    spoiled = LabelledClips(clips.clips, replace(clips.labels, emotion=emotion, units=units))
    spoiled.clips.arrays["flow"][8:] = np.nan
    config = small(input="flow")
    ours = fitted(config, spoiled).predict(clips.clips.take(range(8))).emotion
    theirs = fitted(config, clips.take(range(8))).predict(clips.clips.take(range(8))).emotion
    assert np.array_equal(ours, theirs)


def test_clips_of_one_person_are_learned_with_a_warning(make_clips: MakeClips) -> None:
    clips = make_clips(8, steps=4)
    alone = LabelledClips(replace(clips.clips, subjects=("made/s0",) * 8), clips.labels)
    progress = Silent()
    GraphSystem(small()).fit(alone, seed=0, progress=progress)
    assert progress.warnings == [
        "All 8 clips are of made/s0: what is learned may hold for one person only."
    ]


def test_no_coded_unit_is_refused(make_clips: MakeClips) -> None:
    clips = make_clips(8, steps=4)
    labels = replace(clips.labels, units=np.full((8, 4), np.nan))
    with pytest.raises(UsageError, match=r"Choose other units, or train without loss\.graph"):
        fitted(small(), LabelledClips(clips.clips, labels))


def test_predicting_untrained_or_other_sizes_is_refused(make_clips: MakeClips) -> None:
    with pytest.raises(UsageError, match="custom to be trained, but it is not"):
        GraphSystem(small()).predict(make_clips(2).clips)
    system = fitted(small(), make_clips(8, steps=4))
    with pytest.raises(UsageError, match="Prepare them alike"):
        system.predict(make_clips(2, steps=4, size_px=12).clips)


def test_no_clips_are_predicted_as_nothing(make_clips: MakeClips) -> None:
    clips = make_clips(8, steps=4)
    assert fitted(small(), clips).predict(clips.clips.take([])).emotion.shape == (0, 2)


def test_a_pretrained_system_without_weights_says_where_they_come_from(
    make_clips: MakeClips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PRETRAINED_VARIABLE, raising=False)
    system = SPECS[0].build(Budget(width=4, max_epochs=1))
    assert isinstance(system, RecognitionSystem)
    with pytest.raises(
        MissingError,
        match=rf"Set {PRETRAINED_VARIABLE}.*mien models convert.* --pretrain .*--width 4 ",
    ):
        system.fit(make_clips(8, steps=4), seed=0, progress=Silent())


def test_weights_of_another_width_are_refused(
    make_clips: MakeClips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = make_clips(8, steps=4)
    file = tmp_path / "backbone.safetensors"
    config = preset("cnn3d_pretrained")
    pretrain_backbone(
        config.within(Budget(width=4, max_epochs=1)),
        clips,
        file,
        learned_from="test",
        seed=0,
        progress=Silent(),
    )
    monkeypatch.setenv(PRETRAINED_VARIABLE, str(file))
    system = SPECS[0].build(Budget(width=8, max_epochs=1))
    assert isinstance(system, RecognitionSystem)
    with pytest.raises(FormatError, match=r"stem.0.weight is 4x3x3x7x7 instead of 8x3x3x7x7"):
        system.fit(clips, seed=0, progress=Silent())
