"""The two long stages of the analysis, kept by what they were made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

import numpy as np

import mien
from mien.core.arrays import Times
from mien.core.errors import OutputError
from mien.faces import FaceTrack
from mien.motion import CellFlow
from mien.store.cache import StageCache, StageKey, StageResult
from mien.work import Progress

T = TypeVar("T")


@dataclass(frozen=True)
class Stage(Generic[T]):
    """How one stage's result is named, packed and unpacked."""

    name: str
    words: str
    """What the reader is told when it comes from the cache."""

    version: str
    settings: Mapping[str, str]
    pack: Callable[[T], StageResult]
    unpack: Callable[[StageResult], T]


@dataclass(frozen=True)
class Followed:
    """What following the faces of a video gives."""

    tracks: tuple[FaceTrack, ...]
    times_s: Times
    """Time stamps of all frames."""

    warnings: tuple[str, ...]
    """What the video's reader had to tell."""


class StageStore:
    """The cache of one input; disabled, it computes everything."""

    def __init__(self, input_sha256: str, *, enabled: bool) -> None:
        self.input_sha256 = input_sha256
        self._cache = StageCache() if enabled else None
        self._used: list[str] = []

    @property
    def used(self) -> tuple[str, ...]:
        """Stages that came from the cache, in words."""
        return tuple(self._used)

    def get(self, stage: Stage[T], compute: Callable[[], T], progress: Progress) -> T:
        """Give the kept result of a stage, or compute and keep it."""
        if self._cache is None:
            return compute()
        key = StageKey(
            self.input_sha256,
            stage.name,
            f"{mien.__version__}-{stage.version}",
            dict(stage.settings),
        )
        kept = self._cache.read(key)
        if kept is not None:
            progress.start(stage.words, None)
            progress.finish("from the cache")
            self._used.append(stage.words)
            return stage.unpack(kept)
        result = compute()
        try:
            self._cache.write(key, stage.pack(result))
        except OutputError:
            # A result that cannot be kept costs the next run only.
            return result
        return result


def tracks_stage(models: Mapping[str, str], rate: Fraction | None) -> Stage[Followed]:
    """Describe the following of faces; ``rate`` is that of a folder of images."""
    settings = {**models, "rate": str(rate)}
    return Stage("faces", "following faces", "3", settings, _pack_followed, _unpack_followed)


def flow_stage(models: Mapping[str, str], rate: Fraction | None, face: int) -> Stage[CellFlow]:
    """Describe the measuring of motion of one face; ``rate`` is that of a folder of images."""
    settings = {**models, "rate": str(rate), "face": str(face)}
    return Stage("flow", "measuring motion", "6", settings, _pack_flow, _unpack_flow)


def _pack_followed(followed: Followed) -> StageResult:
    arrays: dict[str, np.ndarray] = {"times_s": followed.times_s}
    facts = []
    for number, track in enumerate(followed.tracks):
        for name in ("times_s", "success", "landmarks_px", "score"):
            arrays[f"{number}.{name}"] = getattr(track, name)
        facts.append(
            {
                "face_id": track.face_id,
                "frame_size_px": list(track.frame_size_px),
                "model_kind": track.model_kind,
                "reasons": {str(frame): text for frame, text in track.reasons.items()},
                "warnings": list(track.warnings),
                "refused": track.refused,
                "turn_deg": track.turn_deg,
            }
        )
    return StageResult(arrays, {"tracks": facts, "warnings": list(followed.warnings)})


def _unpack_followed(result: StageResult) -> Followed:
    tracks = []
    for number, facts in enumerate(result.meta["tracks"]):
        width_px, height_px = facts["frame_size_px"]
        tracks.append(
            FaceTrack(
                face_id=facts["face_id"],
                frame_size_px=(width_px, height_px),
                model_kind=facts["model_kind"],
                reasons={int(frame): text for frame, text in facts["reasons"].items()},
                warnings=tuple(facts["warnings"]),
                refused=facts["refused"],
                turn_deg=facts["turn_deg"],
                **{
                    name: result.arrays[f"{number}.{name}"]
                    for name in ("times_s", "success", "landmarks_px", "score")
                },
            )
        )
    return Followed(tuple(tracks), result.arrays["times_s"], tuple(result.meta["warnings"]))


def _pack_flow(flow: CellFlow) -> StageResult:
    return StageResult(
        {
            "times_s": flow.times_s,
            "flow_px": flow.flow_px,
            "grey": flow.grey,
            "still": flow.still,
            "change": flow.change,
            "looks_s": flow.looks_s,
            "strangeness": flow.strangeness,
            "steps_s": np.asarray(flow.steps_s, np.float64),
        }
    )


def _unpack_flow(result: StageResult) -> CellFlow:
    steps_s = tuple(float(step_s) for step_s in result.arrays["steps_s"])
    names = ("times_s", "flow_px", "grey", "still", "change", "looks_s", "strangeness")
    return CellFlow(**{name: result.arrays[name] for name in names}, steps_s=steps_s)
