"""``digital_human.json``: how the pictures came to be."""

from typing import Any

from pydantic import with_config
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from mien.tracks import VersionedDocument
from mien.tracks.layouts import DESCRIBED


@with_config(DESCRIBED)
class RenderLayout(TypedDict):
    """What pictures were made from."""

    source: str
    """Name of the input, without its folder."""

    source_sha256: str
    person: str
    pose: str
    """``absolute`` as the input says, or ``relative`` to the usual pose in it."""

    seed: int
    settings: dict[str, Any]
    renderer: str
    """The program that drew, with its version."""

    frames: int
    """Number of pictures."""

    sha256: dict[str, str]
    """By file."""


RENDER_DOCUMENT = VersionedDocument("mien/render", 1, RenderLayout)
