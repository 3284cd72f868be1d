"""The log of a training: lines of JSON, and TensorBoard that TensorBoard itself reads."""

import json
from pathlib import Path

import pytest

from mien.core.errors import OutputError
from mien.training.training_log import METRICS_FILE, TrainingLog


def lines(folder: Path) -> list[dict[str, float]]:
    text = (folder / METRICS_FILE).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_every_record_is_an_object_on_its_own_line(tmp_path: Path) -> None:
    log = TrainingLog(tmp_path / "new", tensorboard=False)
    log.begin(0)
    log.record("step", 0, 1, {"loss": 0.5})
    log.record("epoch", 0, 1, {"loss": 0.5, "lost": float("nan")})
    assert lines(tmp_path / "new") == [
        {"kind": "step", "epoch": 0, "step": 1, "loss": 0.5},
        {"kind": "epoch", "epoch": 0, "step": 1, "loss": 0.5, "lost": None},
    ]


def test_going_on_keeps_the_whole_lines_up_to_there(tmp_path: Path) -> None:
    log = TrainingLog(tmp_path, tensorboard=False)
    log.begin(0)
    for step in range(1, 6):
        log.record("step", 0, step, {"loss": 1.0})
    with (tmp_path / METRICS_FILE).open("a", encoding="utf-8") as file:
        file.write('{"kind": "st')
    log.begin(3)
    assert [one["step"] for one in lines(tmp_path)] == [1, 2, 3]
    log.begin(0)
    assert lines(tmp_path) == []


@pytest.mark.slow  # TensorBoard takes seconds to import
@pytest.mark.filterwarnings("ignore")
def test_tensorboard_reads_the_same_numbers(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    log = TrainingLog(tmp_path)
    log.begin(0)
    log.record("step", 0, 1, {"loss": 0.5})
    log.record("step", 0, 2, {"loss": 0.25})
    log.close()
    read = EventAccumulator(str(tmp_path / "tensorboard"))
    read.Reload()
    assert [(one.step, one.value) for one in read.Scalars("step/loss")] == [(1, 0.5), (2, 0.25)]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="Cannot write"):
        TrainingLog(tmp_path / "file" / "log", tensorboard=False).begin(0)
