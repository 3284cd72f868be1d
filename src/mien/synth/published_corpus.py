"""Footage with the numbers of a published corpus: as many subjects, clips of each, and labels."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from mien.core.errors import UsageError
from mien.core.movement_statistics import movement_statistics
from mien.core.nearest import unknown_name

PUBLISHED_CORPORA = ("casme2",)
"""Corpora whose numbers can be taken; each is also the prior that its clips are drawn from."""

SUBJECTS = 26

# Yan et al. 2014 and the annotation table: subject 17 has 36 clips, 05 19, 26 17, 19 16, 09 and 10
# 14, 21 and 22 two. What the others have was not at hand, so they share the rest evenly.
_KNOWN_CLIPS = {5: 19, 9: 14, 10: 14, 17: 36, 19: 16, 21: 2, 22: 2, 26: 17}


@dataclass(frozen=True)
class ClipPlace:
    """Whose clip it is, and what it shows."""

    subject: int
    """From 0."""

    turn: int
    """Its number among the clips of the subject, from 0."""

    emotion: str


@cache
def places_like(corpus: str, seed: int) -> tuple[ClipPlace, ...]:
    """Give every clip of a corpus with a published one's numbers, subject by subject.

    Emotions have exactly the published counts (CASME II: others 99, disgust 63, happiness 32,
    repression 27, surprise 25, sadness 7, fear 2); which subject shows which is drawn.

    Raises:
        UsageError: the numbers of that corpus are not known.

    >>> len(places_like("casme2", 0))
    255
    """
    if corpus not in PUBLISHED_CORPORA:
        raise UsageError(unknown_name("a published corpus", corpus, PUBLISHED_CORPORA))
    counts = movement_statistics(corpus).counts
    emotions = np.repeat(list(counts), [one.clips for one in counts.values()])
    clips = clips_of_subjects(len(emotions))
    np.random.default_rng((seed, 3)).shuffle(emotions)
    places = [(who, turn) for who, count in enumerate(clips) for turn in range(count)]
    return tuple(
        ClipPlace(who, turn, str(emotion))
        for (who, turn), emotion in zip(places, emotions, strict=True)
    )


def clips_of_subjects(total: int) -> tuple[int, ...]:
    """How many clips each subject has: the numbers that were published, the rest shared evenly.

    >>> clips_of_subjects(255)[16], sum(clips_of_subjects(255))
    (36, 255)
    """
    others = [number for number in range(1, SUBJECTS + 1) if number not in _KNOWN_CLIPS]
    each, more = divmod(total - sum(_KNOWN_CLIPS.values()), len(others))
    clips = dict(_KNOWN_CLIPS) | {n: each + (i < more) for i, n in enumerate(others)}
    return tuple(clips[number] for number in range(1, SUBJECTS + 1))
