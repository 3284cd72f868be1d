"""`mien doctor` says what is here, without fetching anything."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mien.store.folders import CACHE_VARIABLE
from mien.store.models import MODEL_VARIABLE, OFFLINE_VARIABLE

Call = Callable[..., Any]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing was fetched yet."""
    cache = tmp_path / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    monkeypatch.delenv(MODEL_VARIABLE, raising=False)
    monkeypatch.delenv(OFFLINE_VARIABLE, raising=False)
    return cache


def finding(told: dict[str, Any], name: str) -> dict[str, Any]:
    (one,) = [one for one in told["findings"] if one["name"] == name]
    return dict(one)


def test_a_bare_machine_is_able_because_the_models_can_be_fetched(invoke: Call, bare: Path) -> None:
    done = invoke("doctor")
    assert done.exit_code == 0
    assert "mien models fetch" in done.stdout
    assert done.stdout.endswith("mien can run.\n")
    assert not bare.exists(), "the doctor made a folder"


@pytest.mark.usefixtures("bare")
def test_offline_without_models_ends_with_3(invoke: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    done = invoke("doctor")
    assert done.exit_code == 3
    assert "mien cannot run" in done.stdout
    assert MODEL_VARIABLE in done.stdout


@pytest.mark.usefixtures("bare")
def test_a_named_model_that_is_not_there_ends_with_3(
    invoke: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "nothing.task"))
    told = json.loads((done := invoke("doctor", "--json")).stdout)
    assert done.exit_code == 3
    assert "nothing.task" in finding(told, "face models")["value"]


@pytest.mark.usefixtures("bare")
def test_a_file_that_is_no_model_ends_with_3(
    invoke: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "x.task").write_bytes(b"not a model")
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "x.task"))
    told = json.loads((done := invoke("doctor", "--json")).stdout)
    assert done.exit_code == 3
    assert finding(told, "face models")["state"] == "missing"


def test_the_document_says_the_same_as_the_screen(invoke: Call, bare: Path) -> None:
    told = json.loads(invoke("doctor", "--json").stdout)
    assert (told["document"], told["version"], told["able"]) == ("mien/doctor", 1, True)
    video = finding(told, "video")
    assert video["data"]["writes_h264"] is True
    assert {"h264", "ffv1", "vp9"} <= set(video["data"]["reads"])
    assert finding(told, "cores, memory")["data"]["cores"] >= 1
    assert finding(told, "cache")["data"]["folder"] == str(bare)
    screen = invoke("doctor").stdout
    for one in told["findings"]:
        assert one["name"] in screen


def test_the_size_of_the_cache_is_that_of_its_files(invoke: Call, bare: Path) -> None:
    (bare / "deep").mkdir(parents=True)
    (bare / "deep" / "one").write_bytes(b"x" * 1000)
    (bare / "two").write_bytes(b"x" * 24)
    told = json.loads(invoke("doctor", "--json").stdout)
    assert finding(told, "cache")["data"]["size_bytes"] == 1024


@pytest.mark.usefixtures("bare")
def test_a_cache_that_cannot_be_written_is_told_with_a_remedy(
    invoke: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file" / "cache"))
    told = json.loads((done := invoke("doctor", "--json")).stdout)
    assert done.exit_code == 0
    cache = finding(told, "cache")
    assert (cache["state"], cache["data"]["writable"]) == ("note", False)
    assert CACHE_VARIABLE in cache["remedy"]


@pytest.mark.usefixtures("bare")
def test_numba_without_a_folder_is_told_with_a_remedy(
    invoke: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    told = json.loads(invoke("doctor", "--json").stdout)
    code = finding(told, "compiled code")
    assert code["state"] == "note"
    assert "NUMBA_CACHE_DIR" in code["remedy"]


@pytest.mark.usefixtures("bare")
def test_a_broken_video_library_is_told_and_ends_with_3(
    invoke: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    told = json.loads((done := invoke("doctor", "--json")).stdout)
    assert done.exit_code == 3
    assert "PyAV cannot be loaded" in finding(told, "video")["value"]


@pytest.mark.usefixtures("bare")
def test_the_built_in_head_is_whole(invoke: Call) -> None:
    told = json.loads(invoke("doctor", "--json").stdout)
    head = finding(told, "built-in head")
    assert head["state"] == "ok"
    assert head["data"]["size_bytes"] < 6_000_000


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("damage", ["altered", "absent"])
def test_a_damaged_head_is_told_and_ends_with_3(
    invoke: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: str
) -> None:
    (tmp_path / "data").mkdir()
    about = {"sha256": "0" * 64, "people": []}
    (tmp_path / "data" / "head.json").write_text(json.dumps(about), encoding="utf-8")
    if damage == "altered":
        (tmp_path / "data" / "head.npz").write_bytes(b"x")
    monkeypatch.setattr("mien.cli.doctor.head_file.files", lambda _: tmp_path)
    told = json.loads((done := invoke("doctor", "--json")).stdout)
    assert done.exit_code == 3
    assert finding(told, "built-in head")["state"] == "missing"
