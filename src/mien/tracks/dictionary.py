"""What the columns of our tables mean: a JSON data dictionary beside each table."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import (
    Any,
    NotRequired,  # pydantic needs these before Python 3.12
)

from typing_extensions import TypedDict

from mien.core.facs import EMOTIONS
from mien.core.track import EventKind
from mien.store.atomic import write_text_atomic
from mien.tracks.scales import TRACE_ACTIVATION
from mien.tracks.versioned_document import schema_of


class Column(TypedDict):
    """What one column holds, in the words of the sidecars of BIDS."""

    LongName: str
    Description: str
    Method: NotRequired[str]
    Units: NotRequired[str]
    Levels: NotRequired[dict[str, str]]


def events_dictionary() -> dict[str, Column]:
    """Describe every column of events.tsv, in its order.

    >>> events_dictionary()["offset_frame"]["LongName"]
    'Offset, sample (from 0, inclusive)'
    """
    sample = "Sample of the track nearest to the time; samples count from 0 at the track's rate."
    return {
        "onset": column(
            "Onset", "First moment at which the movement is visible, on the video's clock.", "s"
        ),
        "duration": column(
            "Duration", "From onset to offset; the movement is visible at both.", "s"
        ),
        "trial_type": column(
            "Kind of event",
            "What the event is.",
            levels={
                EventKind.MICRO.value: "a facial movement of at most half a second",
                EventKind.MACRO.value: "a longer facial movement",
                EventKind.BLINK.value: "a blink",
            },
        ),
        "face_id": column("Face", "Number of the face, from 0."),
        "apex": column("Apex", "Moment of the largest movement, on the video's clock.", "s"),
        "onset_frame": column("Onset, sample (from 0, inclusive)", sample),
        "apex_frame": column("Apex, sample (from 0)", sample),
        "offset_frame": column("Offset, sample (from 0, inclusive)", sample),
        "emotion": column(
            "Most probable emotion label",
            "The label with the largest probability given the units that moved. It describes the "
            "expression, not what the person feels.",
            levels={label: label for label in EMOTIONS},
        ),
        "emotion_p": column("Probability of that label", "0 to 1."),
        "intensity": column(
            "Intensity at the apex",
            "Largest activation among the units; 1 is the unit's full shape, letter E of FACS.",
        ),
        "intensity_letter": column(
            "Intensity as a letter",
            "The nearest letter of FACS.",
            levels={
                "A": f"{TRACE_ACTIVATION:g} to 0.3",
                "B": "0.3 to 0.5",
                "C": "0.5 to 0.7",
                "D": "0.7 to 0.9",
                "E": "0.9 to 1",
            },
        ),
        "au_list": column(
            "Action units",
            "Strongest evidence first, joined by +. L and R are the subject's left and right; a "
            "unit without a letter moved on both sides, or has none.",
        ),
        "confidence": column("Confidence in the event", "0 to 1."),
        "reference": column("Reference", "What the change is measured against."),
    }


def write_dictionary(path: Path, columns: Mapping[str, Column]) -> None:
    """Write a data dictionary as JSON, to lie beside its table under the same stem.

    Raises:
        OutputError: the file cannot be written.
    """
    write_text_atomic(path, json.dumps(columns, indent=2, ensure_ascii=False) + "\n")


def dictionary_schema(title: str, columns: Sequence[str]) -> dict[str, Any]:
    """Give the JSON schema of the data dictionary of a table with these columns."""
    return {
        **schema_of(dict[str, Column]),
        "title": title,
        "description": "One object a column of the table beside it, in its order.",
        "required": list(columns),
    }


def column(
    name: str,
    text: str,
    units: str = "",
    *,
    method: str = "",
    levels: Mapping[str, str] | None = None,
) -> Column:
    """Give one entry of a data dictionary, without the parts that are empty."""
    entry: Column = {"LongName": name, "Description": text}
    if method:
        entry["Method"] = method
    if units:
        entry["Units"] = units
    if levels:
        entry["Levels"] = dict(levels)
    return entry
