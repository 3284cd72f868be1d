"""What `mien render` takes: a performance, a track, or the folder of an earlier run."""

import sys
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import FormatError, InputError
from mien.core.track import ActionUnitTrack
from mien.rig import (
    CORRECTED_RIG,
    PERFORMANCE_DOCUMENT,
    Performance,
    perform,
    performance_from_json,
)
from mien.store.digest import sha256_of_bytes
from mien.tracks import TRACK_DOCUMENT, read_tracks_parquet, track_from_json
from mien.tracks.fields import Fields

STANDARD_INPUT = Path("-")
_IN_RESULTS = ("performance.json", "tracks.parquet")
_KINDS = "a performance (.json), a track (.json or .parquet) or a folder that `mien run` wrote"


@dataclass(frozen=True)
class Playable:
    """A performance with where it came from."""

    performance: Performance
    name: str
    sha256: str
    """Of the file that was read."""

    @property
    def is_recorded(self) -> bool:
        """Whether a camera saw it, so that its head pose is that of the camera too."""
        return bool(self.performance.provenance.models)


def read_playable(path: Path) -> Playable:
    """Read a performance, or perform a track on the head's own rig; ``-`` is standard input.

    Raises:
        InputError: the file cannot be read.
        FormatError: it holds something else.
    """
    if path == STANDARD_INPUT:
        data = sys.stdin.buffer.read()
        return _from_json(data, "standard input")
    if path.is_dir():
        inside = [path / name for name in _IN_RESULTS if (path / name).is_file()]
        if not inside:
            msg = f"Expected {_KINDS}, but the folder {path} holds neither of {_IN_RESULTS}."
            raise InputError(msg)
        path = inside[0]
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        msg = f"There is no file or folder {path}. Check the path."
        raise InputError(msg) from error
    except OSError as error:
        msg = f"Expected {_KINDS}, but {path.name} cannot be read: {error.strerror}."
        raise InputError(msg) from error
    if not data:
        msg = f"{path.name} is empty (0 bytes). Write it again."
        raise FormatError(msg)
    if path.suffix.lower() == ".parquet":
        return _from_parquet(path, data)
    if path.suffix.lower() != ".json":
        msg = f"Expected {_KINDS}, but got {path.name}."
        if path.suffix.lower() == ".tsv":
            msg += " The tracks lie beside it."
        raise FormatError(msg)
    return _from_json(data, path.name)


def _from_parquet(path: Path, data: bytes) -> Playable:
    tracks = read_tracks_parquet(path)
    if not tracks:
        msg = f"Expected the track of a face in {path.name}, but it holds none."
        raise FormatError(msg)
    first = min(tracks)
    return Playable(_performed(tracks[first], path.name), path.name, sha256_of_bytes(data))


def _from_json(data: bytes, name: str) -> Playable:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        msg = f"Expected {_KINDS}, but {name} is not UTF-8 text."
        raise FormatError(msg) from error
    kind = Fields.parse(text, name).text("document")
    if kind == PERFORMANCE_DOCUMENT.name:
        performance = performance_from_json(text, name=name)
    elif kind == TRACK_DOCUMENT.name:
        performance = _performed(track_from_json(text, name=name), name)
    else:
        msg = f"Expected {_KINDS}, but {name} is a {kind!r} document."
        raise FormatError(msg)
    return Playable(performance, name, sha256_of_bytes(data))


def _performed(track: ActionUnitTrack, name: str) -> Performance:
    if track.time.count == 0:
        msg = f"Expected at least one frame in {name}, but it holds none."
        raise FormatError(msg)
    return perform(track, CORRECTED_RIG)
