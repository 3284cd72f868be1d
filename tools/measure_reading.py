"""Read 200 random clips with the recogniser, and write a table by action unit into the docs.

    python tools/measure_reading.py --clips 200 --out docs/evidence

Every clip shows somebody who is not in the recogniser's basis; each unit that is read by motion has
its turn, alone or with a usual companion, on both sides or on one. What is read is compared with
what was planted.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from witness.faces import table

from mien.core.facs import Channel, Side, action_unit, channels_of
from mien.core.track import EventKind
from mien.evaluation import match_events
from mien.head import load_head
from mien.pipeline.analysis import analyse_video
from mien.pipeline.settings import RunSettings
from mien.recognition.atoms import READ_UNITS
from mien.store.atomic import write_text_atomic
from mien.store.folders import cache_folder
from mien.synth.clip_plan import ClipPlan, HeadMotion, PlannedMovement
from mien.synth.footage import render_clip
from mien.video import write_video
from mien.work import Silent

SEED = 9157
COMPANIONS: dict[int, tuple[int, ...]] = {
    1: (2, 4), 2: (1, 5), 4: (7, 9), 5: (2,), 6: (12,), 7: (4,), 9: (4,), 10: (4,), 12: (6,),
    14: (17,), 15: (17,), 16: (25,), 17: (15, 24), 20: (25,), 25: (12,),
}  # fmt: skip
"""Units that often come together in people."""

ALONE = 0.6
ONE_SIDED = 0.2
MIN_OVERLAP = 0.4


@dataclass(frozen=True)
class Planted:
    """One unit of one planted movement, and what was read of it."""

    au: int
    clip: int
    peak: float
    event_found: bool
    named: bool
    first: bool
    """Whether it was planted alone or as the leading unit."""

    truth: list[float]
    read: list[float]


def plan(number: int) -> ClipPlan:
    """Plan one clip."""
    rng = np.random.default_rng([SEED, number])
    people = [person.name for person in load_head().people.values() if person.role == "held-out"]
    movements = []
    for turn, start_s in enumerate((rng.uniform(0.5, 0.7), rng.uniform(1.7, 1.9))):
        au = READ_UNITS[(2 * number + turn) % len(READ_UNITS)]
        units = (au,)
        if au in COMPANIONS and rng.random() > ALONE:
            units = (au, int(rng.choice(COMPANIONS[au])))
        channels = [channel for unit in units for channel in channels_of(unit)]
        if rng.random() < ONE_SIDED:
            side = Side.LEFT if rng.random() < 0.5 else Side.RIGHT  # noqa: PLR2004 - a coin
            channels = [c for c in channels if c.side in {side, Side.BOTH}]
        duration_s = rng.uniform(0.2, 0.4)
        movements.append(
            PlannedMovement(
                tuple(channels),
                float(rng.uniform(0.2, 0.5)),
                float(start_s),
                float(start_s + duration_s * rng.uniform(0.38, 0.5)),
                float(start_s + duration_s),
            )
        )
    return ClipPlan(
        person=people[number % len(people)],
        rate=Fraction(60),
        duration_s=2.8,
        movements=tuple(movements),
        head=HeadMotion(sway_px=rng.uniform(1, 3), seed=int(rng.integers(2**31))),
        size_px=352,
        gain_sd=0.0,
        turn_deg=0.0,
        seed=int(rng.integers(2**31)),
    )


def read(number: int) -> tuple[list[Planted], dict[int, float], list[int]]:
    """Draw, read and compare one clip.

    Returns:
        what was planted; by unit that was not, the largest activation read; units of false events.
    """
    made = plan(number)
    folder = cache_folder() / "measuring"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"reading-{SEED}-{number:03d}.mp4"
    write_video(path, render_clip(made), rate=made.rate, crf=1)
    analysis = analyse_video(path, RunSettings(), Silent())
    path.unlink()
    truth, track = made.truth(), analysis.track
    micro = truth.of_kind(EventKind.MICRO)
    matches, left = match_events(micro, track.of_kind(EventKind.MICRO), min_overlap=MIN_OVERLAP)
    times_s = truth.time.times_s

    def course(channel: Channel) -> np.ndarray:
        return np.interp(times_s, track.time.times_s, np.nan_to_num(track.column(channel)))

    found = []
    for match in matches:
        event = match.truth
        inside = (times_s >= event.onset_s - 0.15) & (times_s <= event.offset_s + 0.15)
        named = {unit.channel.au for unit in match.found.units} if match.found else set()
        for place, unit in enumerate(event.units):
            found.append(
                Planted(
                    au=unit.channel.au,
                    clip=number,
                    peak=unit.activation,
                    event_found=match.found is not None,
                    named=unit.channel.au in named,
                    first=place == 0,
                    truth=truth.column(unit.channel)[inside].tolist(),
                    read=course(unit.channel)[inside].tolist(),
                )
            )
    planted = {one.au for one in found}
    other = {
        au: max(float(course(channel).max()) for channel in channels_of(au))
        for au in READ_UNITS
        if au not in planted
    }
    return found, other, [unit.channel.au for event in left for unit in event.units]


def page(found: list[Planted], other: list[dict[int, float]], false: list[int], clips: int) -> str:
    """The page of the docs."""
    rows = []
    low = []
    for au in READ_UNITS:
        mine = [one for one in found if one.au == au]
        if not mine:
            continue
        truth = np.concatenate([one.truth for one in mine])
        measured = np.concatenate([one.read for one in mine])
        still = measured.std() == 0
        correlation = float("nan") if still else float(np.corrcoef(truth, measured)[0, 1])
        peaks = np.array([[one.peak, max(one.read)] for one in mine])
        gain = float((truth * measured).sum() / (truth**2).sum())
        unasked = [values[au] for values in other if au in values]
        if not correlation >= 0.8:  # noqa: PLR2004 - the bar, and NaN counts as below
            low.append(f"AU{au}")
        rows.append(
            [
                f"AU{au} {action_unit(au).name}",
                str(len(mine)),
                f"{100 * np.mean([one.event_found for one in mine]):.0f} %",
                f"{100 * np.mean([one.named for one in mine]):.0f} %",
                f"{correlation:.2f}",
                f"{gain:.2f}",
                f"{np.abs(peaks[:, 0] - peaks[:, 1]).mean():.2f}",
                f"{np.mean(unasked):.3f}",
            ]
        )
    return (
        "# Action units read from random clips\n\n"
        "Written by `tools/measure_reading.py`; not edited by hand.\n\n"
        f"{clips} clips of people who are not in the recogniser's basis, 60 frames per second, "
        "2.8 s, two planted movements of .2 to .4 s at .2 to .5, alone or with a usual companion, "
        "one in five on one side, head sway and sensor noise. *Found*: an event there; *named*: "
        "with this unit. Correlation, gain and the mean error of the peak are over all planted "
        "channels from .15 s before to .15 s after, found or not; *elsewhere* is the mean of the "
        "largest activation in clips where the unit was not planted. "
        f"False events: {len(false)} units.\n\n"
        + table(
            [
                "unit",
                "channels",
                "found",
                "named",
                "correlation",
                "gain",
                "peak error",
                "elsewhere",
            ],
            rows,
        )
        + (f"\nBelow .8: {', '.join(low)}.\n" if low else "\nNone is below .8.\n")
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    options = parser.parse_args()
    with ProcessPoolExecutor(options.workers) as pool:
        results = list(pool.map(read, range(options.clips)))
    found = [one for planted, _, _ in results for one in planted]
    text = page(
        found, [o for _, o, _ in results], [f for _, _, f in results for f in f], options.clips
    )
    write_text_atomic(options.out / "reading.md", text)
    write_text_atomic(
        options.out / "reading.json",
        json.dumps(
            [{k: v for k, v in asdict(o).items() if k not in {"truth", "read"}} for o in found],
            indent=0,
        )
        + "\n",
    )
    print(text)


if __name__ == "__main__":
    main()
