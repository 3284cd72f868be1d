"""A recogniser as ONNX says in onnxruntime what it says in torch."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import jaxtyping
import onnx
import pytest

from mien.datasets.clips import LabelledClips
from mien.evaluation.systems import Budget
from mien.store.digest import sha256_of_path
from mien.training.clip_tensors import clip_tensors
from mien.training.config import TrainConfig, preset
from mien.training.export_onnx import export_onnx
from mien.training.system import GraphSystem
from mien.work import Silent

MakeClips = Callable[..., LabelledClips]

onnxruntime = pytest.importorskip("onnxruntime")

KINDS = ["mien", "paper", "flow image"]


def config_of(kind: str) -> TrainConfig:
    budget = Budget(width=4, max_epochs=1)
    return (
        TrainConfig(input="flow_image").within(budget)
        if kind == "flow image"
        else preset(kind).within(budget)
    )


@pytest.fixture(autouse=True)
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exporter cannot look through the shape checker."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.mark.slow  # the exporter takes seconds
@pytest.mark.parametrize("kind", KINDS)
def test_onnxruntime_says_what_torch_says_of_any_number_of_clips(
    kind: str, make_clips: MakeClips, tmp_path: Path
) -> None:
    clips = make_clips(6)
    system = GraphSystem(config_of(kind))
    system.fit(clips, seed=0, progress=Silent())
    file = tmp_path / "model.onnx"
    card = export_onnx(system.recogniser, file)
    onnx.checker.check_model(str(file))
    session = onnxruntime.InferenceSession(str(file))
    said = system.predict(clips.clips)
    for count in (1, 5):
        batch = clip_tensors(clips.clips, system.config.input, range(count)).numpy()
        found = dict(zip(card["outputs"], session.run(None, {"clip": batch}), strict=True))
        assert found.keys() == {name for name, value in vars(said).items() if value is not None}
        for name, values in found.items():
            ours = getattr(said, name)[:count]
            assert np.abs(values - ours).max() < 1e-4, (name, count)
    assert (
        list(tmp_path.iterdir()) == [file, file.with_suffix(".json")]
        or len(list(tmp_path.iterdir())) == 2
    )


@pytest.mark.slow  # the exporter takes seconds
def test_the_card_says_what_the_file_is(make_clips: MakeClips, tmp_path: Path) -> None:
    system = GraphSystem(config_of("flow image"))
    system.fit(make_clips(6), seed=0, progress=Silent())
    export_onnx(system.recogniser, tmp_path / "model.onnx")
    card = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    assert card["sha256"] == sha256_of_path(tmp_path / "model.onnx")
    assert card["classes"] == ["surprise", "happiness"]
    assert card["units"] == [1, 2, 4, 12]
    assert card["trained_on"] == ["made"]
    assert card["input"]["shape"] == ["clips", 3, 28, 28]
    assert "256 px face" in card["input"]["channels"][0]
    assert card["parameters"] == sum(one.numel() for one in system.recogniser.network.parameters())
    assert TrainConfig.model_validate_json(json.dumps(card["config"])) == (system.recogniser.config)
