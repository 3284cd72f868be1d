"""`mien models`: what is here, and putting models where later runs find them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mien.core.errors import MissingError
from mien.store.folders import CACHE_VARIABLE
from mien.store.models import MODEL_VARIABLE, OFFICIAL_BUNDLE, OFFLINE_VARIABLE

Call = Callable[..., Any]
SHARED = Path(__file__).parents[2].parent / "shared" / "models" / OFFICIAL_BUNDLE


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and no network."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    monkeypatch.delenv(MODEL_VARIABLE, raising=False)
    return tmp_path / "cache"


@pytest.fixture
def bundle() -> Path:
    if not SHARED.is_file():
        pytest.skip("the official landmark bundle is not beside this checkout")
    return SHARED


def test_an_empty_cache_lists_both_sets_as_not_here(invoke: Call) -> None:
    done = invoke("models", "list")
    assert done.exit_code == 0
    assert done.stdout.count("not here") == 2
    assert "mien models fetch" in done.stdout


def test_fetching_without_a_network_ends_with_3_and_the_remedies(invoke: Call) -> None:
    done = invoke("models", "fetch")
    assert done.exit_code == 3
    assert "the network is switched off" in done.stderr
    assert MODEL_VARIABLE in done.stderr
    assert not done.stdout


def test_a_bundle_given_by_hand_is_kept_and_then_listed(
    invoke: Call, bundle: Path, cache: Path
) -> None:
    done = invoke("models", "fetch", "--from", bundle)
    assert done.exit_code == 0
    assert (cache / "models" / OFFICIAL_BUNDLE).read_bytes() == bundle.read_bytes()
    told = json.loads(invoke("models", "list", "--json").stdout)
    assert [(one["kind"], one["here"]) for one in told["sets"]] == [
        ("official", True),
        ("wheel", False),
    ]
    again = json.loads(invoke("models", "fetch", "--json").stdout)
    assert (again["kind"], again["source"]) == ("official", "cache")


def test_a_folder_with_the_bundle_will_do(invoke: Call, bundle: Path, cache: Path) -> None:
    assert invoke("models", "fetch", "--from", bundle.parent).exit_code == 0
    assert (cache / "models" / OFFICIAL_BUNDLE).is_file()


def test_a_file_that_is_no_bundle_is_refused_and_not_kept(
    invoke: Call, tmp_path: Path, cache: Path
) -> None:
    (tmp_path / "x.task").write_bytes(b"not a model")
    done = invoke("models", "fetch", "--from", tmp_path / "x.task")
    assert done.exit_code == 1
    assert "Expected known face models" in done.stderr
    assert not cache.exists()


def test_a_path_that_is_not_there_ends_with_3(invoke: Call, tmp_path: Path) -> None:
    done = invoke("models", "fetch", "--from", tmp_path / "nothing")
    assert done.exit_code == 3
    assert "There is no face model at" in done.stderr


def test_the_other_set_is_refused(invoke: Call, bundle: Path) -> None:
    done = invoke("models", "fetch", "--from", bundle, "--kind", "wheel")
    assert done.exit_code == 1
    assert "the wheel face models" in done.stderr


def test_steps_of_fetching_are_shown(invoke: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetching(*_: object, progress: Callable[[str], None], **__: object) -> None:
        progress("Fetching from somewhere.")
        msg = "No face landmark model is here."
        raise MissingError(msg)

    monkeypatch.setattr("mien.cli.model_files.resolve_models", fetching)
    done = invoke("models", "fetch")
    assert "Fetching from somewhere." in done.stderr
    assert done.exit_code == 3
