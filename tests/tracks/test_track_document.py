"""The JSON document, and documents that are none."""

import json
from typing import Any

import pytest

from mien.core.errors import FormatError
from mien.core.track import ActionUnitTrack
from mien.tracks import track_from_json, track_to_json


def test_numbers_can_be_found_by_channel_and_angle(track: ActionUnitTrack) -> None:
    content = json.loads(track_to_json(track))
    assert content["rate"] == "30000/1001"
    assert content["activation"]["AU12R"] == [0.0, 0.1, None, 0.6]
    assert content["head_rotation_rad"]["yaw"] == [0.0, 0.2, None, 0.0]
    assert content["gaze_rad"]["right_yaw"] == [0.1, 0.0, None, -0.3]
    assert content["events"][0]["units"][0]["channel"] == "AU12R"
    assert content["unseen"] == {"2": 'a hand, "raised"'}


@pytest.mark.parametrize(
    "key",
    [
        *("document", "version", "rate", "count", "start_s", "channels", "activation"),
        *("confidence", "head_rotation_rad", "gaze_rad", "events", "unseen", "provenance"),
    ],
)
def test_every_key_is_needed(track: ActionUnitTrack, key: str) -> None:
    content = json.loads(track_to_json(track))
    del content[key]
    with pytest.raises(FormatError, match=f"Expected '{key}' at pipe, but it is missing"):
        track_from_json(json.dumps(content), name="pipe")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"document": "mien/performance"}, "Expected a mien/track document in pipe, but got"),
        ({"version": 2}, "Expected version 1 of mien/track in pipe, got 2. Update mien."),
        ({"version": 0}, "got 0. Make the file again."),
        ({"version": "1"}, "a whole number at pipe.version, but got the text '1'"),
        ({"version": True}, "a whole number at pipe.version, but got true"),
        ({"rate": "fast"}, "a fraction such as 30000/1001 at pipe.rate, but got 'fast'"),
        ({"rate": "1/0"}, "a fraction such as 30000/1001"),
        ({"rate": 30}, "Expected text at pipe.rate, but got the number 30"),
        ({"count": 0}, "at least 1 sample, but got 0, at pipe"),
        ({"count": 10**15}, "numbers at pipe.gaze_rad.left_pitch, but got 4"),
        ({"start_s": 10**400}, "a number or null at pipe.start_s, but got the number 1000"),
        ({"channels": ["AU12"]}, "side left or right for AU12, but got both, at pipe"),
        ({"channels": "AU12L"}, "Expected a list at pipe.channels"),
        ({"activation": {}}, "'AU12L' at pipe.activation, but it is missing"),
        ({"activation": []}, "Expected an object at pipe.activation, but got a list"),
        ({"unseen": {"2.5": "a"}}, "frame indices at pipe.unseen, but got '2.5'"),
        ({"unseen": {"9": "a"}}, "frames 0 to 3, but got one for 9, in pipe"),
        ({"events": [{"kind": "tiny"}]}, "micro, macro, blink at pipe.events[0].kind, but got"),
    ],
)
def test_a_wrong_field_is_refused_with_its_place(
    track: ActionUnitTrack, changes: dict[str, Any], sentence: str
) -> None:
    content = json.loads(track_to_json(track)) | changes
    with pytest.raises(FormatError) as error:
        track_from_json(json.dumps(content), name="pipe")
    assert sentence in str(error.value)


def test_events_out_of_order_are_refused_with_their_place(track: ActionUnitTrack) -> None:
    content = json.loads(track_to_json(track))
    content["events"][1]["apex_s"] = 99.0
    with pytest.raises(FormatError, match=r"onset <= apex <= offset.* s, at pipe\.events\[1\]"):
        track_from_json(json.dumps(content), name="pipe")


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"a": NaN}', "[" * 100_000])
def test_text_that_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match=r"Expected (JSON in|an object at) standard input"):
        track_from_json(text)


def test_activations_out_of_range_are_refused(track: ActionUnitTrack) -> None:
    content = json.loads(track_to_json(track))
    content["activation"]["AU23"][0] = 1.2
    with pytest.raises(FormatError, match=r"activation in 0\.\.1, .*, in pipe"):
        track_from_json(json.dumps(content), name="pipe")


def test_unknown_fields_do_no_harm(track: ActionUnitTrack) -> None:
    content = json.loads(track_to_json(track)) | {"note": "from elsewhere"}
    assert track_from_json(json.dumps(content)).channels == track.channels
