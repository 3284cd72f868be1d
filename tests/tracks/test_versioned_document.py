"""The head of a document, its refusals, and its schema, which a validator judges."""

import json
from typing import Any

import jsonschema
import pytest
from typing_extensions import TypedDict

from mien.core.errors import FormatError, UsageError
from mien.core.track import ActionUnitTrack
from mien.tracks import TRACK_DOCUMENT, VersionedDocument, track_to_json
from mien.tracks.versioned_document import refusing


class NoteLayout(TypedDict):
    words: list[str]


NOTE = VersionedDocument("mien/note", 3, NoteLayout)


def judge(content: object, document: VersionedDocument) -> None:
    schema = document.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(content)


def test_a_document_begins_with_its_name_and_version() -> None:
    text = NOTE.text({"words": ["é"]})
    assert text.startswith('{"document": "mien/note", "version": 3, "mien": "')
    assert text.isascii()
    assert "\n" not in text
    assert NOTE.fields(text, "pipe").items("words") == ["é"]


def test_numbers_that_json_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        NOTE.text({"words": [float("nan")]})


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ('{"document": "mien/track", "version": 3}', "Expected a mien/note document in pipe, but"),
        (
            '{"document": "mien/note", "version": 4}',
            "version 3 of mien/note in pipe, got 4. U",
        ),
        ('{"document": "mien/note", "version": 2}', "in pipe, got 2. Make the file again."),
        ('{"version": 3}', "Expected 'document' at pipe, but it is missing"),
        ("{", "Expected JSON in pipe"),
    ],
)
def test_other_documents_are_refused(head: str, sentence: str) -> None:
    with pytest.raises(FormatError) as error:
        NOTE.fields(head, "pipe")
    assert sentence in str(error.value)


def test_values_that_cannot_be_are_told_with_their_place() -> None:
    problem = UsageError("Expected a nose, but got none.")
    sentence = r"^Expected a nose, but got none, in face\.json\.$"
    with pytest.raises(FormatError, match=sentence), refusing("in face.json"):
        raise problem


def test_a_track_keeps_to_its_schema(track: ActionUnitTrack) -> None:
    judge(json.loads(track_to_json(track)), TRACK_DOCUMENT)


@pytest.mark.parametrize(
    "changes",
    [
        {"document": "mien/performance"},
        {"version": 2},
        {"rate": "fast"},
        {"rate": 30},
        {"count": 0},
        {"channels": ["smile"]},
        {"activation": {"AU12L": ["much"]}},
        {"head_rotation_rad": {"pitch": []}},
        {"events": [{"kind": "tiny"}]},
        {"provenance": None},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(
    track: ActionUnitTrack, changes: dict[str, Any]
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        judge(json.loads(track_to_json(track)) | changes, TRACK_DOCUMENT)


def test_the_schema_misses_what_is_left_out(track: ActionUnitTrack) -> None:
    whole = json.loads(track_to_json(track))
    for key in whole:
        with pytest.raises(jsonschema.ValidationError, match=f"'{key}' is a required property"):
            judge({name: value for name, value in whole.items() if name != key}, TRACK_DOCUMENT)


def test_fields_from_elsewhere_do_no_harm(track: ActionUnitTrack) -> None:
    judge(json.loads(track_to_json(track)) | {"note": "from elsewhere"}, TRACK_DOCUMENT)


def test_the_schema_says_what_fields_mean() -> None:
    schema = TRACK_DOCUMENT.schema()
    assert "letter E of FACS" in schema["properties"]["activation"]["description"]
    assert schema["$defs"]["EventLayout"]["properties"]["offset_s"]["description"] == "Inclusive."
