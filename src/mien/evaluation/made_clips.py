"""Clips made of numbers, in the shapes of a prepared corpus: for checks that need no footage."""

import numpy as np

from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.datasets.inputs import CLIP_INPUTS, FACE_PX, STEPS, clip_input

CLASSES = ("happiness", "surprise")
UNITS = (1, 2, 4, 12)
_SHOWN = ((12,), (1, 2))
"""Units of each class."""

_ONSET, _APEX, _OFFSET = 0.25, 0.5, 0.75
_MOVED = 1.0
_NOISE = 0.6
"""Of the movement: a recogniser should not be sure of all clips."""

_POINT_NOISE = 0.2
_GREY, _CONTRAST = 128, 30


def made_clips(people: int = 4, each: int = 2, *, seed: int = 0) -> LabelledClips:
    """Make clips of which the upper or the lower half moves, by their class, in noise.

    Every array of :data:`mien.datasets.inputs.CLIP_INPUTS` is there, in its shape and type.

    Args:
        people: number of subjects.
        each: clips a subject, of both classes by turns.
        seed: of the noise.
    """
    rng = np.random.default_rng(seed)
    count = people * each
    emotion = np.arange(count) % len(CLASSES)
    units = np.array([[float(unit in _SHOWN[one]) for unit in UNITS] for one in emotion])
    subjects = tuple(f"made/s{number // each}" for number in range(count))
    return LabelledClips(
        Clips(
            names=tuple(f"{who}/{number:02d}" for number, who in enumerate(subjects)),
            subjects=subjects,
            arrays={one.name: _array(one.name, emotion, rng) for one in CLIP_INPUTS},
            rows=np.arange(count),
        ),
        Labels(
            classes=CLASSES,
            emotion=emotion,
            unit_numbers=UNITS,
            units=units,
            times=np.tile([_ONSET, _APEX, _OFFSET], (count, 1)),
            window_s=np.ones(count),
            intensity=np.array(
                [[0.5 * (unit in _SHOWN[one]) for unit in UNITS] for one in emotion]
            ),
        ),
    )


def _array(name: str, emotion: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    made = clip_input(name)
    values = _NOISE * rng.standard_normal((len(emotion), *made.shape))
    course = np.interp(np.linspace(0, 1, STEPS), (_ONSET, _APEX, _OFFSET), (0, 1, 0))
    if name == "landmarks":
        places = rng.uniform(0, FACE_PX, made.shape[1:])  # of one face
        values = places + _POINT_NOISE * values
        upper = places[:, 1] < FACE_PX / 2
        for clip, one in enumerate(emotion):
            values[clip, :, upper if one else ~upper, 1] -= _MOVED * course
        return values.astype(made.dtype)
    *steps, rows, _, _ = made.shape
    strength = course[:, None, None] if steps == [STEPS] else 1.0
    for clip, one in enumerate(emotion):
        half = slice(0, rows // 2) if one else slice(rows // 2, None)
        values[clip, ..., half, :, 1] -= _MOVED * strength
    if made.dtype == "uint8":
        return (_GREY + _CONTRAST * values).clip(0, 255).astype(np.uint8)
    return values.astype(made.dtype)
