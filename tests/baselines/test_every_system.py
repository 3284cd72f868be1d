"""What every recogniser in the tables must do, ours and those of others alike."""

from pathlib import Path

import numpy as np
import pytest

from mien.baselines.registry import systems_of
from mien.evaluation.honesty import assert_no_leak
from mien.evaluation.made_clips import made_clips
from mien.evaluation.systems import Budget, RecognitionSystem, SystemSpec, SystemTask
from mien.training.building import PRETRAINED_VARIABLE
from mien.training.config import preset
from mien.training.pretraining import pretrain_backbone
from mien.work.progress import Silent

BUDGET = Budget(width=4, max_epochs=1)
SPECS = systems_of(SystemTask.RECOGNITION)


@pytest.fixture(scope="session")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    weights = tmp_path_factory.mktemp("pretrained") / "backbone.safetensors"
    pretrain_backbone(
        preset("cnn3d_pretrained").within(BUDGET),
        made_clips(4, seed=5),
        weights,
        learned_from="the clips of this test",
        seed=0,
        progress=Silent(),
    )
    return weights


@pytest.mark.slow  # each is trained twice
@pytest.mark.parametrize("spec", SPECS, ids=[spec.name for spec in SPECS])
def test_it_learns_from_its_own_clips_only_and_predicts_each_on_its_own(
    spec: SystemSpec, backbone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PRETRAINED_VARIABLE, str(backbone))

    def build() -> RecognitionSystem:
        system = spec.build(BUDGET)
        assert isinstance(system, RecognitionSystem)
        return system

    assert_no_leak(build, made_clips(), tolerance=1e-4)


def test_made_clips_have_every_array_in_its_shape_and_move_by_class() -> None:
    clips = made_clips(people=3, each=2, seed=1)
    assert len(clips) == 6
    images = clips.clips.read("flow_image")
    upper, lower = images[:, :14, :, 1].mean(axis=(1, 2)), images[:, 14:, :, 1].mean(axis=(1, 2))
    assert np.array_equal(upper < lower, clips.labels.emotion == 1)
    points = clips.clips.read("landmarks")
    assert np.ptp(points[..., 1].mean(axis=2), axis=1).min() > 0.3
