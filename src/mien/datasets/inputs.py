"""The inputs that a prepared corpus can hold: names, shapes and what they mean."""

from dataclasses import dataclass

from mien.core.errors import UsageError
from mien.core.nearest import unknown_name

STEPS = 16
"""Pictures of a clip after temporal interpolation, as in the paper."""

FACE_PX = 112
APEX_PX = 224
FLOW_IMAGE_PX = 28


@dataclass(frozen=True)
class ClipInput:
    """One array of a prepared corpus, a row a clip."""

    name: str
    shape: tuple[int, ...]
    """Without the axis of the clips."""

    dtype: str
    meaning: str


CLIP_INPUTS: tuple[ClipInput, ...] = (
    ClipInput(
        "rgb",
        (STEPS, FACE_PX, FACE_PX, 3),
        "uint8",
        "aligned face of the whole window, resampled to 16 pictures by temporal interpolation",
    ),
    ClipInput(
        "flow",
        (STEPS, FACE_PX, FACE_PX, 3),
        "float16",
        "u (right), v (down) and strain in px of the 112 px face, from the first picture of the "
        "window to each of the 16 pictures, head motion removed",
    ),
    ClipInput(
        "flow_image",
        (FLOW_IMAGE_PX, FLOW_IMAGE_PX, 3),
        "float32",
        "u, v in px of a 256 px face and strain in px a cell, from the coded onset to the coded "
        "apex (to the picture of most motion where no apex is coded)",
    ),
    ClipInput(
        "flow_image_own",
        (FLOW_IMAGE_PX, FLOW_IMAGE_PX, 3),
        "float32",
        "the same from the first picture of the window to the one of most motion: nothing coded "
        "is used",
    ),
    ClipInput(
        "apex",
        (5, APEX_PX, APEX_PX, 3),
        "uint8",
        "aligned face at the coded apex, then the two pictures before and the two after it",
    ),
    ClipInput(
        "landmarks",
        (STEPS, 468, 2),
        "float32",
        "mesh points in px of the 112 px face at each of the 16 pictures",
    ),
)
"""Every array of clips that ``mien dataset prepare`` writes."""


def clip_input(name: str) -> ClipInput:
    """Look an input up by its name.

    Raises:
        UsageError: no such input.

    >>> clip_input("rgb").shape
    (16, 112, 112, 3)
    """
    for one in CLIP_INPUTS:
        if one.name == name:
            return one
    raise UsageError(unknown_name("an input", name, [one.name for one in CLIP_INPUTS]))
