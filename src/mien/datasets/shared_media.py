"""The same pictures listed more than once: under two people, two labels or two names."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from mien.datasets.clip_keys import media_of
from mien.datasets.coded_clip import CodedClip
from mien.datasets.finding import Finding, Level


def shared_media(clips: Sequence[CodedClip]) -> list[Finding]:
    """Find pictures that stand in for two people, or for one movement twice.

    Movements at other times of one recording are no repetition.
    """
    by_media: dict[Path, list[CodedClip]] = defaultdict(list)
    for clip in clips:
        media = media_of(clip)
        if media is not None:
            by_media[media].append(clip)
    findings = []
    for listed in by_media.values():
        for place, clip in enumerate(listed):
            before = listed[:place]
            other = next((one for one in before if one.subject_key != clip.subject_key), None)
            again = next((one for one in before if _same_movement(one, clip)), None)
            if other is not None:
                findings.append(_two_people(other, clip))
            elif again is not None:
                findings.append(_again(again, clip))
    return findings


def _same_movement(one: CodedClip, other: CodedClip) -> bool:
    if (one.onset, one.offset) == (other.onset, other.offset):
        # Of a recording without times it is not known which of its movements is meant.
        return one.onset is not None or one.uncut is None
    whole = (None, None)
    return one.uncut is None and whole in {(one.onset, one.offset), (other.onset, other.offset)}


def _two_people(first: CodedClip, clip: CodedClip) -> Finding:
    return Finding(
        Level.ERROR,
        f"These are the pictures of {first.key} in row {first.row}, of another person.",
        "One face would be learned from and tested on, as if it were two people.",
        "Correct the path or the subject, or delete one of the two rows.",
        clip.source,
        clip.row,
        clip.key,
    )


def _again(first: CodedClip, clip: CodedClip) -> Finding:
    labels = [one.emotion_as_written or "no label" for one in (first, clip)]
    with_labels = f", there {labels[0]} and here {labels[1]}" if labels[0] != labels[1] else ""
    return Finding(
        Level.WARNING,
        f"These are the pictures of {first.key} in row {first.row} again{with_labels}.",
        "The clip counts twice.",
        "Delete one of the two rows.",
        clip.source,
        clip.row,
        clip.key,
    )
