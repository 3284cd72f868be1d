"""A small track with everything that a track can hold."""

from fractions import Fraction

import numpy as np
import pytest

from mien.core.facs import EMOTIONS, Channel
from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, EmotionPosterior, Event, EventKind, UnitPeak


@pytest.fixture
def track() -> ActionUnitTrack:
    channels = tuple(Channel.parse(name) for name in ("AU12L", "AU12R", "AU23", "AU43L", "AU45L"))
    activation = np.array(
        [
            [0.0, 0.0, 0.0, 0.0, 0.0],
            [0.2, 0.1, 0.05, 0.0, 0.9],
            [np.nan, np.nan, np.nan, np.nan, np.nan],
            [0.4, 0.6, 0.1, 1.0, 0.0],
        ]
    )
    confidence = np.full((4, 5), 0.5)
    confidence[1] = [1.0, 0.6, 0.4, 0.5, 0.5]
    return ActionUnitTrack(
        time=TimeBase(Fraction(30000, 1001), 4, 0.5),
        channels=channels,
        activation=activation,
        confidence=confidence,
        head_rotation_rad=np.array([[0.1, 0.0, 0.0], [0.0, 0.2, 0.0], [np.nan] * 3, [0.0] * 3]),
        gaze_rad=np.array(
            [
                [[0.0, 0.1], [0.0, 0.1]],
                [[0.0, 0.0], [0.0, 0.0]],
                [[np.nan, np.nan], [np.nan, np.nan]],
                [[0.2, 0.0], [0.1, -0.3]],
            ]
        ),
        events=(
            Event(
                kind=EventKind.MICRO,
                onset_s=0.5,
                apex_s=0.6,
                offset_s=0.6001,
                units=(
                    UnitPeak(channels[1], 0.6, 0.7, "mouth corner"),
                    UnitPeak(channels[2], 0.1, 0.2),
                ),
                confidence=0.75,
                emotion=EmotionPosterior(
                    dict.fromkeys(EMOTIONS, 0.0) | {"happiness": 0.75, "others": 0.25},
                    "emfacs+dfme",
                    "by hand",
                ),
                reference="the face at rest, a second\taround",
                evidence={"score": 12.5, "energy": float("inf")},
            ),
            Event(EventKind.BLINK, 0.51, 0.53, 0.55),
        ),
        unseen={2: 'a hand, "raised"'},
        provenance=Provenance(
            "clip é.mp4", "ab" * 32, {"numpy": "2"}, {"net.tflite": "cd" * 32}, {"rate": "30"}, 7
        ),
    )
