"""A recogniser as ONNX says in onnxruntime what it says in torch."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from mien.datasets.clips import LabelledClips
from mien.evaluation.systems import Budget
from mien.store.digest import sha256_of_path
from mien.training.clip_tensors import clip_tensors
from mien.training.config import TrainConfig, preset
from mien.training.system import GraphSystem
from mien.work import Silent

MakeClips = Callable[..., LabelledClips]

onnxruntime = pytest.importorskip("onnxruntime")

# In a process of its own, since the exporter cannot look through the shape checker of the tests.
PROGRAM = """
import sys
from pathlib import Path
from mien.training.export_onnx import export_onnx
from mien.training.recogniser_files import load_recogniser

for folder in map(Path, sys.argv[1:]):
    export_onnx(load_recogniser(folder), folder / "out" / "model.onnx")
"""

BUDGET = Budget(width=4, max_epochs=1)
MIEN = preset("mien").within(BUDGET)
CONFIGS = {
    "mien": MIEN.model_copy(
        update={"shrink": 1, "network": replace(MIEN.network, pool="attention")}
    ),
    "flow image": TrainConfig(input="flow_image").within(BUDGET),
}


@pytest.mark.slow  # the exporter takes seconds
def test_onnxruntime_says_what_torch_says_of_any_number_of_clips(
    make_clips: MakeClips, tmp_path: Path
) -> None:
    clips = make_clips(6, size_px=28)
    systems = {}
    for kind, config in CONFIGS.items():
        systems[kind] = GraphSystem(config)
        systems[kind].fit(clips, seed=0, progress=Silent())
        systems[kind].save(tmp_path / kind)
    folders = [str(tmp_path / kind) for kind in CONFIGS]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *folders], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    for kind, system in systems.items():
        out = tmp_path / kind / "out"
        assert {one.name for one in out.iterdir()} == {"model.onnx", "model.json"}
        check_card(out, system)
        onnx.checker.check_model(str(out / "model.onnx"))
        session = onnxruntime.InferenceSession(str(out / "model.onnx"))
        names = [one.name for one in session.get_outputs()]
        said = system.predict(clips.clips)
        assert set(names) == {name for name, value in vars(said).items() if value is not None}
        for count in (1, 5):
            batch = clip_tensors(
                clips.clips, system.config.input, range(count), shrink=system.config.shrink
            ).numpy()
            for name, values in zip(names, session.run(None, {"clip": batch}), strict=True):
                ours = getattr(said, name)[:count]
                assert np.abs(values - ours).max() < 1e-4, (kind, name, count)


def check_card(folder: Path, system: GraphSystem) -> None:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    network = system.recogniser.network
    assert card["sha256"] == sha256_of_path(folder / "model.onnx")
    assert card["classes"] == ["surprise", "happiness"]
    assert card["units"] == [1, 2, 4, 12]
    assert card["trained_on"] == ["made"]
    assert card["parameters"] == sum(one.numel() for one in network.parameters())
    assert TrainConfig.model_validate_json(json.dumps(card["config"])) == system.recogniser.config
    channels = " ".join(card["input"]["channels"])
    if system.config.input == "flow_image":
        assert card["input"]["shape"] == ["clips", 3, 28, 28]
        assert "256 px face" in channels
    else:
        assert card["input"]["shape"] == [
            "clips",
            3,
            8 + 1,  # the flow image behind the steps
            28 // system.config.shrink,
            28 // system.config.shrink,
        ]
