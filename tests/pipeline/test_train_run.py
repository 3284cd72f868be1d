"""A configuration and a prepared corpus become a recogniser on disk."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import MissingError, UsageError
from mien.datasets.prepared import open_prepared
from mien.pipeline.train_run import (
    config_named,
    pretraining_note,
    train_recogniser,
    with_choices,
)
from mien.store.weights import write_weights
from mien.training.config import preset
from mien.training.system import GraphSystem
from mien.work.progress import Silent

pytestmark = pytest.mark.slow

OWN = 'input = "flow_image"\n[loop]\nepochs = 12\nbatch_size = 4\nlearning_rate = 3e-3\n'


@pytest.fixture
def prepared(tmp_path: Path, make_prepared: Callable[..., Path]) -> Path:
    return make_prepared(tmp_path / "prepared")


def test_a_recogniser_is_trained_written_and_read_back(prepared: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "own.toml", tmp_path / "out"
    file.write_text(OWN, encoding="utf-8")
    # In a process of its own, as a user has it: the exporter cannot look through the shape checker.
    words = ("train", file, "--dataset", prepared, "--labels", "plain", "--out", out, "--json")
    done = subprocess.run(
        [sys.executable, "-m", "mien", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["data"]["clips"] == 30
    assert (out / "recogniser.onnx").stat().st_size > 100_000
    again = config_named(str(out / "config.toml"))
    assert again == config_named(str(file))
    system = GraphSystem.load(out / "recogniser")
    corpus = open_prepared(prepared)
    said = system.predict(corpus.clips).emotion.argmax(axis=1)
    true = [row.emotion for row in corpus.rows]
    right = [system.recogniser.graph.classes[i] == name for i, name in zip(said, true, strict=True)]
    assert np.mean(right) > 0.9
    file.write_text(OWN.replace("3e-3", "1e-3"), encoding="utf-8")
    with pytest.raises(UsageError, match="learning_rate"):
        train_recogniser(config_named(str(file)), prepared, "plain", out, Silent())
    assert config_named(str(out / "config.toml")) == again
    log = (out / "training" / "joint" / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    losses = [json.loads(line) for line in log]
    assert len(losses) >= 12


def test_choices_of_the_command_line_take_the_place_of_those_of_the_preset() -> None:
    config = with_choices(
        preset("paper"), seed=7, width=8, epochs=2, precision="bf16", device="cpu"
    )
    assert (config.loop.seed, config.loop.epochs, config.loop.precision) == (7, 2, "bf16")
    assert config.network.width == 8
    assert config.network.pool == preset("paper").network.pool
    with pytest.raises(UsageError, match="fp32"):
        with_choices(
            preset("paper"), seed=None, width=None, epochs=None, precision="int8", device=None
        )


def test_what_is_not_there_is_told(prepared: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="paper, published, mien"):
        config_named("papers")
    with pytest.raises(MissingError, match="MIEN_PRETRAINED"):
        train_recogniser(
            config_named("cnn3d_pretrained").model_copy(update={"input": "rgb"}),
            rgb_of(prepared),
            "plain",
            tmp_path / "out",
            Silent(),
        )


def rgb_of(prepared: Path) -> Path:
    """Give the corpus small pictures too."""
    manifest = prepared / "prepared.json"
    facts = json.loads(manifest.read_text(encoding="utf-8"))
    facts["arrays"] = ["flow_image", "rgb"]
    manifest.write_text(json.dumps(facts), encoding="utf-8")
    pictures = np.random.default_rng(0).integers(0, 255, (30, 16, 112, 112, 3))
    np.save(prepared / "arrays" / "rgb.npy", pictures.astype(np.uint8))
    return prepared


def test_where_weights_come_from_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIEN_PRETRAINED", raising=False)
    assert pretraining_note() == "none"
    file = tmp_path / "w.safetensors"
    write_weights(file, {"a": np.zeros(3, np.float32)}, {"learned_from": "240 clips of synth"})
    monkeypatch.setenv("MIEN_PRETRAINED", str(file))
    assert pretraining_note() == "our own, on 240 clips of synth"
