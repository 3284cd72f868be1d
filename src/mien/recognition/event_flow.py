"""One movement of a face in video -> what the trained recognisers read of it."""

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.recognition.canonical import Placement
from mien.recognition.spotting import Movement

_MARGIN = 0.3  # of the movement's length, of rest before and after
_FEWEST = 5  # frames inside, below which there is no course


def event_image(movement: Movement, placement: Placement) -> Float[np.ndarray, "1 28 28 2"]:
    """Give the motion at the apex on the canonical face."""
    return placement.canonical(movement.field_px[None].astype(np.float64))


def event_volume(
    times_s: Times,
    flow_px: Float[np.ndarray, "frame row column 2"],
    movement: Movement,
    placement: Placement,
    *,
    steps: int,
) -> Float[np.ndarray, "1 step 28 28 2"] | None:
    """Give the course on the canonical face, from rest to rest in even steps, without slow change.

    Returns:
        None where too few frames show the face.
    """
    moments = movement.moments
    margin_s = _MARGIN * (moments.offset_s - moments.onset_s)
    wanted_s = np.linspace(moments.onset_s - margin_s, moments.offset_s + margin_s, steps)
    near_s = times_s[movement.frames]
    brief_px = movement.brief_px(times_s, flow_px)
    seen = np.isfinite(brief_px).all(axis=(1, 2, 3))
    if ((near_s >= wanted_s[0]) & (near_s <= wanted_s[-1]) & seen).sum() < _FEWEST:
        return None
    shown_s, shown_px = near_s[seen], brief_px[seen].astype(np.float64)
    last = np.clip(np.searchsorted(shown_s, wanted_s), 1, len(shown_s) - 1)
    share = np.clip((wanted_s - shown_s[last - 1]) / (shown_s[last] - shown_s[last - 1]), 0, 1)
    share = share[:, None, None, None]
    course = shown_px[last - 1] * (1 - share) + shown_px[last] * share
    return placement.canonical(course)[None]
