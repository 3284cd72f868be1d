"""A few thousand flow images or volumes at once, straight from the geometry: a matrix product."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float32, UInt8

from mien.head import load_head
from mien.synth.disturbance import smooth_noise
from mien.synth.expressions import Expression, ExpressionSource
from mien.synth.footage_plan import seed_of_person
from mien.synth.motion_fields import GRID, FaceView, MotionFields, motion_fields
from mien.synth.motion_options import MotionOptions
from mien.synth.shapes import footage_channels, shape_units, shape_weights

_GAIN_SD, _TURN_RAD = 0.25, np.radians(12.0)
_CELL_M = 0.0063  # of the face, about
_NOISE_CELLS = 1.6  # over which the noise of flow is alike
_DISTANCE_M = (0.5, 2.5)
_BLINK, _MOST_CLOSED = 45, 0.5
_MARGIN = (0.05, 0.6)  # of rest before and after a whole course, against its length


@dataclass(frozen=True)
class MotionShard:
    """Flow from onset to apex, as u, v and strain, with what was drawn."""

    flow: np.ndarray
    """(image, 28, 28, 3) or (volume, frame, 28, 28, 3) float16: u (right), v (down), strain.
    Pixels of an aligned face of 256 px, and their change per cell; 0 where no skin is seen."""

    activation: Float32[np.ndarray, "sample channel"]
    """At the apex, in the order of the channels."""

    person: tuple[str, ...]
    view: np.ndarray
    """Number of the view within the shard."""

    views: tuple[FaceView, ...]
    expressions: tuple[Expression, ...]
    noise_px: Float32[np.ndarray, " sample"]
    head_px: Float32[np.ndarray, "sample mode"]
    """Rigid motion that the alignment left, pixels in the mean of each mode."""

    times: Float32[np.ndarray, "sample 3"]
    """Onset, apex and offset of a whole course, in 0..1 of the volume; NaN otherwise."""

    pictures: UInt8[np.ndarray, "sample 2 56 56"] | None = None
    """The face at rest and in the last frame, where they are kept."""


@dataclass(frozen=True)
class DrawnSamples:
    """What every sample of a shard shows, and in whose view."""

    people: tuple[str, ...]
    """Of each view."""

    view: np.ndarray
    """Of each sample, rising."""

    expressions: tuple[Expression, ...]
    activation: Float32[np.ndarray, "sample channel"]
    shares: Float32[np.ndarray, "sample frame"]
    """How far each sample is at each frame, 0..1 of its activation."""

    times: Float32[np.ndarray, "sample 3"]


def drawn_samples(
    options: MotionOptions, kind: str, count: int, rng: np.random.Generator
) -> DrawnSamples:
    """Draw people, expressions and courses."""
    people = options.people or tuple(load_head().people)
    owner = rng.integers(len(people), size=options.views_per_shard)
    source = ExpressionSource(
        options.prior, options.emotions, options.units, options.side, options.intensity
    )
    expressions = tuple(
        source.draw_free(rng)
        if options.free_share and rng.uniform() < options.free_share
        else source.draw(rng)
        for _ in range(count)
    )
    activation = _activation(options, expressions, rng)
    times = np.full((count, 3), np.nan, np.float32)
    frames = 1 if kind == "image" else options.volume_frames
    if options.course == "whole" and kind == "volume":
        times = _moments(expressions, rng)
        shares = _whole_courses(frames, times, rng)
    else:
        shares = _courses(frames, count, rng)
    return DrawnSamples(
        people=tuple(people[int(index)] for index in owner),
        # Samples of one view follow each other; the order of the table is that of the shard.
        view=np.sort(rng.integers(options.views_per_shard, size=count)),
        expressions=expressions,
        activation=activation,
        shares=shares,
        times=times,
    )


def draw_shard(options: MotionOptions, kind: str, number: int, count: int) -> MotionShard:
    """Draw one shard of ``image`` or ``volume``; it depends on nothing but its number."""
    rng = np.random.default_rng((options.seed, 3 if kind == "image" else 4, number))
    samples = drawn_samples(options, kind, count, rng)
    views = tuple(drawn_view(options, rng) for _ in range(options.views_per_shard))
    head_px = (options.head_motion_px * rng.standard_normal((count, 6))).astype(np.float32)
    noise_px = (options.noise_px * np.exp(0.5 * rng.standard_normal(count))).astype(np.float32)
    blur = rng.uniform(0.3, 1.0, len(views))
    frames = samples.shares.shape[1]
    u_v = np.empty((count, frames, GRID, GRID, 2), np.float32)
    seen = np.empty((count, GRID, GRID), np.bool_)
    for index, one in enumerate(views):
        mine = np.flatnonzero(samples.view == index)
        name = samples.people[index]
        fields = motion_fields(load_head(), load_head().person(name), one, blur_cells=blur[index])
        shapes = _own_shapes(fields, seed_of_person(options.seed, name), rng)
        u_v[mine] = risen(samples.activation[mine], samples.shares[mine], shapes)
        u_v[mine] += _moved(head_px[mine], _steady(frames, len(mine)), fields.rigid_px)
        seen[mine] = fields.seen
    _add_noise(u_v, noise_px, rng)
    u_v *= seen[:, None, :, :, None]
    flow = np.concatenate((u_v, _strain(u_v, seen)[..., None]), axis=-1).astype(np.float16)
    return MotionShard(
        flow=flow[:, 0] if kind == "image" else flow,
        activation=samples.activation,
        person=tuple(samples.people[index] for index in samples.view),
        view=samples.view,
        views=views,
        expressions=samples.expressions,
        noise_px=noise_px,
        head_px=head_px,
        times=samples.times,
    )


def _activation(
    options: MotionOptions, expressions: tuple[Expression, ...], rng: np.random.Generator
) -> Float32[np.ndarray, "sample channel"]:
    channels = footage_channels()
    activation = np.zeros((len(expressions), len(channels)), np.float32)
    for row, drawn in enumerate(expressions):
        for channel, peak in zip(drawn.channels, drawn.peaks, strict=True):
            activation[row, channels.index(channel)] = peak
    if options.unit_spread:
        units = np.array([channel.au for channel in channels])
        alone = rng.standard_normal((len(activation), units.max() + 1))[:, units]
        factor = np.exp(options.unit_spread * alone - options.unit_spread**2 / 2)
        low, high = options.intensity
        moved = np.clip(activation * factor, low, high).astype(np.float32)
        activation = np.where(activation > 0, moved, 0).astype(np.float32)
    if options.blink_share:
        lids = [column for column, channel in enumerate(channels) if channel.au == _BLINK]
        closing = rng.uniform(0, _MOST_CLOSED, len(activation))
        closing *= rng.uniform(size=len(activation)) < options.blink_share
        activation[:, lids] = closing[:, None]
    return activation


def drawn_view(options: MotionOptions, rng: np.random.Generator) -> FaceView:
    """Draw how a face is held and cut out."""
    pitch, yaw, roll = np.radians(options.turn_deg) * rng.standard_normal(3) * (0.75, 1, 0.33)
    jitter = options.crop_jitter * rng.standard_normal(4)
    return FaceView(
        rotation_rad=(float(pitch), float(yaw), float(roll)),
        distance_m=float(np.exp(rng.uniform(*np.log(_DISTANCE_M)))),
        zoom=float(np.exp(1.5 * jitter[0])),
        shift=(float(jitter[1]), float(jitter[2])),
        roll_rad=float(jitter[3]),
    )


@lru_cache(maxsize=1)
def _cell_places() -> np.ndarray:
    y, x = np.mgrid[:GRID, :GRID].astype(np.float64) * _CELL_M
    return np.stack((x, y, np.zeros_like(x)), axis=-1).reshape(-1, 3)


@lru_cache(maxsize=64)
def _own_waves(person_seed: int) -> Float32[np.ndarray, "unit gain_and_turn row column"]:
    """Draw how one person's shapes differ from the head's, unit by unit."""
    return _waves(np.random.default_rng(person_seed))


def _waves(rng: np.random.Generator) -> Float32[np.ndarray, "unit gain_and_turn row column"]:
    units = len(set(shape_units()))
    drawn = [smooth_noise(_cell_places(), scale_m=0.05, rng=rng) for _ in range(2 * units)]
    return np.stack(drawn).reshape(units, 2, GRID, GRID).astype(np.float32)


def _own_shapes(
    fields: MotionFields, person_seed: int, rng: np.random.Generator
) -> Float32[np.ndarray, "shape row column 2"]:
    """Change every shape by a smooth gain and turn, as people differ from any set of shapes.

    Half of the difference is the person's, half changes with the view: poses change shapes too.
    """
    waves = (_own_waves(person_seed) + _waves(rng)) / np.float32(np.sqrt(2))
    factor = np.exp(np.float32(_GAIN_SD) * waves[:, 0])
    angle = np.float32(_TURN_RAD) * waves[:, 1]
    cosine, sine = factor * np.cos(angle), factor * np.sin(angle)
    units = sorted(set(shape_units()))
    unit = [units.index(one) for one in shape_units()]
    u, v = fields.shapes_px[..., 0], fields.shapes_px[..., 1]
    return np.stack((cosine[unit] * u - sine[unit] * v, sine[unit] * u + cosine[unit] * v), axis=-1)


def _courses(
    frames: int, count: int, rng: np.random.Generator
) -> Float32[np.ndarray, "sample frame"]:
    """Rise of each sample from onset to apex: half a cosine, a little early or late."""
    early = np.exp(0.15 * rng.standard_normal(count))
    part = np.linspace(1 / frames, 1, frames) if frames > 1 else np.ones(1)
    return (0.5 - 0.5 * np.cos(np.pi * part[None] ** early[:, None])).astype(np.float32)


def _moments(
    expressions: tuple[Expression, ...], rng: np.random.Generator
) -> Float32[np.ndarray, "sample 3"]:
    """Place onset, apex and offset of each sample in a window around the whole of it."""
    rise_s = np.array([one.onset_apex_s for one in expressions])
    whole_s = rise_s + np.array([one.apex_offset_s for one in expressions])
    before, after = rng.uniform(*_MARGIN, (2, len(expressions))) * whole_s
    at = np.stack([before, before + rise_s, before + whole_s], axis=1)
    moments: Float32[np.ndarray, "sample 3"] = (at / (before + whole_s + after)[:, None]).astype(
        np.float32
    )
    return moments


def _whole_courses(
    frames: int, moments: Float32[np.ndarray, "sample 3"], rng: np.random.Generator
) -> Float32[np.ndarray, "sample frame"]:
    """Rise and fall of each sample: half a cosine each, a little early or late."""
    early = np.exp(0.15 * rng.standard_normal((len(moments), 2)))
    at = np.linspace(0, 1, frames)[None]
    onset, apex, offset = (moments[:, [column]] for column in range(3))
    rise = np.clip((at - onset) / (apex - onset), 0, 1) ** early[:, :1]
    fall = np.clip((offset - at) / (offset - apex), 0, 1) ** early[:, 1:]
    height = np.where(at < apex, rise, fall)
    course: Float32[np.ndarray, "sample frame"] = (0.5 - 0.5 * np.cos(np.pi * height)).astype(
        np.float32
    )
    return course


def _steady(frames: int, count: int) -> Float32[np.ndarray, "sample frame"]:
    part = np.linspace(1 / frames, 1, frames) if frames > 1 else np.ones(1)
    steady: Float32[np.ndarray, "sample frame"] = np.broadcast_to(
        part.astype(np.float32), (count, frames)
    )
    return steady


def risen(
    activation: Float32[np.ndarray, "sample channel"],
    shares: Float32[np.ndarray, "sample frame"],
    fields: Float32[np.ndarray, "shape row column 2"],
) -> Float32[np.ndarray, "sample frame row column 2"]:
    """Move faces by the share of their activation that each frame has reached.

    Correctives follow the units of the frame: half way up the one of two units is at a quarter.
    """
    course = activation[:, None] * shares[:, :, None]
    weights = shape_weights(footage_channels(), course.reshape(-1, course.shape[-1]))
    moved: Float32[np.ndarray, "sample frame row column 2"] = (
        weights.astype(np.float32) @ fields.reshape(len(fields), -1)
    ).reshape(*shares.shape, GRID, GRID, 2)
    return moved


def _moved(
    weights: Float32[np.ndarray, "sample field"],
    shares: Float32[np.ndarray, "sample frame"],
    fields: Float32[np.ndarray, "field row column 2"],
) -> Float32[np.ndarray, "sample frame row column 2"]:
    whole = (weights @ fields.reshape(len(fields), -1)).reshape(len(weights), 1, GRID, GRID, 2)
    moved: Float32[np.ndarray, "sample frame row column 2"] = whole * shares[:, :, None, None, None]
    return moved


def _add_noise(
    u_v: Float32[np.ndarray, "sample frame row column 2"],
    noise_px: Float32[np.ndarray, " sample"],
    rng: np.random.Generator,
) -> None:
    """Add noise that is alike in neighbouring cells, as that of dense flow is."""
    kernel = _kernel()
    for first in range(0, len(u_v), 512):
        part = u_v[first : first + 512]
        raw = rng.standard_normal(part.shape, np.float32)
        smooth = np.einsum("ij,sfjkc->sfikc", kernel, raw, optimize=True)
        smooth = np.einsum("ij,sfkjc->sfkic", kernel, smooth, optimize=True)
        part += smooth * noise_px[first : first + 512, None, None, None, None]


@lru_cache(maxsize=1)
def _kernel() -> Float32[np.ndarray, "row other"]:
    """Give a matrix that smooths along one side and keeps the standard deviation at 1."""
    place = np.arange(GRID)
    kernel = np.exp(-((place[:, None] - place) ** 2) / (2 * (_NOISE_CELLS / np.sqrt(2)) ** 2))
    kernel /= np.sqrt((kernel**2).sum(axis=1, keepdims=True))
    smoothing: Float32[np.ndarray, "row other"] = kernel.astype(np.float32)
    return smoothing


def _strain(
    u_v: Float32[np.ndarray, "sample frame row column 2"], seen: np.ndarray
) -> Float32[np.ndarray, "sample frame row column"]:
    """Size of the infinitesimal strain: how the skin is stretched and sheared, whatever moves it.

    Differences reach over one cell on both sides, and stop at the rim of the seen skin.
    """
    strain = np.empty(u_v.shape[:-1], np.float32)
    for first in range(0, len(u_v), 512):
        part = slice(first, first + 512)
        x = _difference(u_v[part], seen[part], axis=3)
        y = _difference(u_v[part], seen[part], axis=2)
        shear = 0.5 * (y[..., 0] + x[..., 1])
        strain[part] = np.sqrt(x[..., 0] ** 2 + y[..., 1] ** 2 + 2 * shear**2)
    return strain


def _difference(
    field: Float32[np.ndarray, "sample frame row column 2"], seen: np.ndarray, axis: int
) -> Float32[np.ndarray, "sample frame row column 2"]:
    change = np.zeros_like(field)
    inner = [slice(None)] * 5
    low, high = list(inner), list(inner)
    inner[axis], low[axis], high[axis] = slice(1, -1), slice(None, -2), slice(2, None)
    change[tuple(inner)] = 0.5 * (field[tuple(high)] - field[tuple(low)])
    whole = np.zeros(seen.shape, np.bool_)
    cut = [slice(None)] * 3
    low3, high3 = list(cut), list(cut)
    cut[axis - 1], low3[axis - 1], high3[axis - 1] = slice(1, -1), slice(None, -2), slice(2, None)
    whole[tuple(cut)] = seen[tuple(low3)] & seen[tuple(high3)] & seen[tuple(cut)]
    change *= whole[:, None, :, :, None]
    return change
