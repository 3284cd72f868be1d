"""Flow pictures as they circulate, drawn from the head with known truth: to measure reading."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, UInt8

from mien.motion import optical_strain
from mien.recognition.atoms import READ_UNITS
from mien.recognition.canonical import Placement
from mien.store.atomic import write_bytes_atomic, write_text_atomic
from mien.synth.motion_options import MotionOptions
from mien.synth.motion_shard import draw_shard

BACKGROUND_PX = 0.03
"""Standard deviation of what flow shows everywhere, beside the noise that the face has."""


@dataclass(frozen=True)
class DrawnFlow:
    """Flow on the canonical face, in pixels, with what was drawn."""

    flow: Float32[np.ndarray, "picture 28 28 2"]
    units: Float[np.ndarray, "picture unit"]
    """1 or 0 for each of ``READ_UNITS``."""

    unit_sets: tuple[tuple[int, ...], ...]
    emotions: tuple[str, ...]
    people: tuple[str, ...]


def draw_flow(prior: str, count: int, *, people: int = 20, seed: int = 0) -> DrawnFlow:
    """Draw flow of people whom nothing was made from, with the units that go together in a prior.

    Args:
        prior: label statistics that the units are drawn by.
        count: pictures.
        people: of them.
        seed: of everything.
    """
    names = tuple(f"seed-{1000 * (seed + 1) + number}" for number in range(people))
    options = MotionOptions(
        images=count, volumes=0, prior=prior, people=names, views_per_shard=2 * people, seed=seed
    )
    shard = draw_shard(options, "image", 0, count)
    sets = tuple(tuple(one.units) for one in shard.expressions)
    return DrawnFlow(
        flow=shard.flow[..., :2].astype(np.float32),
        units=np.array([np.isin(READ_UNITS, one) for one in sets], np.float64),
        unit_sets=sets,
        emotions=tuple(one.emotion for one in shard.expressions),
        people=shard.person,
    )


def seen_in(
    flow: Float32[np.ndarray, "picture 28 28 2"], placement: Placement, *, seed: int = 0
) -> Float32[np.ndarray, "picture 28 28 3"]:
    """Cut the face out otherwise: u, v and strain in pixels, as a picture so placed shows it."""
    (wide, high), (right, down) = placement.stretch, placement.shift
    back = Placement((1 / wide, 1 / high), (-right / wide, -down / high))
    shown = back.canonical(flow).astype(np.float32)
    rng = np.random.default_rng((seed, 17))
    shown += np.float32(BACKGROUND_PX) * rng.standard_normal(shown.shape, np.float32)
    return np.concatenate([shown, optical_strain(shown)[..., None]], axis=-1)


def stretched8(
    values: Float32[np.ndarray, "picture row column channel"],
) -> UInt8[np.ndarray, "picture row column channel"]:
    """Stretch each channel of each picture to its own minimum and maximum, in 8 bit."""
    low = values.min(axis=(1, 2), keepdims=True)
    span = values.max(axis=(1, 2), keepdims=True) - low
    grey: UInt8[np.ndarray, "picture row column channel"] = np.rint(
        (values - low) / np.where(span > 0, span, 1) * 255
    ).astype(np.uint8)
    return grey


@dataclass(frozen=True)
class DrawnCorpus:
    """Pictures of one corpus."""

    name: str
    drawn: DrawnFlow
    grey: UInt8[np.ndarray, "picture row column 3"]
    """u, v, strain."""


def write_drawn_corpora(folder: Path, corpora: Sequence[DrawnCorpus]) -> Path:
    """Write PNG files with a blank before the suffix, as some circulate, and their manifest.

    Returns:
        the manifest.

    Raises:
        OutputError: a file cannot be written.
    """
    import cv2

    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("image", "dataset", "subject", "emotion", "AUs", "channels", "scaling"))
    for corpus in corpora:
        for number, grey in enumerate(corpus.grey):
            name = f"{corpus.name}_{number:03d}"
            _, data = cv2.imencode(".png", np.ascontiguousarray(grey[..., ::-1]))
            write_bytes_atomic(folder / f"{name} .png", data.tobytes())
            units = "+".join(map(str, corpus.drawn.unit_sets[number])) or "0"
            table.writerow(
                (
                    *(f"{name}.png", corpus.name, corpus.drawn.people[number]),
                    *(corpus.drawn.emotions[number], units, "BGR: strain v u", "minmax8"),
                )
            )
    write_text_atomic(folder / "manifest.csv", text.getvalue())
    return folder / "manifest.csv"
