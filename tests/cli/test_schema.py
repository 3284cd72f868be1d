"""`mien schema`, and whether what mien writes keeps to it; jsonschema is the judge."""

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import mien
from mien.core.errors import VideoError
from mien.core.facs import Channel
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.rig import perform, write_performance
from mien.store.folders import CACHE_VARIABLE
from mien.store.models import MODEL_VARIABLE, OFFICIAL_BUNDLE, OFFLINE_VARIABLE
from mien.tracks import (
    OpenFaceCamera,
    OpenFaceGeometry,
    events_dictionary,
    openface_dictionary,
    track_to_json,
    write_dictionary,
)

Call = Callable[..., Any]
BUNDLE = Path(__file__).parents[2].parent / "shared" / "models" / OFFICIAL_BUNDLE


@pytest.fixture
def judge(invoke: Call) -> Callable[[str, str], None]:
    """Hold text against the schema of that name, as the command line prints it."""

    def hold(name: str, text: str) -> None:
        schema = json.loads(invoke("schema", name).stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(json.loads(text))

    return hold


@pytest.fixture
def track() -> ActionUnitTrack:
    return ActionUnitTrack(
        time=TimeBase(Fraction(50), 3),
        channels=(Channel.parse("AU12L"),),
        activation=np.array([[0.0], [np.nan], [0.5]]),
        confidence=np.array([[1.0], [0.0], [1.0]]),
        head_rotation_rad=np.zeros((3, 3)),
        gaze_rad=np.zeros((3, 2, 2)),
        unseen={1: "a hand"},
    )


def test_a_track_keeps_to_its_schema(judge: Call, track: ActionUnitTrack) -> None:
    judge("track", track_to_json(track))
    with pytest.raises(jsonschema.ValidationError):
        judge("performance", track_to_json(track))


def test_a_performance_keeps_to_its_schema(
    judge: Call, track: ActionUnitTrack, tmp_path: Path
) -> None:
    path = tmp_path / "performance.json"
    write_performance(perform(track), path)
    judge("performance", path.read_text(encoding="utf-8"))


def test_data_dictionaries_keep_to_their_schemas(judge: Call, tmp_path: Path) -> None:
    geometry = OpenFaceGeometry(camera=OpenFaceCamera.assumed(640, 480), eye_distance_mm=61.4)
    write_dictionary(tmp_path / "tracks.json", openface_dictionary(geometry=geometry))
    write_dictionary(tmp_path / "events.json", events_dictionary())
    for name in ("tracks", "events"):
        judge(name, (tmp_path / f"{name}.json").read_text(encoding="utf-8"))


def test_a_data_dictionary_without_one_of_the_columns_does_not(judge: Call) -> None:
    columns = dict(events_dictionary())
    del columns["apex"]
    with pytest.raises(jsonschema.ValidationError, match="'apex' is a required property"):
        judge("events", json.dumps(columns))
    with pytest.raises(jsonschema.ValidationError, match="'LongName' is a required property"):
        judge("events", json.dumps(events_dictionary() | {"apex": {"Description": "Apex."}}))


@pytest.mark.usefixtures("straw")
def test_results_keep_to_their_schema(
    invoke: Call, judge: Call, straw: Any, videos: Call, tmp_path: Path
) -> None:
    straw.troubles["b.mp4"] = VideoError("The file b.mp4 is empty.")
    paths = videos("a.mp4", "b.mp4")
    judge("results", invoke("run", *paths, "--out", tmp_path / "out", "--json").stdout)


def test_what_doctor_and_models_say_keeps_to_its_schema(
    invoke: Call, judge: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    monkeypatch.delenv(MODEL_VARIABLE, raising=False)
    judge("doctor", invoke("doctor", "--json").stdout)
    judge("models", invoke("models", "list", "--json").stdout)
    if BUNDLE.is_file():
        fetched = invoke("models", "fetch", "--from", BUNDLE, "--json").stdout
        judge("models-fetched", fetched)
        judge("models", invoke("models", "list", "--json").stdout)


@pytest.mark.slow
def test_what_head_sheet_says_keeps_to_its_schema(
    invoke: Call, judge: Call, tmp_path: Path
) -> None:
    small = ("--size-px", 64, "--unit", "AU12L", "--person", "Ada")
    judge(
        "head-sheet",
        invoke("head", "sheet", "--out", tmp_path / "a.png", *small, "--json").stdout,
    )


def test_all_schemas_come_as_one_document_that_keeps_to_its_own(invoke: Call, judge: Call) -> None:
    text = invoke("schema", "--json").stdout
    judge("schemas", text)
    for one in json.loads(text)["schemas"]:
        assert one["json_schema"] == json.loads(invoke("schema", one["name"], "--json").stdout)


def test_every_versioned_document_in_the_code_has_a_schema(invoke: Call) -> None:
    written = re.compile(r"(?:document|VersionedDocument)\(\s*\"(mien/[a-z-]+)\", ([0-9]+)")
    sources = Path(mien.__file__).parent.rglob("*.py")
    found = {
        (name, int(version))
        for source in sources
        for name, version in written.findall(source.read_text(encoding="utf-8"))
    }
    heads = [
        one["json_schema"]["properties"]
        for one in json.loads(invoke("schema", "--json").stdout)["schemas"]
        if "properties" in one["json_schema"]
    ]
    known = {(head["document"]["const"], head["version"]["const"]) for head in heads}
    assert found - {("mien/example", 1)} == known


def test_without_a_name_the_documents_are_listed(invoke: Call) -> None:
    done = invoke("schema")
    assert done.exit_code == 0
    for one in ("track ", "performance ", "events ", "results "):
        assert f" {one}" in done.stdout


def test_an_unknown_document_is_a_wrong_call_that_names_the_known_ones(invoke: Call) -> None:
    done = invoke("schema", "nonsense")
    assert done.exit_code == 2
    assert "'performance'" in done.stderr
    assert not done.stdout
