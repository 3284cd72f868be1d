"""Flow pictures whose channels were each stretched to their own range -> flow up to one factor.

Such a picture has lost where zero is, how large u is against v, and how large both are. A shift of
zero is a shift of the whole face, which scoring takes out; the ratio is told by the strain, which
was computed before the channels were stretched; the size stays unknown and must not matter.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

LARGEST_RATIO = 4.0
"""Ratios of the spans of v and u are looked for from 1 / 4 to 4."""

SURE_LIKENESS = 0.4
"""Correlation of given with predicted strain below which a picture takes the corpus's ratio."""

_STEPS, _FINE_STEPS = 29, 9
_NOSE_ROWS, _NOSE_COLUMNS = (0.42, 0.60), (0.42, 0.58)  # in parts of the side


@dataclass(frozen=True)
class FreedFlow:
    """Flow of stretched pictures, each up to a factor of its own."""

    flow: Float[np.ndarray, "picture row column 2"]
    """Zero where border and nose are still; the span of u is 1 where u moves at all."""

    ratio: Float[np.ndarray, " picture"]
    """Span of v by span of u."""

    likeness: Float[np.ndarray, " picture"]
    """Correlation of the given strain with that of the flow at the ratio; NaN without strain."""


def free_stretched(values: Float[np.ndarray, "picture row column channel"]) -> FreedFlow:
    """Give the flow of pictures with channels u, v and, if they have a third one, strain.

    Without strain the ratio is not known, and taken for 1.
    """
    span = values.max(axis=(1, 2)) - values.min(axis=(1, 2))
    unit = values / np.where(span > 0, span, 1.0)[:, None, None]
    u_v = unit[..., :2]
    if values.shape[3] > 2:  # noqa: PLR2004 - u, v and strain
        ratio, likeness = _ratios(u_v, unit[..., 2])
    else:
        ratio, likeness = np.ones(len(values)), np.full(len(values), np.nan)
    still = _still_cells(*values.shape[1:3])
    zero = np.median(u_v[:, still], axis=1)
    flow = u_v - zero[:, None, None]
    return FreedFlow(
        flow * np.stack([np.ones_like(ratio), ratio], 1)[:, None, None], ratio, likeness
    )


def _still_cells(rows: int, columns: int) -> Bool[np.ndarray, "row column"]:
    """Cells of the border and of the middle of the face, where the nose is."""
    still = np.zeros((rows, columns), np.bool_)
    still[[0, -1], :] = still[:, [0, -1]] = True
    (top, bottom), (left, right) = _NOSE_ROWS, _NOSE_COLUMNS
    still[int(top * rows) : int(bottom * rows), int(left * columns) : int(right * columns)] = True
    return still


def _ratios(
    u_v: Float[np.ndarray, "picture row column 2"], strain: Float[np.ndarray, "picture row column"]
) -> tuple[Float[np.ndarray, " picture"], Float[np.ndarray, " picture"]]:
    """Search the ratio at which the flow's own strain goes best with the one that is given."""
    slopes = np.stack([*np.gradient(u_v, axis=(1, 2))], axis=-1)  # (.., u or v, down or right)
    down, right = slopes[..., 0], slopes[..., 1]
    given = _centred(strain)

    def likeness(ratio: Float[np.ndarray, " picture"]) -> Float[np.ndarray, " picture"]:
        share = ratio[:, None, None]
        predicted = np.sqrt(
            right[..., 0] ** 2
            + (share * down[..., 1]) ** 2
            + 0.5 * (down[..., 0] + share * right[..., 1]) ** 2
        )
        alike: Float[np.ndarray, " picture"] = (_centred(predicted) * given).sum(axis=1)
        return alike

    count = len(u_v)
    centre, width = np.zeros(count), np.log(LARGEST_RATIO)
    for steps in (_STEPS, _FINE_STEPS):
        offsets = np.linspace(-width, width, steps)
        tried = np.stack([likeness(np.exp(centre + offset)) for offset in offsets])
        centre = centre + offsets[tried.argmax(axis=0)]
        width = offsets[1] - offsets[0]
    alike = tried.max(axis=0)
    sure = alike >= SURE_LIKENESS
    usual = float(np.median(centre[sure])) if sure.any() else 0.0
    return np.exp(np.where(sure, centre, usual)), alike


def _centred(field: Float[np.ndarray, "picture row column"]) -> Float[np.ndarray, "picture cell"]:
    flat = field.reshape(len(field), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    centred: Float[np.ndarray, "picture cell"] = flat / np.where(length > 0, length, 1.0)
    return centred
