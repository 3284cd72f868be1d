"""What mien cannot tell of a video, and why, in sentences."""

import numpy as np

from mien.core.track import ActionUnitTrack
from mien.motion import CellFlow, Flicker, flicker_of
from mien.recognition.detection_limit import LARGEST_MICRO, hidden_units, too_noisy
from mien.recognition.face_reading import FaceReading
from mien.recognition.gates import SpottingThresholds
from mien.recognition.visibility import Visibility
from mien.tracks import unseen_stretches

FLICKER_DEPTH = 0.03
"""From this swing on the light is said to flicker."""

_SHOWN_STRETCHES = 3


def cannot_tell(
    name: str, reading: FaceReading, visibility: Visibility | None, flow: CellFlow
) -> tuple[str, ...]:
    """Say what could not be read of a face: parts, stretches, units, and why.

    Args:
        name: of the video.
        reading: what was read.
        visibility: what was seen of the face.
        flow: what was measured of its pictures.
    """
    sentences = [*_stretches(reading.track, visibility)]
    if not sentences and not _can_be_judged(reading):
        sentences.append(
            f"{name} is too short, or shows the face too briefly, to tell a brief "
            "movement from slow change: none could be looked for. Give at least one second."
        )
    return (*sentences, *_too_noisy(reading), *_flicker(flicker_of(flow.times_s, flow.grey)))


def _stretches(track: ActionUnitTrack, visibility: Visibility | None) -> list[str]:
    """One sentence for each reason against reading a face that was found."""
    if visibility is None:
        return []
    known = set(visibility.reasons.values())
    by_reason: dict[str, list[tuple[float, float]]] = {}
    for one in unseen_stretches(track):
        if one.reason in known:
            by_reason.setdefault(one.reason, []).append((one.start_s, one.end_s))
    sentences = []
    for reason, spans in by_reason.items():
        shown = ", ".join(f"{start:.2f} to {end:.2f}" for start, end in spans[:_SHOWN_STRETCHES])
        more = f" and {len(spans) - _SHOWN_STRETCHES} more" if len(spans) > _SHOWN_STRETCHES else ""
        sentences.append(f"Cannot tell from {shown} s{more}: {reason}.")
    return sentences


def _can_be_judged(reading: FaceReading) -> bool:
    """Whether a brief movement could have been found and reported anywhere."""
    times_s, edge_s = reading.track.time.times_s, SpottingThresholds().edge_s
    centres_s = reading.scan.centres_s
    inside = (centres_s >= times_s[0] + edge_s) & (centres_s <= times_s[-1] - edge_s)
    return bool(reading.scan.energy[inside].any())


def _too_noisy(reading: FaceReading) -> list[str]:
    """Name the units that would have to move farther than micro-expressions do."""
    smallest = reading.smallest
    blind = hidden_units(smallest)
    if not blind:
        return []
    if too_noisy(smallest):
        least = float(np.median(list(smallest.values())))
        return [
            (
                "Cannot tell micro-expressions: the noise or compression of this video hides what "
                f"moves less than {least:.2f} of a unit's full strength, and they stay below "
                f"{LARGEST_MICRO}. Record with more light, nearer, or with less compression."
            )
        ]
    units = ", ".join(f"AU{au}" for au in blind)
    return [
        (
            f"Cannot tell micro-expressions of {units}: the noise or compression of this video "
            f"hides them below {min(smallest[au] for au in blind):.2f} of their full strength."
        )
    ]


def _flicker(flicker: Flicker) -> list[str]:
    if not flicker.regular or flicker.depth < FLICKER_DEPTH:
        return []
    return [
        (
            f"The light flickers by {flicker.depth:.0%}, {flicker.rate_hz:.0f} times a second as "
            "the camera sees it, as lamps on mains do: it was evened out before motion was "
            "measured."
        )
    ]
