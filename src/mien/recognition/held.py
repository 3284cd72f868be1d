"""What a face holds for a whole video, against the same face at rest."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from mien.core.facs import Channel
from mien.recognition.basis import Basis, whiten
from mien.recognition.gain import flow_gain
from mien.recognition.nonnegative import nonnegative_course
from mien.recognition.posture import Posture
from mien.recognition.pursuit import name_units

_NOISE_PX = 0.2
"""Two pictures of one face at rest differ by so much; there are too few to measure it."""

_EXPLAINED = 0.4
"""Rendered frowns and smiles are explained to .69 and more, faces at rest to .19 and less."""

_LEAST = 0.1


def held_units(
    field_px: Float[np.ndarray, "row column 2"], basis: Basis
) -> Mapping[Channel, float]:
    """Name the units that lie between a face at rest and the face of a video.

    Landmark networks see lips and brows that move far; of a frown at .4 they draw a tenth. The
    motion from one picture to the other shows it whole.

    Args:
        field_px: motion of the cells from rest to the video's usual look, without head motion.
        basis: the action units' fields on this face.

    Returns:
        activation by channel; empty where units do not explain the difference.
    """
    whitened = whiten(basis, np.full(basis.seen.shape, _NOISE_PX), neighbours=False)
    vector = whitened.vectors(field_px[None])[0]
    channels = [channel for unit in name_units(whitened, vector) for channel in unit.channels]
    if not channels:
        return {}
    design = whitened.design[:, [basis.channels.index(channel) for channel in channels]]
    right, gram = vector @ design, design.T @ design
    share = nonnegative_course(gram, right[None])[0]
    explained = float(2 * share @ right - share @ gram @ share) / float(vector @ vector)
    if explained < _EXPLAINED:
        return {}
    activation = {
        channel: min(float(part) / flow_gain(channel.au), 1.0)
        for channel, part in zip(channels, share, strict=True)
    }
    return {channel: value for channel, value in activation.items() if value >= _LEAST}


def with_held(posture: Posture, held: Mapping[Channel, float]) -> Posture:
    """Lift the channels that are held to where the face holds them, in the median."""
    activation = posture.activation.copy()
    for place, channel in enumerate(posture.channels):
        course = activation[:, place]
        if channel not in held or not np.isfinite(course).any():
            continue
        lift = held[channel] - float(np.nanmedian(course))
        activation[:, place] = np.minimum(course + max(lift, 0.0), 1.0)
    return replace(posture, activation=activation)
