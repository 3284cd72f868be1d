"""Models and footage for whole runs; both stay outside the project."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared"
BUNDLE = SHARED / "models" / "face_landmarker.task"
MEDIA = SHARED / "media"


@pytest.fixture
def face_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The official models, and a cache of the test's own."""
    if not BUNDLE.exists():
        pytest.skip("the landmark models are not beside the project")
    monkeypatch.setenv("MIEN_FACE_MODEL", str(BUNDLE))
    monkeypatch.setenv("MIEN_CACHE_DIR", str(tmp_path / "cache"))
    return BUNDLE


@pytest.fixture
def media() -> Path:
    """Real footage."""
    if not MEDIA.exists():
        pytest.skip("the real footage is not beside the project")
    return MEDIA
