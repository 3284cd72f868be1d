"""A clip plan, rendered: pictures of a face whose every movement is known."""

from collections.abc import Iterator

import numpy as np

from mien.core.arrays import ImageRgb
from mien.core.facs import Channel, channels_of
from mien.head import Head, au_delta, load_head
from mien.render import Portrait
from mien.synth.clip_plan import ClipPlan
from mien.synth.disturbance import disturbed_deltas


def _unit_deltas(head: Head, plan: ClipPlan, channels: tuple[Channel, ...]) -> np.ndarray:
    """Displacements of every channel that moves, disturbed; lids close as they are.

    Both sides of a unit share one disturbance field, as both halves of a face share a skull.
    """
    person = head.people[plan.person]
    rng = np.random.default_rng(plan.seed + 1)
    points = person.vertices_m.astype(np.float64)
    exact = np.stack([au_delta(head, channel) for channel in channels]).astype(np.float64)
    if plan.gain_sd == 0 and plan.turn_deg == 0:
        return exact
    changed = exact.copy()
    for au in sorted({channel.au for channel in channels} - {45}):
        mine = [i for i, channel in enumerate(channels) if channel.au == au]
        state = rng.integers(2**32)
        for index in mine:
            changed[index] = disturbed_deltas(
                points,
                exact[index][None],
                rng=np.random.default_rng(state),
                gain_sd=plan.gain_sd,
                turn_deg=plan.turn_deg,
            )[0]
    return changed


def render_clip(plan: ClipPlan) -> Iterator[ImageRgb]:
    """Render a plan frame by frame, with the sensor's noise.

    The same plan gives the same pictures. The truth is :meth:`ClipPlan.truth`.
    """
    head = load_head()
    truth = plan.truth()
    channels = plan.channels or channels_of(45)
    portrait = Portrait(
        head,
        head.people[plan.person],
        width_px=plan.size_px,
        height_px=plan.size_px,
        quality="fast",
        unit_deltas_m=_unit_deltas(head, plan, channels),
        view="face",
        seed=plan.seed,
    )
    rng = np.random.default_rng(plan.seed)
    shift_px, rotation = plan.head.at(truth.time.times_s)
    px_per_m = portrait.px_per_m
    for frame in range(truth.time.count):
        picture = portrait.frame(
            truth.activation[frame],
            head_rotation_rad=tuple(rotation[frame]),
            head_translation_m=(
                shift_px[frame, 0] / px_per_m,
                -shift_px[frame, 1] / px_per_m,
                0.0,
            ),
        )
        noisy = picture + rng.normal(0, plan.noise_sd, picture.shape)
        yield np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
