"""The landmark models: named by their sha256, found on disk or fetched.

Two sets of files are known, and never mixed: the *official* bundle of MediaPipe's Face Landmarker
(478 points, 52 blend-shape scores) and the *wheel* set, which lies inside the wheel of mediapipe
0.10.21 (468 points). A wrong file gives wrong points without any error, so every file is known by
its sha256 or refused.
"""

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mien.core.errors import FormatError, MissingError, OutputError
from mien.store.atomic import write_bytes_atomic
from mien.store.digest import sha256_of_bytes
from mien.store.fetching import FetchFailedError, download_official, download_wheel
from mien.store.folders import cache_folder

MODEL_VARIABLE = "MIEN_FACE_MODEL"
"""Environment variable: a .task bundle, or a folder with either set."""

OFFLINE_VARIABLE = "MIEN_OFFLINE"
"""Environment variable: any text but the empty one or 0 forbids the network."""

OFFICIAL_BUNDLE = "face_landmarker.task"
OFFICIAL_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"

_OFFICIAL_FILES = {
    "face_detector.tflite": "b4578f35940bf5a1a655214a1cce5cab13eba73c1297cd78e1a04c2380b0152f",
    "face_landmarks_detector.tflite": (
        "c7d54204ce0448474c7f3fa9af494787c0965cbdd6f20fc72867e43046bd43d5"
    ),
    "face_blendshapes.tflite": "4f36dded049db18d76048567439b2a7f58f1daabc00d78bfe8f3ad396a2d2082",
}
WHEEL_SHA256 = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
_WHEEL_MEMBERS = {
    "face_detection_short_range.tflite": "mediapipe/modules/face_detection",
    "face_detection_full_range_sparse.tflite": "mediapipe/modules/face_detection",
    "face_landmark.tflite": "mediapipe/modules/face_landmark",
}
_WHEEL_FILES = {
    "face_detection_short_range.tflite": (
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
    ),
    "face_detection_full_range_sparse.tflite": (
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1"
    ),
    "face_landmark.tflite": "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
}

ModelKind = Literal["official", "wheel"]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class FaceModels:
    """One complete set of landmark models, as bytes."""

    kind: ModelKind
    detector: bytes
    """SSD face detector for near faces, 128 px input."""

    landmarks: bytes
    """Landmark network: 478 points from 256 px, or 468 points from 192 px."""

    far_detector: bytes | None
    """SSD face detector for small faces, 192 px input; in the wheel set only."""

    blendshapes: bytes | None
    """Network from landmarks to 52 scores; in the official set only."""

    sha256: Mapping[str, str]
    """sha256 by file name."""

    source: str
    """Where the set came from, in words."""


def resolve_models(
    path: Path | None = None,
    *,
    kind: ModelKind | None = None,
    network: bool | None = None,
    progress: Progress | None = None,
) -> FaceModels:
    """Find a set of landmark models, fetching it where that is allowed.

    Order: ``path``; the file or folder that ``MIEN_FACE_MODEL`` names; the cache; the official
    address; the wheel through pip. ``kind`` restricts the search to one set. ``network=False``,
    or ``MIEN_OFFLINE=1``, keeps to the disk. ``progress`` is called with one sentence a step.

    Raises:
        FormatError: the named file is not one of the known sets.
        MissingError: no set here and none could be fetched; the sentence names every remedy.
    """
    named = path or _path_of_variable()
    if named is not None:
        return _from_path(named, kind)
    cached = _from_cache(kind)
    if cached is not None:
        return cached
    tell = progress or _silent
    failures: list[str] = []
    if network if network is not None else not _offline():
        fetchers = {"official": _fetch_official, "wheel": _fetch_wheel}
        for name, fetch in fetchers.items():
            if kind in {None, name}:
                try:
                    return fetch(tell)
                except FetchFailedError as error:
                    failures.append(str(error))
    else:
        failures.append("the network is switched off")
    raise MissingError(_remedies(failures))


def model_folder() -> Path:
    """Where fetched models are kept."""
    return cache_folder() / "models"


def _silent(_: str) -> None:
    """Tell nobody."""


def _offline() -> bool:
    return os.environ.get(OFFLINE_VARIABLE, "") not in {"", "0"}


def _path_of_variable() -> Path | None:
    named = os.environ.get(MODEL_VARIABLE)
    return Path(named) if named else None


def _from_path(path: Path, kind: ModelKind | None) -> FaceModels:
    if not path.exists():
        msg = (
            f"There is no face model at {path}. "
            f"Check the path, or leave out --face-model and {MODEL_VARIABLE} to let mien find one."
        )
        raise MissingError(msg)
    models: FaceModels | None = None
    if path.is_file():
        models = _from_bundle(path.read_bytes(), str(path))
    elif (path / OFFICIAL_BUNDLE).is_file():
        models = _from_bundle((path / OFFICIAL_BUNDLE).read_bytes(), str(path))
    else:
        for files, build in ((_OFFICIAL_FILES, _official), (_WHEEL_FILES, _wheel)):
            if all((path / name).is_file() for name in files):
                models = build({name: (path / name).read_bytes() for name in files}, str(path))
                break
    if models is None or kind not in {None, models.kind}:
        wanted = "known face models" if kind is None else f"the {kind} face models"
        msg = (
            f"Expected {wanted}, but {path.name} does not hold them. "
            f"Known are {OFFICIAL_BUNDLE} (sha256 {OFFICIAL_SHA256}), a folder with its files, "
            f"and a folder with {', '.join(_WHEEL_FILES)}."
        )
        raise FormatError(msg)
    return models


def _from_bundle(data: bytes, source: str) -> FaceModels | None:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return None
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        if not set(_OFFICIAL_FILES) <= set(bundle.namelist()):
            return None
        return _official({name: bundle.read(name) for name in _OFFICIAL_FILES}, source)


def _from_cache(kind: ModelKind | None) -> FaceModels | None:
    """Look for a whole and unaltered set; an altered file counts as not there."""
    folder = model_folder()
    if kind in {None, "official"} and (folder / OFFICIAL_BUNDLE).is_file():
        data = (folder / OFFICIAL_BUNDLE).read_bytes()
        if sha256_of_bytes(data) == OFFICIAL_SHA256:
            return _from_bundle(data, "cache")
    if kind in {None, "wheel"} and all((folder / name).is_file() for name in _WHEEL_FILES):
        files = {name: (folder / name).read_bytes() for name in _WHEEL_FILES}
        if all(sha256_of_bytes(files[name]) == known for name, known in _WHEEL_FILES.items()):
            return _wheel(files, "cache")
    return None


def _fetch_official(tell: Progress) -> FaceModels:
    tell("Fetching the face landmark model from its official address.")
    data = download_official(tell)
    if sha256_of_bytes(data) != OFFICIAL_SHA256:
        msg = "the official address gave a file with another sha256"
        raise FetchFailedError(msg)
    _keep({OFFICIAL_BUNDLE: data}, tell)
    models = _from_bundle(data, "official address")
    if models is None:
        msg = "the official address gave a bundle without its models"
        raise FetchFailedError(msg)
    return models


def _fetch_wheel(tell: Progress) -> FaceModels:
    tell("Fetching the wheel of mediapipe 0.10.21 for its face landmark model.")
    wheel = download_wheel()
    if sha256_of_bytes(wheel) != WHEEL_SHA256:
        msg = "pip gave a wheel of mediapipe 0.10.21 with another sha256"
        raise FetchFailedError(msg)
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        files = {name: archive.read(f"{at}/{name}") for name, at in _WHEEL_MEMBERS.items()}
    models = _wheel(files, "wheel of mediapipe 0.10.21")
    _keep(files, tell)
    return models


def _keep(files: Mapping[str, bytes], tell: Progress) -> None:
    """Put files into the cache; a cache that cannot be written costs the next run only."""
    try:
        for name, data in files.items():
            write_bytes_atomic(model_folder() / name, data)
    except OutputError as error:
        tell(f"The face model was not kept: {error}")
    else:
        tell(f"Kept {', '.join(files)} in the cache.")


def _official(files: Mapping[str, bytes], source: str) -> FaceModels:
    return FaceModels(
        kind="official",
        detector=files["face_detector.tflite"],
        landmarks=files["face_landmarks_detector.tflite"],
        far_detector=None,
        blendshapes=files["face_blendshapes.tflite"],
        sha256=_checked(files, _OFFICIAL_FILES),
        source=source,
    )


def _wheel(files: Mapping[str, bytes], source: str) -> FaceModels:
    return FaceModels(
        kind="wheel",
        detector=files["face_detection_short_range.tflite"],
        landmarks=files["face_landmark.tflite"],
        far_detector=files["face_detection_full_range_sparse.tflite"],
        blendshapes=None,
        sha256=_checked(files, _WHEEL_FILES),
        source=source,
    )


def _checked(files: Mapping[str, bytes], known: Mapping[str, str]) -> dict[str, str]:
    found = {name: sha256_of_bytes(data) for name, data in files.items()}
    for name, digest in found.items():
        if digest != known[name]:
            msg = (
                f"Expected {name} with sha256 {known[name]}, but it has {digest}. "
                "Another model would give wrong points without an error: fetch the known one."
            )
            raise FormatError(msg)
    return found


def _remedies(failures: list[str]) -> str:
    return (
        f"No face landmark model is here ({'; '.join(failures)}). Any of these mends it: "
        f"(1) run `mien models fetch` with a network; "
        f"(2) get {OFFICIAL_BUNDLE} (sha256 {OFFICIAL_SHA256}) and name it by --face-model PATH "
        f"or {MODEL_VARIABLE}, or put it into {model_folder()}; "
        "(3) take the three .tflite files out of the wheel of mediapipe 0.10.21 and name their "
        "folder in the same way."
    )
