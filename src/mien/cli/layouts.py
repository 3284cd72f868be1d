"""What stands in the JSON documents that the verbs print with `--json`."""

from typing import Any

from pydantic import with_config
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from mien.cli.doctor.finding import State
from mien.cli.learning_layouts import (
    CheckLayout,
    CorporaLayout,
    FileLayout,
    GraphLayout,
    SystemCheckLayout,
    SystemsLayout,
)
from mien.store.models import ModelKind
from mien.tracks.layouts import DESCRIBED
from mien.tracks.versioned_document import VersionedDocument

Source = str | int
"""A file or folder, or the number of a camera."""


@with_config(DESCRIBED)
class ResultLayout(TypedDict):
    """What came out of one input."""

    input: Source
    out: str
    """Folder of the files."""

    files: list[str]
    warnings: list[str]
    data: dict[str, Any]
    """The same for programs."""


class FailureLayout(TypedDict):
    """Why one input gave no result."""

    input: Source
    kind: str
    sentence: str


@with_config(DESCRIBED)
class ResultsLayout(TypedDict):
    """What came of all inputs of a call."""

    verb: str
    inputs: int
    """How many there were."""

    exit_code: int
    results: list[ResultLayout]
    failed: list[FailureLayout]
    not_tried: list[Source]
    """Inputs that would have failed likewise."""


@with_config(DESCRIBED)
class FindingLayout(TypedDict):
    """One thing that the doctor looked at."""

    name: str
    state: State
    value: str
    remedy: str
    """What would mend it, or nothing."""

    data: dict[str, Any]


@with_config(DESCRIBED)
class DoctorLayout(TypedDict):
    """What this machine has."""

    able: bool
    """Whether `mien run` can run."""

    findings: list[FindingLayout]


@with_config(DESCRIBED)
class ModelSetLayout(TypedDict):
    """One set of face landmark models."""

    kind: ModelKind
    here: bool
    source: str | None
    sha256: dict[str, str]
    """By file."""


class ModelsLayout(TypedDict):
    """The face landmark models on this machine."""

    folder: str
    sets: list[ModelSetLayout]


@with_config(DESCRIBED)
class ModelsFetchedLayout(TypedDict):
    """The face landmark models that were fetched."""

    folder: str
    kind: ModelKind
    source: str
    sha256: dict[str, str]
    """By file."""


class HeadSheetLayout(TypedDict):
    """A picture of the built-in people."""

    file: str
    people: list[str]
    width_px: int
    height_px: int


class ListedPersonLayout(TypedDict):
    """One person of the built-in head."""

    name: str
    role: str
    sex: str
    age_years: int
    ancestry: dict[str, float]
    """Shares of the source's shape families."""

    hair_style: str


class HeadListLayout(TypedDict):
    """The people of the built-in head."""

    people: list[ListedPersonLayout]


class HeadShowLayout(TypedDict):
    """A picture of one person."""

    file: str
    person: str
    activations: dict[str, float]
    """By action unit and side."""

    width_px: int
    height_px: int


class HeadExportLayout(TypedDict):
    """Files of one person for other programs."""

    person: str
    files: list[str]


class SchemaLayout(TypedDict):
    """One document, its place and its schema."""

    name: str
    about: str
    json_schema: dict[str, Any]


class SchemasLayout(TypedDict):
    """The schemas of everything that mien writes as JSON."""

    schemas: list[SchemaLayout]


VERB_DOCUMENTS: dict[str, VersionedDocument] = {
    "results": VersionedDocument("mien/results", 1, ResultsLayout),
    "doctor": VersionedDocument("mien/doctor", 1, DoctorLayout),
    "models": VersionedDocument("mien/models", 1, ModelsLayout),
    "models-fetched": VersionedDocument("mien/models-fetched", 1, ModelsFetchedLayout),
    "head-sheet": VersionedDocument("mien/head-sheet", 1, HeadSheetLayout),
    "head-list": VersionedDocument("mien/head-list", 1, HeadListLayout),
    "head-show": VersionedDocument("mien/head-show", 1, HeadShowLayout),
    "head-export": VersionedDocument("mien/head-export", 1, HeadExportLayout),
    "dataset-list": VersionedDocument("mien/dataset-list", 1, CorporaLayout),
    "dataset-check": VersionedDocument("mien/dataset-check", 1, CheckLayout),
    "dataset-template": VersionedDocument("mien/dataset-template", 1, FileLayout),
    "dataset-graph": VersionedDocument("mien/dataset-graph", 1, GraphLayout),
    "evaluate-systems": VersionedDocument("mien/evaluate-systems", 1, SystemsLayout),
    "evaluate-check": VersionedDocument("mien/evaluate-check", 1, SystemCheckLayout),
    "models-converted": VersionedDocument("mien/models-converted", 1, FileLayout),
    "schemas": VersionedDocument("mien/schemas", 1, SchemasLayout),
}
