"""One coded clip -> its arrays, kept by content until all clips of a corpus are there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import mien
from mien.core.errors import InputError, UsageError
from mien.datasets.coded_clip import CodedClip, FlowPicture
from mien.pipeline.clip_preparation import CODE_VERSION, prepare_clip
from mien.pipeline.clip_window import open_window
from mien.pipeline.flow_picture_reading import read_flow_picture
from mien.store.cache import StageCache, StageKey, StageResult
from mien.store.digest import sha256_of_path
from mien.store.models import FaceModels

_STAGE = "clip"
_VERSION = f"{mien.__version__}-{CODE_VERSION}"


@dataclass(frozen=True)
class ClipTask:
    """Prepares one clip, unless it is there; gives its digest, or why it cannot be prepared."""

    inputs: tuple[str, ...]
    margin_s: float
    models: FaceModels | None
    """None where there are pictures of flow alone."""

    parts: Path

    def __call__(self, clip: CodedClip) -> tuple[str, str]:
        """Prepare one clip."""
        try:
            key = self._of_flow(clip.flow) if clip.flow is not None else self._of_face(clip)
        except InputError as error:
            return "", str(error)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            return "", f"{error.filename} cannot be read ({why}). Copy it again."
        return key.digest, ""

    def _of_face(self, clip: CodedClip) -> StageKey:
        if self.models is None:
            msg = f"Expected landmark models for {clip.key}, but got none."
            raise UsageError(msg)
        window = open_window(clip, self.margin_s)
        moments = [window.onset, window.apex, window.offset]
        settings = {
            "inputs": list(self.inputs),
            "models": dict(self.models.sha256),
            "moments": moments,
            "rate": str(window.rate),
            "missing": list(window.missing),
        }
        key = StageKey(window.source.sha256(), _STAGE, _VERSION, settings)
        if self._cache.read(key) is None:
            arrays = prepare_clip(window, self.models, self.inputs)
            meta = {"moments": moments, "rate": str(window.rate)}
            self._cache.write(key, StageResult(arrays, meta))
        return key

    def _of_flow(self, picture: FlowPicture) -> StageKey:
        settings = {
            "channels": list(picture.channels),
            "ranges": picture.ranges,
            "pixels": picture.pixels,
        }
        key = StageKey(sha256_of_path(picture.path), _STAGE, _VERSION, settings)
        if self._cache.read(key) is None:
            arrays: Mapping[str, np.ndarray] = {
                "flow_image": read_flow_picture(picture),
                "frames": np.asarray(0),
            }
            self._cache.write(key, StageResult(arrays, {"moments": [None] * 3, "rate": ""}))
        return key

    @property
    def _cache(self) -> StageCache:
        return StageCache(self.parts)

    def read(self, digest: str) -> StageResult:
        """Read a clip that was prepared.

        Raises:
            UsageError: it is gone.
        """
        found = self._cache.read_digest(_STAGE, digest)
        if found is None:
            msg = f"A prepared clip is gone from {self.parts}. Give the same command again."
            raise UsageError(msg)
        return found

    def forget(self) -> None:
        """Remove the single clips: they are in the arrays now."""
        self._cache.clear()
        for folder in (self.parts / _STAGE, self.parts):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
