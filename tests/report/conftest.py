"""A track with a micro-expression, a blink, a longer movement and a hand before the face."""

from fractions import Fraction

import numpy as np
import pytest

from mien.core.facs import EMOTIONS, Channel
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, EmotionPosterior, Event, EventKind, UnitPeak

CHANNELS = tuple(Channel.parse(name) for name in ("AU04L", "AU04R", "AU12L", "AU12R", "AU45L"))


@pytest.fixture
def micro() -> Event:
    return Event(
        kind=EventKind.MICRO,
        onset_s=0.5,
        apex_s=0.63,
        offset_s=0.79,
        units=(UnitPeak(CHANNELS[2], 0.42, 0.81, "mouth corner"),),
        confidence=0.72,
        emotion=EmotionPosterior(
            dict.fromkeys(EMOTIONS, 0.0) | {"happiness": 0.7, "others": 0.295, "fear": 0.005},
            "emfacs+dfme",
            "naive Bayes, by hand",
        ),
        reference="the face at rest",
        evidence={"explained_fraction": 0.61, "odd_number": 48213.0},
    )


@pytest.fixture
def track(micro: Event) -> ActionUnitTrack:
    activation = np.zeros((200, 5))
    times = np.arange(200) / 100
    activation[:, 2] = 0.42 * np.exp(-0.5 * ((times - 0.63) / 0.06) ** 2)
    activation[150:160] = np.nan
    return ActionUnitTrack(
        time=TimeBase(Fraction(100), 200),
        channels=CHANNELS,
        activation=activation,
        confidence=np.full((200, 5), 0.8),
        head_rotation_rad=np.zeros((200, 3)),
        gaze_rad=np.zeros((200, 2, 2)),
        events=(
            micro,
            Event(EventKind.BLINK, 1.0, 1.1, 1.2, (UnitPeak(CHANNELS[4], 1.0, 1.0),)),
            Event(EventKind.MACRO, 1.2, 1.6, 1.9),
        ),
        unseen=dict.fromkeys(range(150, 160), "a hand <before> the face"),
    )
