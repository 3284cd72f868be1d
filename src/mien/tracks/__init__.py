"""ActionUnitTrack <-> Parquet, OpenFace CSV, JSON; events -> events.tsv; data dictionaries."""

from mien.tracks.dictionary import Column as Column
from mien.tracks.dictionary import dictionary_schema as dictionary_schema
from mien.tracks.dictionary import events_dictionary as events_dictionary
from mien.tracks.dictionary import write_dictionary as write_dictionary
from mien.tracks.events import EVENT_COLUMNS as EVENT_COLUMNS
from mien.tracks.events import EventRow as EventRow
from mien.tracks.events import peak_activation as peak_activation
from mien.tracks.events import read_events_tsv as read_events_tsv
from mien.tracks.events import unit_names as unit_names
from mien.tracks.events import units_named as units_named
from mien.tracks.events import write_events_tsv as write_events_tsv
from mien.tracks.eye_points import eye56_points as eye56_points
from mien.tracks.ibug68 import IBUG68_FROM_MESH as IBUG68_FROM_MESH
from mien.tracks.ibug68 import ibug68_points as ibug68_points
from mien.tracks.openface import PresenceRule as PresenceRule
from mien.tracks.openface import write_openface_csv as write_openface_csv
from mien.tracks.openface_camera import OpenFaceCamera as OpenFaceCamera
from mien.tracks.openface_columns import OPENFACE_COLUMNS as OPENFACE_COLUMNS
from mien.tracks.openface_dictionary import openface_dictionary as openface_dictionary
from mien.tracks.openface_geometry import OpenFaceGeometry as OpenFaceGeometry
from mien.tracks.openface_geometry import openface_geometry as openface_geometry
from mien.tracks.openface_reading import read_openface_csv as read_openface_csv
from mien.tracks.parquet import read_tracks_parquet as read_tracks_parquet
from mien.tracks.parquet import write_tracks_parquet as write_tracks_parquet
from mien.tracks.scales import intensity_letter as intensity_letter
from mien.tracks.scales import letter_activation as letter_activation
from mien.tracks.seen import UnseenStretch as UnseenStretch
from mien.tracks.seen import frame_confidence as frame_confidence
from mien.tracks.seen import seen_frames as seen_frames
from mien.tracks.seen import unseen_stretches as unseen_stretches
from mien.tracks.track_document import TRACK_DOCUMENT as TRACK_DOCUMENT
from mien.tracks.track_document import track_from_json as track_from_json
from mien.tracks.track_document import track_to_json as track_to_json
from mien.tracks.versioned_document import VersionedDocument as VersionedDocument

__all__ = [
    "EVENT_COLUMNS",
    "IBUG68_FROM_MESH",
    "OPENFACE_COLUMNS",
    "TRACK_DOCUMENT",
    "Column",
    "EventRow",
    "OpenFaceCamera",
    "OpenFaceGeometry",
    "PresenceRule",
    "UnseenStretch",
    "VersionedDocument",
    "dictionary_schema",
    "events_dictionary",
    "eye56_points",
    "frame_confidence",
    "ibug68_points",
    "intensity_letter",
    "letter_activation",
    "openface_dictionary",
    "openface_geometry",
    "peak_activation",
    "read_events_tsv",
    "read_openface_csv",
    "read_tracks_parquet",
    "seen_frames",
    "track_from_json",
    "track_to_json",
    "unit_names",
    "units_named",
    "unseen_stretches",
    "write_dictionary",
    "write_events_tsv",
    "write_openface_csv",
    "write_tracks_parquet",
]
