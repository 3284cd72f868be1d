"""Every wrong setting is one clear sentence, before anything is drawn."""

from fractions import Fraction

import pytest

from mien.core.errors import UsageError
from mien.synth.motion_options import MotionOptions
from mien.synth.options import PARTS, SynthOptions

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"clips": 0}, "at least one clip"),
        ({"clips": -1}, "clips in 0"),
        ({"long_videos": 1, "long_s": 2.0}, "5 to 600 s"),
        ({"long_s": NAN}, "5 to 600 s"),
        ({"prior": "dmfe"}, "Did you mean dfme"),
        ({"prior": ""}, "a prior"),
        ({"emotions": ("hapiness",)}, "Did you mean happiness"),
        ({"prior": "casme2", "emotions": ("anger",)}, "an emotion of the prior casme2"),
        ({"units": (3,)}, "nearest are 1, 2, 4"),
        ({"side": "lefft"}, "Did you mean left"),
        ({"intensity": (0.5, 0.2)}, "low <= high"),
        ({"intensity": (0.0, 0.2)}, "0 < low"),
        ({"intensity": (0.2, 1.5)}, "<= 1"),
        ({"intensity": (NAN, 0.5)}, "low <= high"),
        ({"intensity": (0.1, INF)}, "<= 1"),
        ({"people": ("Nobody",)}, "Nobody"),
        ({"people": ("Nina", "Nina")}, "once"),
        ({"rate": Fraction(14)}, "15..500"),
        ({"rate": Fraction(501)}, "15..500"),
        ({"size_px": 0}, "64..4096 px"),
        ({"size_px": 20000}, "64..4096 px"),
        ({"quality": "portait"}, "Did you mean portrait"),
        ({"without": ("blink",)}, "Did you mean blinks"),
        ({"seed": -1}, "seed"),
    ],
    ids=str,
)
def test_a_wrong_setting_of_footage_is_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        SynthOptions(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"images": 0, "volumes": 0}, "at least one"),
        ({"volume_frames": 1}, "2 to 64"),
        ({"noise_px": -0.1}, "noise_px"),
        ({"turn_deg": NAN}, "turn_deg"),
        ({"head_motion_px": INF}, "head_motion_px"),
        ({"prior": "other"}, "a prior"),
        ({"intensity": (0.5, NAN)}, "low <= high"),
        ({"seed": -3}, "seed"),
    ],
    ids=str,
)
def test_a_wrong_setting_of_motion_is_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        MotionOptions(**wrong)  # type: ignore[arg-type]


def test_all_life_is_off_when_all_parts_are_left_out() -> None:
    options = SynthOptions(without=PARTS)
    assert options.life == type(options.life).off()
