"""Landmark models and footage beside the project; without them the tests that need them skip."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage

from mien.core.arrays import ImageRgb
from mien.core.errors import MienError
from mien.faces import FaceModels, resolve_models

_SHARED = Path(__file__).parents[2].parent / "shared"


@pytest.fixture(scope="session")
def official_models() -> FaceModels:
    """The official bundle."""
    bundle = _SHARED / "models" / "face_landmarker.task"
    if not bundle.is_file():
        pytest.skip("the official landmark model is not in shared/models")
    return resolve_models(bundle)


@pytest.fixture(scope="session")
def wheel_models() -> FaceModels:
    """The set from the wheel, where `mien models fetch` has put it."""
    try:
        return resolve_models(kind="wheel", network=False)
    except MienError:
        pytest.skip("the landmark models of the wheel are not in the cache")


@pytest.fixture(scope="session")
def media() -> Path:
    """Folder with real footage."""
    folder = _SHARED / "media"
    if not folder.is_dir():
        pytest.skip("there is no footage in shared/media")
    return folder


@pytest.fixture(scope="session")
def astronaut() -> ImageRgb:
    """A public-domain photograph, 512 px: a smiling face, eyes 42 px apart."""
    return np.asarray(skimage.data.astronaut())


@pytest.fixture(scope="session")
def portrait(astronaut: ImageRgb) -> ImageRgb:
    """The same face twice as large."""
    return np.asarray(cv2.resize(astronaut[20:240, 100:340], None, fx=2, fy=2))
