"""Which function draws which action unit."""

from collections.abc import Callable

from head_bake.actions import brows, chin, corners, eyes, lips, nose
from head_bake.actions.surface import Field, Surface

from mien.core.facs import Channel, Side, channels_of

Draw = Callable[[Surface], Field]

LEFT: dict[int, Draw] = {
    2: brows.outer_raiser,
    4: brows.lowerer,
    5: eyes.lid_raiser,
    6: eyes.cheek_raiser,
    7: eyes.lid_tightener,
    9: nose.wrinkler,
    10: nose.upper_lip_raiser,
    11: nose.furrow_deepener,
    12: corners.puller,
    13: corners.sharp_puller,
    14: corners.dimpler,
    15: corners.depressor,
    16: lips.lower_lip_depressor,
    20: corners.stretcher,
    38: nose.nostril_dilator,
    39: nose.nostril_compressor,
    43: eyes.lids_shut,
    45: eyes.lids_shut,
    46: eyes.lids_shut,
}
"""Drawn on the left, mirrored to the right."""

HALVED: dict[int, Draw] = {1: brows.inner_raiser, 17: chin.raiser, 18: lips.pucker}
"""Drawn on both sides, cut in two at the midline by a smooth mask."""

WHOLE: dict[int, Draw] = {
    22: lips.funneler,
    23: lips.tightener,
    24: lips.presser,
    25: lips.part,
    26: lips.jaw_drop,
    27: lips.mouth_stretch,
    28: lips.suck,
}
"""Drawn on both sides, scored once."""


def fields(s: Surface) -> dict[Channel, Field]:
    """Displacement of every channel at activation 1."""
    found: dict[Channel, Field] = {}
    for au in sorted((*LEFT, *HALVED, *WHOLE)):
        if au in WHOLE:
            whole = WHOLE[au](s)
            found[channels_of(au)[0]] = 0.5 * (whole + s.mirrored(whole))
            continue
        if au in LEFT:
            left = LEFT[au](s)
        else:
            whole = HALVED[au](s)
            left = s.halves(0.5 * (whole + s.mirrored(whole)))
        left = s.with_lashes(left) if au in (1, 2, 4) else left
        found[Channel(au, Side.LEFT)] = left
        found[Channel(au, Side.RIGHT)] = s.mirrored(left)
    return found
