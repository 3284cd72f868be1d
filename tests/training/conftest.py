"""Clips with a plain truth for the tests of training."""

from collections.abc import Callable

import numpy as np
import pytest

from mien.datasets.clips import Clips, LabelledClips, Labels

MakeClips = Callable[..., LabelledClips]

UNITS = (1, 2, 4, 12)
CLASSES = ("surprise", "happiness")


def made_clips(count: int, *, seed: int = 0, size_px: int = 16, steps: int = 8) -> LabelledClips:
    """Upper half moves in surprise (AU 1 and 2), lower half in happiness (AU 4 and 12).

    The movement rises from onset to apex and falls to the offset, in brightness and in flow.
    """
    rng = np.random.default_rng(seed)
    emotion = np.arange(count) % 2
    units = np.zeros((count, len(UNITS)))
    units[emotion == 0] = (1, 1, 0, 0)
    units[emotion == 1] = (0, 0, 1, 1)
    onset, offset = rng.uniform(0.1, 0.3, count), rng.uniform(0.7, 0.9, count)
    apex = (onset + offset) / 2
    at = np.linspace(0, 1, steps)[None]
    height = 1 - np.abs(at - apex[:, None]) / (apex - onset)[:, None]
    course = np.clip(height, 0, 1)[:, :, None, None]
    rgb = rng.integers(95, 105, (count, steps, size_px, size_px, 3)).astype(np.float64)
    flow = rng.normal(0, 0.05, (count, steps, size_px, size_px, 3))
    image = rng.normal(0, 0.1, (count, 28, 28, 3))
    for clip, label in enumerate(emotion):
        half = slice(0, size_px // 2) if label == 0 else slice(size_px // 2, None)
        rgb[clip, :, half] += 80 * course[clip, :, :, :, None]
        flow[clip, :, half, :, 1] -= course[clip]
        image[clip, slice(0, 14) if label == 0 else slice(14, None), :, 1] -= 2.0
    times = np.stack([onset, apex, offset], axis=1)
    labels = Labels(CLASSES, emotion, UNITS, units, times, np.ones(count), 0.8 * units)
    clips = Clips(
        names=tuple(f"made/s{number % 4}/{number:02d}" for number in range(count)),
        subjects=tuple(f"made/s{number % 4}" for number in range(count)),
        arrays={
            "rgb": rgb.clip(0, 255).astype(np.uint8),
            "flow": flow.astype(np.float16),
            "flow_image": image.astype(np.float32),
        },
        rows=np.arange(count),
    )
    return LabelledClips(clips, labels)


@pytest.fixture
def make_clips() -> MakeClips:
    """Give :func:`made_clips`."""
    return made_clips
