"""Where brief movements could not be judged, and where the mouth spoke: in words."""

from mien.core.track import EventKind
from mien.recognition.blinks import AFTER_S, BEFORE_S
from mien.recognition.face_reading import FaceReading
from mien.recognition.gates import SpottingThresholds
from mien.recognition.speech import Stretch, inside

_WORTH_S = 0.05


def judging_words(reading: FaceReading) -> tuple[str, ...]:
    """Say in which part of the video no brief movement could be found, and in which only some.

    Nothing is said where everything could be judged.
    """
    track = reading.track
    times_s, step_s = track.time.times_s, track.time.step_s
    whole_s = track.time.duration_s
    edge_s = SpottingThresholds().edge_s
    closed = [
        Stretch(event.onset_s - BEFORE_S, event.offset_s + AFTER_S)
        for event in track.events
        if event.kind is EventKind.BLINK or {unit.channel.au for unit in event.units} == {43}
    ]
    edges = [
        Stretch(float(times_s[0]), float(times_s[0]) + edge_s),
        Stretch(float(times_s[-1]) - edge_s, float(times_s[-1])),
    ]
    unseen = [Stretch(float(times_s[frame]), float(times_s[frame])) for frame in track.unseen]
    left = inside(times_s, [])
    parts = []
    for words, stretches in (
        ("the face, or a part of it, is not seen", unseen),
        ("the eyes close", closed),
        ("beginning and end", edges),
    ):
        new = inside(times_s, stretches) & ~left
        left |= new
        if new.sum() * step_s >= _WORTH_S:
            parts.append(f"{words} ({new.sum() * step_s:.1f} s)")
    said = []
    if parts:
        said.append(
            f"Brief movements cannot be judged in {left.sum() * step_s:.1f} of {whole_s:.1f} s: "
            f"{', '.join(parts)}."
        )
    spoken_s = inside(times_s, reading.speech).sum() * step_s
    if spoken_s >= _WORTH_S:
        said.append(
            f"The mouth moves as in speech in {spoken_s:.1f} of {whole_s:.1f} s. There lips and "
            "jaw are not read for brief movements, and what else was found says so."
        )
    return tuple(said)
