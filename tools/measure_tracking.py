"""Ask the face tracker about renders of all people, and write the table into the docs.

    python tools/measure_tracking.py --count 500 --out docs/evidence

Every picture shows somebody with up to three random action units, turned by up to 20 degrees, in
random light. Counted is in how many the tracker finds the face, and how far its landmarks lie from
the true ones, in shares of the distance between the eyes.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from witness.faces import Pose, Sitter, table

from mien.faces.search import FaceSearch
from mien.head import action_channels, load_head
from mien.render import light_named
from mien.store.atomic import write_text_atomic
from mien.store.models import resolve_models

SEED = 4411
LARGEST_TURN_RAD = np.radians(20.0)
SIZE_PX = 384
PER_SITTER = 5
EYES = np.array([[33, 133], [362, 263]])
OUTLINE = frozenset((
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
))  # fmt: skip
"""Landmarks where the face turns out of sight: no place on the skin."""

INNER = np.array([index for index in range(468) if index not in OUTLINE])


@dataclass(frozen=True)
class Outcome:
    """One picture."""

    person: str
    light: str
    quality: str
    turn_deg: float
    found: bool
    error: float
    """Median distance of the landmarks in eye distances; NaN when not found."""


CHANNELS = tuple(channel for channel in action_channels() if channel.au not in {43, 45, 46})

LIGHTS = ("soft", "rembrandt", "beauty", "overcast", "side")


def sit(job: tuple[int, str, int]) -> list[Outcome]:
    """Draw and find one person several times."""
    number, name, count = job
    rng = np.random.default_rng([SEED, number])
    quality = ("fast", "portrait")[number % 2]
    sitter = Sitter(load_head().person(name), size_px=SIZE_PX, quality=quality, seed=number)
    search = FaceSearch(resolve_models())
    return [_look(sitter, search, rng, quality) for _ in range(count)]


def _look(sitter: Sitter, search: FaceSearch, rng: np.random.Generator, quality: str) -> Outcome:
    chosen = rng.choice(len(CHANNELS), int(rng.integers(0, 4)), replace=False)
    activations = {CHANNELS[index]: float(rng.uniform(0.2, 0.8)) for index in chosen}
    turn = rng.uniform(-LARGEST_TURN_RAD, LARGEST_TURN_RAD, 3) * (1.0, 1.0, 0.5)
    light = str(rng.choice(LIGHTS))
    pose = Pose(activations, (float(turn[0]), float(turn[1]), float(turn[2])), light_named(light))
    true = sitter.landmarks_px(pose)
    found = search.faces(sitter.picture(pose), 0, tiles=True)
    error = float("nan")
    if found:
        eyes = np.linalg.norm(np.subtract(*true[EYES].mean(axis=1)))
        away = np.linalg.norm(found[0].mesh.points_px[INNER, :2] - true[INNER], axis=1)
        error = float(np.median(away) / eyes)
    degrees = float(np.degrees(np.abs(turn[:2]).max()))
    return Outcome(sitter.person.name, light, quality, degrees, bool(found), error)


def page(outcomes: list[Outcome]) -> str:
    """The page of the docs."""
    errors = np.array([one.error for one in outcomes if one.found])
    rows = []
    groups: list[tuple[str, list[Outcome]]] = [("all", outcomes)]
    groups += [(f"light: {light}", [o for o in outcomes if o.light == light]) for light in LIGHTS]
    groups += [
        (f"quality: {quality}", [o for o in outcomes if o.quality == quality])
        for quality in ("fast", "portrait")
    ]
    groups += [
        (f"turned {low} to {high} degrees", [o for o in outcomes if low <= o.turn_deg < high])
        for low, high in ((0, 7), (7, 14), (14, 21))
    ]
    for name, group in groups:
        mine = np.array([one.error for one in group if one.found])
        rows.append(
            [
                name,
                str(len(group)),
                str(sum(one.found for one in group)),
                f"{100 * np.median(mine):.1f} %",
                f"{100 * np.percentile(mine, 95):.1f} %",
            ]
        )
    people = {one.person for one in outcomes}
    worst = sorted(
        people,
        key=lambda name: -np.median([o.error for o in outcomes if o.person == name and o.found]),
    )[:3]
    return (
        "# The tracker on the built-in head\n\n"
        "Written by `tools/measure_tracking.py`; not edited by hand.\n\n"
        f"{len(outcomes)} pictures of {len(people)} people, up to three action units at .2 to .8, "
        "turned by up to 20 degrees (roll 10), five lights, both qualities. A distance is the "
        "median over the inner landmarks, in shares of the distance between the eyes. The true "
        "landmarks are points of the skin that were traced with the same tracker on neutral, "
        "frontal drawings, so the constant part of its bias is not in the figures.\n\n"
        + table(["pictures", "drawn", "found", "distance, median", "95 %"], rows)
        + f"\nMedian over all pictures: {100 * np.median(errors):.2f} %. Furthest off in the "
        f"median: {', '.join(worst)}.\n"
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    options = parser.parse_args()
    names = list(load_head().people)
    sitters = -(-options.count // PER_SITTER)
    jobs = [
        (number, names[number % len(names)], min(PER_SITTER, options.count - PER_SITTER * number))
        for number in range(sitters)
    ]
    with ProcessPoolExecutor(options.workers) as pool:
        outcomes = [one for found in pool.map(sit, jobs) for one in found]
    write_text_atomic(options.out / "tracking.md", page(outcomes))
    write_text_atomic(
        options.out / "tracking.json", json.dumps([asdict(o) for o in outcomes], indent=0) + "\n"
    )
    print(page(outcomes))


if __name__ == "__main__":
    main()
