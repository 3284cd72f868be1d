"""Measure how weak a movement is found in poor video, and write the table into the docs.

    python tools/measure_limits.py --people 2 --out docs/evidence

Every clip shows somebody who is not in the recogniser's basis with three brief movements of one
strength. It is drawn once without noise; noise, darkness and compression come on top.
"""

import argparse
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from witness.faces import table

from mien.core.arrays import ImageRgb
from mien.core.facs import channels_of
from mien.core.track import EventKind
from mien.directing import PlannedMovement
from mien.evaluation import match_events
from mien.head import load_head
from mien.pipeline.analysis import analyse_video
from mien.pipeline.settings import RunSettings
from mien.store.atomic import write_text_atomic
from mien.store.folders import cache_folder
from mien.synth.clip_plan import ClipPlan, HeadMotion
from mien.synth.footage import render_clip
from mien.video import write_video
from mien.work import Silent

SEED = 4177
RATE = Fraction(30)
STRENGTHS = (0.05, 0.1, 0.2, 0.4)
PLANTED = ((0.6, (1, 2)), (1.4, (4,)), (2.2, (12,)))
MIN_OVERLAP = 0.4


@dataclass(frozen=True)
class Condition:
    """How the clip was filmed and kept."""

    name: str
    size_px: int = 256
    light: float = 1.0
    noise_sd: float = 2.0
    crf: int = 12


CONDITIONS = (
    Condition("good: noise 2, crf 12, eyes 64 px apart"),
    Condition("eyes 90 px apart", size_px=360),
    Condition("eyes 40 px apart", size_px=160),
    Condition("noise 6", noise_sd=6.0),
    Condition("noise 12", noise_sd=12.0),
    Condition("noise 25", noise_sd=25.0),
    Condition("light a third, noise 25", light=0.3, noise_sd=25.0),
    Condition("crf 23", crf=23),
    Condition("crf 33", crf=33),
    Condition("crf 40", crf=40),
    Condition("crf 45", crf=45),
    Condition("light an eighth, noise 6, crf 30", light=0.12, noise_sd=6.0, crf=30),
)


@dataclass(frozen=True)
class Read:
    """What was read of one clip."""

    strength: float
    planted: int
    found: int
    named: int
    wrong: int
    smallest: float
    """Median over the units; NaN where nothing could be read."""

    told: bool
    """Whether mien said that it cannot tell micro-expressions, of all or of most units."""


def plan(person: str, strength: float, size_px: int, seed: int) -> ClipPlan:
    """Plan one clip."""
    return ClipPlan(
        person=person,
        rate=RATE,
        duration_s=3.0,
        movements=tuple(
            PlannedMovement(
                tuple(channel for au in units for channel in channels_of(au)),
                strength,
                onset_s,
                onset_s + 0.12,
                onset_s + 0.27,
            )
            for onset_s, units in PLANTED
        ),
        head=HeadMotion(sway_px=1.5 * size_px / 256, seed=seed),
        noise_sd=0.0,
        size_px=size_px,
        seed=seed,
    )


def read(made: ClipPlan, pictures: np.ndarray, strength: float, condition: Condition) -> Read:
    """Film, keep, read and compare one clip."""
    rng = np.random.default_rng([SEED, made.seed])

    def filmed(picture: ImageRgb) -> ImageRgb:
        noisy = condition.light * picture + rng.normal(0, condition.noise_sd, picture.shape)
        return np.asarray(np.clip(np.rint(noisy), 0, 255), np.uint8)

    folder = cache_folder() / "measuring"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"limits-{SEED}.mp4"
    write_video(path, (filmed(one) for one in pictures), rate=RATE, crf=condition.crf)
    analysis = analyse_video(path, RunSettings(use_cache=False), Silent())
    path.unlink()
    planted = made.truth().of_kind(EventKind.MICRO)
    matches, wrong = match_events(
        planted, analysis.track.of_kind(EventKind.MICRO), min_overlap=MIN_OVERLAP
    )
    hits = [match for match in matches if match.found is not None]
    named = [
        match
        for match in hits
        if match.found is not None
        and match.found.units[0].channel in {unit.channel for unit in match.truth.units}
    ]
    smallest = analysis.face.reading.smallest if analysis.face is not None else {}
    return Read(
        strength=strength,
        planted=len(planted),
        found=len(hits),
        named=len(named),
        wrong=len(wrong),
        smallest=float(np.median(list(smallest.values()))) if smallest else float("nan"),
        told=any(
            one.startswith(("Cannot tell micro-expressions: ", "Cannot tell from 0.00"))
            for one in analysis.warnings
        )
        or analysis.face is None,
    )


def row(condition: Condition, reads: list[Read]) -> list[str]:
    """One condition as a row."""
    known = [one.smallest for one in reads if np.isfinite(one.smallest)]
    cells = [condition.name, f"{np.median(known):.2f}" if known else "nothing is read"]
    for strength in STRENGTHS:
        mine = [one for one in reads if one.strength == strength]
        cells.append(f"{sum(one.found for one in mine)} of {sum(one.planted for one in mine)}")
    hits = sum(one.found for one in reads)
    cells.append(f"{sum(one.named for one in reads)} of {hits}")
    cells.append(str(sum(one.wrong for one in reads)))
    cells.append(f"{sum(one.told for one in reads)} of {len(reads)}")
    return cells


def page(rows: list[list[str]], clips: int) -> str:
    """The page of the docs."""
    strengths = ", ".join(f"{one:g}" for one in STRENGTHS)
    return (
        "# How weak a movement is found in poor video\n\n"
        "Written by `tools/measure_limits.py`; not edited by hand.\n\n"
        f"{clips} clips a condition of people who are not in the recogniser's basis, 30 frames per "
        "second, 3 s, head sway, three movements of .27 s each (1+2, 4, 12) at one strength "
        f"({strengths}). What a row does not name is as in the first. *Smallest* is what mien says "
        "of the video: the activation from which on a movement would be found, median over the "
        "units and clips; its units are more than the three that were planted, and most of them "
        "move less skin. *Named*: of the movements found, those whose first unit is a planted one. "
        "*Told*: clips of which mien says that micro-expressions cannot be told.\n\n"
        + table(
            [
                "condition",
                "smallest",
                *(f"found at {one:g}" for one in STRENGTHS),
                "named",
                "false events",
                "told",
            ],
            rows,
        )
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    options = parser.parse_args()
    people = [person.name for person in load_head().people_of("held-out")][: options.people]
    reads: dict[str, list[Read]] = {condition.name: [] for condition in CONDITIONS}
    for size_px in sorted({condition.size_px for condition in CONDITIONS}):
        for number, person in enumerate(people):
            for strength in STRENGTHS:
                made = plan(person, strength, size_px, SEED + number)
                pictures = np.stack(list(render_clip(made)))
                for condition in CONDITIONS:
                    if condition.size_px == size_px:
                        reads[condition.name].append(read(made, pictures, strength, condition))
    rows = [row(condition, reads[condition.name]) for condition in CONDITIONS]
    text = page(rows, len(people) * len(STRENGTHS))
    write_text_atomic(options.out / "limits.md", text)
    print(text)


if __name__ == "__main__":
    main()
