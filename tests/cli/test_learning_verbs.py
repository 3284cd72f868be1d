"""The verbs of corpora, training and evaluation, as their users call them."""

import json
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from mien.cli.application import app
from mien.synth.corpus import write_corpus
from mien.synth.options import SynthOptions
from mien.work.progress import Silent

RUN = CliRunner()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("corpus")
    options = SynthOptions(
        clips=2, people=("Nina", "Omar"), rate=Fraction(30), size_px=64, prior="casme2", seed=5
    )
    write_corpus(root, options, Silent())
    return root


def test_every_corpus_that_can_be_read_is_listed() -> None:
    result = RUN.invoke(app, ["dataset", "list", "--json"])
    assert result.exit_code == 0
    names = {one["name"] for one in json.loads(result.stdout)["corpora"]}
    assert {"casme2", "samm", "smic_hs", "mmew", "4dme", "cas_me_3", "dfme"} <= names


def test_checking_a_corpus_tells_what_is_missing_row_by_row_and_the_published_counts(
    drawn: Path, tmp_path: Path
) -> None:
    whole = RUN.invoke(app, ["dataset", "check", "casme2", str(drawn)])
    assert whole.exit_code == 0
    assert "255" in whole.stdout
    half = tmp_path / "half"
    half.mkdir()
    table = next(drawn.glob("*.xlsx"))
    (half / table.name).write_bytes(table.read_bytes())
    (half / "CASME2_RAW_selected" / "sub01").mkdir(parents=True)
    told = RUN.invoke(app, ["dataset", "check", "casme2", str(half)])
    assert told.exit_code == 1
    assert "row 2 of CASME2-coding-20140508.xlsx" in told.stdout
    assert "Unpack" in told.stdout
    as_json = RUN.invoke(app, ["dataset", "check", "casme2", str(half), "--json"])
    findings = json.loads(as_json.stdout)["findings"]
    assert any(one["level"] == "error" and one["row"] == 2 for one in findings)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("dataset", "check", "casme3", "."), 2, "casme2"),
        (("dataset", "check", "casme2", "nowhere"), 3, "no folder nowhere"),
        (("dataset", "graph", "casme2", "--out", "graph.jpg"), 2, ".png"),
        (("dataset", "graph", "casme2", "--emotion", "joy", "--out", "g.png"), 2, "happiness"),
        (("dataset", "graph", "casme2", "--units", "all", "--out", "g.png"), 2, "cd6me12"),
        (("train", "papers", "--print"), 3, "paper, published, mien"),
        (("train", "paper"), 2, "--dataset"),
        (("train", "paper", "--dataset", "nowhere", "--out", "x"), 3, "mien dataset prepare"),
        (("evaluate", "check", "MDMD"), 2, "single videos"),
        (("evaluate", "check", "SVM on flow", "--dataset", "nowhere"), 3, "prepare"),
        (("evaluate", "run", "nowhere", "--out", "x", "--system", "STSTNet"), 3, "prepare"),
        (("evaluate", "run", ".", "--out", "x", "--system", "STSNet"), 2, "STSTNet"),
        (("evaluate", "run", ".", "--out", "x", "--labels", "casme2-6"), 2, "casme2-5"),
        (("evaluate", "run", ".", "--out", "x", "--precision", "int8"), 2, "bf16"),
        (("models", "convert", "nowhere.pth", "--out", "w.safetensors"), 3, "nowhere.pth"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_wrong_call_is_answered_with_how_to_mend_it(
    arguments: tuple[str, ...],
    code: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUN.invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    assert words in result.output
    assert "Traceback" not in result.output


def test_the_graph_is_drawn_directed(tmp_path: Path) -> None:
    out = tmp_path / "graph.png"
    result = RUN.invoke(app, ["dataset", "graph", "casme2", "--out", str(out), "--json"])
    assert result.exit_code == 0
    edges = {
        (one["from"], one["to"]): one["probability"] for one in json.loads(result.stdout)["edges"]
    }
    assert edges[(7, 4)] == pytest.approx(0.87, abs=0.005)
    assert edges[(4, 7)] == pytest.approx(0.26, abs=0.005)
    picture = cv2.imread(str(out))
    assert picture is not None
    assert np.ptp(picture) > 150


def test_a_configuration_is_printed_in_full_and_can_be_given_back(tmp_path: Path) -> None:
    printed = RUN.invoke(app, ["train", "paper", "--print"])
    assert printed.exit_code == 0
    file = tmp_path / "own.toml"
    file.write_text(printed.stdout.replace("epochs = 60", "epochs = 3"), encoding="utf-8")
    again = RUN.invoke(app, ["train", str(file), "--print"])
    assert again.exit_code == 0
    assert "epochs = 3" in again.stdout
    file.write_text(printed.stdout.replace("epochs", "epoch"), encoding="utf-8")
    wrong = RUN.invoke(app, ["train", str(file), "--print"])
    assert wrong.exit_code == 2
    assert "epochs" in wrong.output


def test_a_template_for_ones_own_clips_is_written(tmp_path: Path) -> None:
    out = tmp_path / "clips.csv"
    result = RUN.invoke(app, ["dataset", "template", "--out", str(out)])
    assert result.exit_code == 0
    assert "subject" in out.read_text(encoding="utf-8")


def test_every_system_is_listed_with_its_task() -> None:
    result = RUN.invoke(app, ["evaluate", "systems", "--json"])
    assert result.exit_code == 0
    tasks = {one["name"]: one["task"] for one in json.loads(result.stdout)["systems"]}
    assert tasks["CapsuleNet"] == "recognition"
    assert tasks["SOFTNet"] == "spotting"


def test_a_recogniser_is_checked_for_leaks_by_name() -> None:
    result = RUN.invoke(app, ["evaluate", "check", "SVM on flow", "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["clips"] == 8
