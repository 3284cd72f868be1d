"""Slow and large facial movement, from landmarks: what the face does apart from brief events."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from mien.core.arrays import Points3
from mien.core.errors import FaceError
from mien.core.facs import Channel, channels_of
from mien.head import Head, Person, au_delta
from mien.recognition.nonnegative import nonnegative_course

POSTURE_UNITS = (1, 2, 4, 5, 6, 9, 10, 12, 15, 16, 17, 18, 20, 24, 25, 26)
"""Units whose landmarks move enough to be read without flow, and that differ enough."""

_STILL = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 98, 327, 10, 151, 9, 127, 356, 234, 454)
"""Points that move with the skull: eye corners, nose, forehead, temples."""

# fmt: off
_OUTLINE = frozenset((
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
))
# fmt: on
"""The outline of the face is where the head turns away, not a place on the skin."""

_DEPTH_WEIGHT = 0.4
"""Landmark models guess depth; it counts less than the picture plane."""

_NOISE_M = 0.0006
"""How far a landmark strays on a face at rest, in metres on a head of usual size."""

_SPARSITY = 1.5
_RELUCTANCE = {4: 3.0, 9: 3.0, 10: 6.0, 15: 14.0, 16: 3.0, 17: 5.0, 18: 4.0, 20: 10.0, 24: 14.0}
"""Units that seldom act alone or large, and whose landmarks other units' errors resemble, must
explain more before they are taken; the rest have 1. The open smile of a real face lies between the
shapes of the head, and lowered, stretched or pressed corners fill the gap: with these values 12
agrees with MediaPipe's smile score at .96 on a real clip of laughter (.92 with 6, 5 and 6 for 15,
20 and 24), and 24 is as large as theirs. The price: 20 and 24 alone, at .6, read as .23 and .28."""

# fmt: off
_LIPS = (
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
    78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191,
)
# fmt: on
_LIP_WEIGHT = 2.0
"""Lips have edges that landmark models find; points on a cheek are guessed from them."""

_SMOOTHNESS = 0.5
_NEUTRAL_SHARE = 0.08
_CANDIDATES = 12
_LOOSEST = 4.0
_MAX_SAMPLE = 150
_MIN_NEUTRAL = 3
_FRONTAL_RAD = 0.35


@dataclass(frozen=True)
class PostureModel:
    """Landmarks of the built-in head, at rest and by unit: the mean over several people."""

    channels: tuple[Channel, ...]
    rest_m: Points3
    units_m: Float[np.ndarray, "channel point 3"]
    used: Bool[np.ndarray, " point"]


def posture_model(head: Head, people: Sequence[Person]) -> PostureModel:
    """Take the landmarks of people and units from the head."""
    channels = tuple(channel for au in POSTURE_UNITS for channel in channels_of(au))
    rest = np.mean([head.landmarks.points(p.vertices_m.astype(np.float64)) for p in people], axis=0)
    units = np.stack(
        [head.landmarks.points(au_delta(head, channel).astype(np.float64)) for channel in channels]
    )
    used = np.ones(len(rest), dtype=bool)
    used[sorted(_OUTLINE)] = False
    return PostureModel(channels, rest, units, used)


@dataclass(frozen=True)
class Rest:
    """What a face is taken to look like when no muscle pulls, and how sure that is."""

    points_m: Points3
    """The 468 points laid on the head, its turn and size taken out."""

    source: str
    """Where it was taken from, in words."""

    frames: int
    """How many frames it is the median of."""

    spread_m: float
    """Root-mean-square distance of those frames from it; 0 for a single picture."""

    @property
    def given(self) -> bool:
        """Whether somebody said where it is, and it was not looked for."""
        return self.source != FOUND_REST


FOUND_REST = "found in this video: the held posture from which the others are reached"


def rest_of(
    model: PostureModel, landmarks: Float[np.ndarray, "frame point 3"], source: str
) -> Rest:
    """Take the median of frames that are known to show the face at rest.

    Args:
        model: landmarks of the built-in head.
        landmarks: 468 points as :func:`read_posture` takes them; NaN where not seen.
        source: where they come from, in words.

    Raises:
        FaceError: no frame shows the face.
    """
    seen = np.isfinite(landmarks).all(axis=(1, 2))
    if not seen.any():
        msg = f"Expected a face at rest in {source}, but no frame of it shows the face."
        raise FaceError(msg)
    placed, _ = _laid_on(model.rest_m, landmarks[seen])
    return _rest(placed, source)


def _rest(placed_m: Float[np.ndarray, "frame point 3"], source: str) -> Rest:
    points_m: Points3 = np.median(placed_m, axis=0)
    apart_m = placed_m - points_m
    spread_m = float(np.sqrt(np.square(apart_m).sum(axis=2).mean()))
    return Rest(points_m, source, len(placed_m), spread_m)


@dataclass(frozen=True)
class Posture:
    """Activations read from landmarks, and how well the landmarks are explained."""

    channels: tuple[Channel, ...]
    activation: Float[np.ndarray, "frame channel"]
    """0..1; NaN where the face is not seen."""

    residual_m: Float[np.ndarray, " frame"]
    """Root-mean-square distance left, in metres on a head of usual size."""

    rest: Rest | None = None
    """What was taken for rest; None where no face was seen."""


def read_posture(
    model: PostureModel,
    landmarks: Float[np.ndarray, "frame point 3"],
    open_eyes: Bool[np.ndarray, " frame"],
    *,
    rest: Rest | None = None,
) -> Posture:
    """Read every frame's landmarks as the face at rest, turned, plus non-negative units.

    Each frame is laid onto the head by the points that move with the skull; what differs then is
    the person's own shape and the expression. The person's shape is what the face at rest shows,
    and rest is found among frames that look ahead with open eyes, see :func:`_neutral`. So a
    smile that lasts most of a video is still a smile.

    Args:
        model: landmarks of the built-in head.
        landmarks: 468 points, x to the picture's right, y up, z to the camera, any scale; NaN
            where not seen.
        open_eyes: frames that may serve as neutral.
        rest: the face at rest where it is known; otherwise it is looked for in these frames.
    """
    frames = len(landmarks)
    activation = np.full((frames, len(model.channels)), np.nan)
    residual_m = np.full(frames, np.nan)
    seen = np.flatnonzero(np.isfinite(landmarks).all(axis=(1, 2)))
    if len(seen) == 0:
        return Posture(model.channels, activation, residual_m)
    space = PostureSpace(model)
    placed, turned_rad = space.placed(landmarks[seen])
    if rest is None:
        rest = space.rest(placed, turned_rad, open_eyes[seen])
    activation[seen], residual_m[seen] = space.read(placed, rest)
    return Posture(model.channels, activation, residual_m, rest)


class PostureSpace:
    """The landmarks of the head and its units, weighted, in which faces laid on it are read."""

    def __init__(self, model: PostureModel) -> None:
        self._model = model
        weight = np.ones((len(model.rest_m), 1)) * [1.0, 1.0, _DEPTH_WEIGHT]
        weight[list(_LIPS)] *= _LIP_WEIGHT
        self._weight = weight
        design = (model.units_m * weight)[:, model.used].reshape(len(model.channels), -1)
        ridge = 1e-3 * np.eye(len(design)) * np.square(design).sum(axis=1).mean()
        self._design = design
        self._gram = design @ design.T + ridge
        self._sparsity = (
            _SPARSITY
            * _NOISE_M
            * float(np.sqrt(np.diag(self._gram)).mean())
            * np.array([_RELUCTANCE.get(channel.au, 1.0) for channel in model.channels])
        )

    def placed(
        self, landmarks: Float[np.ndarray, "frame point 3"]
    ) -> tuple[Float[np.ndarray, "frame point 3"], Float[np.ndarray, " frame"]]:
        """Lay seen faces onto the head at rest: their points in metres, and turns in radians."""
        return _laid_on(self._model.rest_m, landmarks)

    def rest(
        self,
        placed_m: Float[np.ndarray, "frame point 3"],
        turned_rad: Float[np.ndarray, " frame"],
        open_eyes: Bool[np.ndarray, " frame"],
    ) -> Rest:
        """Find the face at rest among frames that look ahead with open eyes, or among all."""
        usable = open_eyes & (turned_rad < _FRONTAL_RAD)
        if usable.sum() < _MIN_NEUTRAL:
            usable = np.ones(len(placed_m), dtype=bool)
        flat = self._flat(placed_m)[usable]
        alike = _neutral(flat, self._design, self._gram, self._sparsity)
        return _rest(placed_m[usable][alike], FOUND_REST)

    def read(
        self, placed_m: Float[np.ndarray, "frame point 3"], rest: Rest
    ) -> tuple[Float[np.ndarray, "frame channel"], Float[np.ndarray, " frame"]]:
        """Read neighbouring frames against the face at rest.

        Returns:
            activations 0..1, and the root-mean-square distance left in metres.
        """
        target = self._flat(placed_m) - (rest.points_m * self._weight)[self._model.used].ravel()
        right = target @ self._design.T - self._sparsity
        share = nonnegative_course(self._gram, right, smoothness=_SMOOTHNESS)
        left = target - share @ self._design
        residual_m: Float[np.ndarray, " frame"] = np.sqrt(3 * np.square(left).mean(axis=1))
        return np.minimum(share, 1.0), residual_m

    def _flat(
        self, placed_m: Float[np.ndarray, "frame point 3"]
    ) -> Float[np.ndarray, "frame value"]:
        return (placed_m * self._weight)[:, self._model.used].reshape(len(placed_m), -1)


def _neutral(
    flat: Float[np.ndarray, "frame value"],
    design: Float[np.ndarray, "channel value"],
    gram: Float[np.ndarray, "channel channel"],
    sparsity: Float[np.ndarray, " channel"],
) -> Int[np.ndarray, " chosen"]:
    """Find the frames at rest: the held posture from which all others are reached by moving units.

    Muscles pull and never push. From the true rest every frame is a non-negative sum of units;
    from a smile, the sober face is not. Postures that the face holds (where frames lie dense) are
    tried, and the one that leaves the smallest part of all deviations unexplained is the rest.
    """
    step = max(1, len(flat) // _MAX_SAMPLE)
    sample = flat[::step]
    squared = np.square(sample).sum(axis=1)
    apart = np.sqrt(np.maximum(squared[:, None] + squared - 2 * sample @ sample.T, 0))
    alike = min(len(sample) - 1, max(_MIN_NEUTRAL, round(_NEUTRAL_SHARE * len(sample))))
    looseness = np.sort(apart, axis=1)[:, alike]
    free = looseness <= _LOOSEST * looseness.min() + 1e-12
    best = np.arange(len(sample))
    best_share = np.inf
    for _ in range(_CANDIDATES):
        if not free.any():
            break
        index = int(np.argmin(np.where(free, looseness, np.inf)))
        free &= apart[index] > 2 * looseness[index]
        free[index] = False
        near = np.argsort(apart[index], kind="stable")[: alike + 1]
        target = sample - np.median(sample[near], axis=0)
        right = target @ design.T
        share = nonnegative_course(gram, right - sparsity)
        fit = 0.5 * np.einsum("fk,kj,fj->", share, gram, share, optimize=True)
        length = 0.5 * float(np.square(target).sum())
        left = (length + float(fit) - float((share * right).sum())) / max(length, 1e-12)
        if left < best_share:
            best, best_share = near, left
    chosen: Int[np.ndarray, " chosen"] = step * best
    return chosen


def _laid_on(
    rest_m: Points3, landmarks: Float[np.ndarray, "frame point 3"]
) -> tuple[Float[np.ndarray, "frame point 3"], Float[np.ndarray, " frame"]]:
    """Lay every frame onto the head at rest by its still points (Umeyama 1991).

    Returns:
        the points in the head's axes and metres, and how far each frame was turned in radians.
    """
    still = list(_STILL)
    target = rest_m[still]
    middle_m = target.mean(axis=0)
    centred = target - middle_m
    points = landmarks[:, still]
    middle = points.mean(axis=1, keepdims=True)
    spread = points - middle
    left, _, right = np.linalg.svd(np.einsum("pi,fpj->fij", centred, spread))
    handed = np.ones((len(landmarks), 3))
    handed[:, 2] = np.sign(np.linalg.det(left) * np.linalg.det(right))
    turn = np.einsum("fij,fj,fjk->fik", left, handed, right)
    turned = np.einsum("fpj,fij->fpi", spread, turn)
    scale = (turned * centred).sum(axis=(1, 2)) / np.square(spread).sum(axis=(1, 2))
    everything = np.einsum("fpj,fij->fpi", landmarks - middle, turn)
    placed = scale[:, None, None] * everything + middle_m
    angle = np.arccos(np.clip((np.trace(turn, axis1=1, axis2=2) - 1) / 2, -1, 1))
    return placed, angle
