"""The verb `schema`: what stands in the JSON that mien writes."""

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from mien.cli import options
from mien.cli.documents import document
from mien.cli.voice import print_table, say_lines


class Document(StrEnum):
    """Everything that mien writes as JSON."""

    TRACK = "track"
    LIVE = "live"
    PERFORMANCE = "performance"
    RENDER = "render"
    TRACKS = "tracks"
    EVENTS = "events"
    RESULTS = "results"
    DOCTOR = "doctor"
    MODELS = "models"
    MODELS_FETCHED = "models-fetched"
    HEAD_SHEET = "head-sheet"
    HEAD_LIST = "head-list"
    HEAD_SHOW = "head-show"
    HEAD_EXPORT = "head-export"
    DATASET_LIST = "dataset-list"
    DATASET_CHECK = "dataset-check"
    DATASET_TEMPLATE = "dataset-template"
    DATASET_GRAPH = "dataset-graph"
    EVALUATE_SYSTEMS = "evaluate-systems"
    EVALUATE_CHECK = "evaluate-check"
    MODELS_CONVERTED = "models-converted"
    SCHEMAS = "schemas"


_ABOUT = {
    Document.TRACK: "analyze --out -: the action units of one face over time",
    Document.LIVE: "analyze --live: one face in one frame, a document a line",
    Document.PERFORMANCE: "performance.json: curves for the controls of a rig",
    Document.RENDER: "digital_human.json of render: how the pictures came to be",
    Document.TRACKS: "tracks.json: what the columns of tracks.csv mean",
    Document.EVENTS: "events.json: what the columns of events.tsv mean",
    Document.RESULTS: "run, analyze, demo, render with --json",
    Document.DOCTOR: "doctor --json",
    Document.MODELS: "models list --json",
    Document.MODELS_FETCHED: "models fetch --json",
    Document.HEAD_SHEET: "head sheet --json",
    Document.HEAD_LIST: "head list --json",
    Document.HEAD_SHOW: "head show --json",
    Document.HEAD_EXPORT: "head export --json",
    Document.DATASET_LIST: "dataset list --json",
    Document.DATASET_CHECK: "dataset check --json",
    Document.DATASET_TEMPLATE: "dataset template --json",
    Document.DATASET_GRAPH: "dataset graph --json",
    Document.EVALUATE_SYSTEMS: "evaluate systems --json",
    Document.EVALUATE_CHECK: "evaluate check --json",
    Document.MODELS_CONVERTED: "models convert --json",
    Document.SCHEMAS: "schema --json",
}

Name = Annotated[
    Document | None,
    typer.Argument(
        metavar="DOCUMENT",
        help=f"One of {', '.join(Document)}. Without it, all of them are listed.",
        show_choices=False,
    ),
]


def schema_verb(
    name: Name = None,
    *,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Print the JSON schema of a document that mien writes.

    The schema (draft 2020-12) says which fields a document has and what they mean. A later version
    of mien may add fields; what goes or changes its meaning gets another version number.
    """
    if name is not None:
        say_lines([json.dumps(schema_of_document(name), indent=None if as_json else 2)])
    elif as_json:
        every = [
            {"name": one.value, "about": _ABOUT[one], "json_schema": schema_of_document(one)}
            for one in Document
        ]
        say_lines([document("mien/schemas", 1, {"schemas": every})])
    else:
        print_table("", ("document", "what it is"), [(one.value, _ABOUT[one]) for one in Document])
    return 0


def schema_of_document(name: Document) -> dict[str, Any]:  # noqa: PLR0911 - one a kind
    """Give the schema of one document."""
    from mien.cli.layouts import VERB_DOCUMENTS  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.pipeline.live_document import LIVE_DOCUMENT  # noqa: PLC0415
    from mien.pipeline.render_note import RENDER_DOCUMENT  # noqa: PLC0415
    from mien.rig import PERFORMANCE_DOCUMENT  # noqa: PLC0415
    from mien.tracks import (  # noqa: PLC0415
        EVENT_COLUMNS,
        OPENFACE_COLUMNS,
        TRACK_DOCUMENT,
        dictionary_schema,
    )

    match name:
        case Document.TRACK:
            return TRACK_DOCUMENT.schema()
        case Document.LIVE:
            return LIVE_DOCUMENT.schema()
        case Document.PERFORMANCE:
            return PERFORMANCE_DOCUMENT.schema()
        case Document.RENDER:
            return RENDER_DOCUMENT.schema()
        case Document.TRACKS:
            return dictionary_schema("tracks.json", OPENFACE_COLUMNS)
        case Document.EVENTS:
            return dictionary_schema("events.json", EVENT_COLUMNS)
        case _:
            return VERB_DOCUMENTS[name.value].schema()
