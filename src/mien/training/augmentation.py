"""Changes of a clip that leave its meaning: other cuts of time, a mirror, other light, a shift."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from pydantic import ConfigDict, with_config

from mien.core.errors import UsageError
from mien.training.clip_tensors import Planes

PICTURES = frozenset({"rgb"})
"""Arrays that hold light; all others hold motion."""

OVER_TIME = frozenset({"rgb", "flow"})
"""Arrays whose first axis is time."""

_BRIGHTEST = 255.0


@with_config(ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True))
@dataclass(frozen=True)
class AugmentationSettings:
    """How far clips are changed while the network learns; all 0 for not at all."""

    crop: bool = False
    """Whether the clip is cut anew in time, anywhere before its onset and behind its offset, so
    that the times are not always the same (facts of the study II.4, 12)."""

    hold: float = 0.0
    """Longest time, in lengths of the clip, for which the face is held still before or behind it;
    needs ``crop`` (not in the paper)."""

    flip: bool = False
    """Whether every second clip is mirrored. Units of the labels have no side, so they stay (not in
    the paper)."""

    brightness: float = 0.0
    """Largest share by which pictures become brighter or darker, 0..1 (not in the paper)."""

    shift_px: int = 0
    """Largest shift in each direction, in px of the largest array of the input (not in the
    paper)."""

    def __post_init__(self) -> None:
        """Refuse changes that would leave nothing of a clip."""
        if not 0 <= self.hold <= 1 or not 0 <= self.brightness < 1 or self.shift_px < 0:
            msg = (
                "Expected hold in 0..1, brightness in 0..1 and shift_px of at least 0, but got "
                f"{self.hold}, {self.brightness} and {self.shift_px}."
            )
            raise UsageError(msg)
        if self.hold and not self.crop:
            msg = f"Expected no hold without crop, but got {self.hold}. Switch crop on."
            raise UsageError(msg)


def augmented(
    planes: dict[str, Planes],
    times: Float[np.ndarray, " 3"],
    settings: AugmentationSettings,
    rng: np.random.Generator,
) -> tuple[dict[str, Planes], Float[np.ndarray, " 3"]]:
    """Change one clip at random, all its arrays alike; give it with its times."""
    if settings.crop and any(name in OVER_TIME for name in planes):
        start, end = random_cut(times, settings.hold, rng)
        planes = {
            name: cut_anew(values, start, end) if name in OVER_TIME else values
            for name, values in planes.items()
        }
        times = (times - start) / (end - start)
    if settings.flip and rng.random() < 0.5:  # noqa: PLR2004 - every second
        planes = {name: mirrored(values, name) for name, values in planes.items()}
    if settings.brightness:
        factor = 1 + rng.uniform(-settings.brightness, settings.brightness)
        planes = {
            name: brightened(values, factor) if name in PICTURES else values
            for name, values in planes.items()
        }
    if settings.shift_px:
        down, right = rng.integers(-settings.shift_px, settings.shift_px, 2, endpoint=True)
        side = max(values.shape[-2] for values in planes.values())
        planes = {
            name: shifted(
                values,
                round(down * values.shape[-2] / side),
                round(right * values.shape[-2] / side),
            )
            for name, values in planes.items()
        }
    return planes, times


def random_cut(
    times: Float[np.ndarray, " 3"], hold: float, rng: np.random.Generator
) -> tuple[float, float]:
    """Draw a new start and end of a clip in its own 0..1, with onset and offset inside.

    Without a coded onset nothing is cut off in front, without a coded offset nothing behind.
    """
    onset = times[0] if np.isfinite(times[0]) else 0.0
    offset = times[2] if np.isfinite(times[2]) else 1.0
    return float(rng.uniform(-hold, onset)), float(rng.uniform(offset, 1 + hold))


def cut_anew(values: Planes, start: float, end: float) -> Planes:
    """Resample a clip from ``start`` to ``end`` of its 0..1, linearly, in as many steps.

    Before its first and behind its last picture these are held. Flow keeps the first picture of
    the clip as its reference: the face hardly moves before the onset.

    >>> ramp = np.arange(5.0).reshape(5, 1, 1, 1)
    >>> cut_anew(ramp, 0.5, 1.0).ravel().tolist()
    [2.0, 2.5, 3.0, 3.5, 4.0]
    """
    steps = len(values)
    at = np.clip(np.linspace(start, end, steps) * (steps - 1), 0, steps - 1)
    before = np.minimum(np.floor(at).astype(np.int64), steps - 2)
    share = (at - before).astype(values.dtype)[:, None, None, None]
    resampled: Planes = values[before] * (1 - share) + values[before + 1] * share
    return resampled


def mirrored(values: Planes, name: str) -> Planes:
    """Swap left and right; motion to the right becomes motion to the left."""
    turned = np.ascontiguousarray(values[..., ::-1, :])
    if name not in PICTURES:
        turned[..., 0] *= -1
    return turned


def brightened(values: Planes, factor: float) -> Planes:
    """Multiply light, within what a picture can hold."""
    return np.clip(values * np.float32(factor), 0, _BRIGHTEST)


def shifted(values: Planes, down: int, right: int) -> Planes:
    """Move a clip by whole pixels; what comes in repeats the rim."""
    rows, columns = values.shape[-3:-1]
    from_row = np.clip(np.arange(rows) - down, 0, rows - 1)
    from_column = np.clip(np.arange(columns) - right, 0, columns - 1)
    moved: Planes = values[..., from_row[:, None], from_column[None, :], :]
    return moved
