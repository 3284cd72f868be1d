"""Measure how far a turned head is found to be turned, and how a held frown is read.

python tools/measure_pose_and_rest.py --people 6 --out docs/evidence
"""

import argparse
from fractions import Fraction
from pathlib import Path

import numpy as np
from witness.faces import table

from mien.core.arrays import ImageRgb
from mien.core.facs import channels_of
from mien.faces import FaceTracker, head_pose, resolve_models, turn_from_camera
from mien.head import load_head
from mien.head.pose import HeadPose
from mien.pipeline.analysis import analyse_video
from mien.pipeline.settings import RunSettings
from mien.render import Light
from mien.store.atomic import write_text_atomic
from mien.store.folders import cache_folder
from mien.synth.footage import pictures, stage_of_person
from mien.synth.sensor import Sensor
from mien.synth.shapes import shape_weights
from mien.video import write_video
from mien.work import Silent

SEED = 3
SIZE_PX = 256
RATE = Fraction(25)
FRAMES = 30
FROWN = 0.4
TURNS_DEG = (0, 15, 25, 30, 35, 40, 45)
SETTLING = 4


def footage(
    person: str, frown: float, turns_rad: list[tuple[float, float, float]]
) -> list[ImageRgb]:
    """Draw a person with a lowered brow in the given poses."""
    stage = stage_of_person(person, SIZE_PX, "fast", SEED, mismatch=False)
    weights = shape_weights(channels_of(4), np.full((len(turns_rad), 2), frown))
    poses = [
        (weights[frame], HeadPose(turn, (0.0, 0.0, 0.0)), np.zeros((2, 2)))
        for frame, turn in enumerate(turns_rad)
    ]
    rng = np.random.default_rng(SEED)
    return list(pictures(stage, poses, light=Light(), sensor=Sensor(noise_sd=2.0), rng=rng))


def found_turns(person: str) -> list[list[float]]:
    """Turn from the picture alone, and from depth too, of yaw, then of pitch; NaN unseen."""
    models = resolve_models()
    rows = []
    for pitch, yaw in ((0.0, 1.0), (1.0, 0.0)):
        alone, with_depth = [], []
        for degrees in TURNS_DEG:
            angle = float(np.radians(degrees))
            (picture,) = footage(person, 0.0, [(pitch * angle, yaw * angle, 0.0)])
            tracker = FaceTracker(models)
            for index in range(SETTLING):
                tracker.update(picture, index / 30)
            tracks = tracker.tracks()
            points = tracks[0].landmarks_px[-1:] if tracks else np.full((1, 478, 3), np.nan)
            points = points.astype(np.float32)
            alone.append(float(np.degrees(turn_from_camera(points)[0])))
            rotation = np.degrees(head_pose(points)[0])
            with_depth.append(float(np.hypot(rotation[0], rotation[1])))
        rows += [alone, with_depth]
    return rows


def frowns(person: str) -> list[float]:
    """Larger side of AU4 in the median: frown without and with a neutral face, rest with one."""
    folder = cache_folder() / "measuring"
    folder.mkdir(parents=True, exist_ok=True)
    sway = [(0.02 * np.sin(frame / 8), 0.03 * np.sin(frame / 6), 0.0) for frame in range(FRAMES)]
    paths = {name: folder / f"rest-{SEED}-{name}.mp4" for name in ("frown", "rest", "neutral")}
    write_video(paths["frown"], iter(footage(person, FROWN, sway)), rate=RATE)
    write_video(paths["rest"], iter(footage(person, 0.0, sway[::-1])), rate=RATE)
    write_video(paths["neutral"], iter(footage(person, 0.0, sway[:8])), rate=RATE)
    found = []
    for name, neutral in (("frown", None), ("frown", "neutral"), ("rest", "neutral")):
        settings = RunSettings(neutral=paths[neutral] if neutral else None, use_cache=False)
        track = analyse_video(paths[name], settings, Silent()).track
        found.append(max(float(np.nanmedian(track.column(channel))) for channel in channels_of(4)))
    for path in paths.values():
        path.unlink()
    return found


def page(turns: np.ndarray, held: np.ndarray, people: list[str]) -> str:
    """The page of the docs."""
    names = (
        "yaw, from the picture alone",
        "yaw, with the network's depth",
        "nod, from the picture alone",
        "nod, with the network's depth",
    )

    def span(values: np.ndarray) -> str:
        known = values[np.isfinite(values)]
        return f"{known.min():.0f} to {known.max():.0f}" if len(known) else "not found"

    turn_rows = [
        [name, *(span(turns[:, place, column]) for column in range(len(TURNS_DEG)))]
        for place, name in enumerate(names)
    ]
    held_rows = [
        [person, *(f"{value:.2f}" for value in row)]
        for person, row in zip(people, held, strict=True)
    ]
    return (
        "# Turned heads and held frowns\n\n"
        "Written by `tools/measure_pose_and_rest.py`; not edited by hand.\n\n"
        f"{len(people)} rendered people who are not in the recogniser's basis, {SIZE_PX} px, "
        "sensor noise 2. First the turn in degrees that is found, least to most, by the true "
        "turn:\n\n"
        + table(["", *(f"{one}" for one in TURNS_DEG)], turn_rows)
        + f"\nThen the lowered brow (AU4, the larger side, median) of {float(FRAMES / RATE)} s in "
        f"which it is held at {FROWN:g} throughout, and of a face at rest:\n\n"
        + table(
            ["person", "frown", "frown, neutral face given", "rest, neutral face given"], held_rows
        )
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    options = parser.parse_args()
    people = [person.name for person in load_head().people_of("held-out")][: options.people]
    turns = np.array([found_turns(person) for person in people])
    held = np.array([frowns(person) for person in people])
    text = page(turns, held, people)
    write_text_atomic(options.out / "pose_and_rest.md", text)
    print(text)


if __name__ == "__main__":
    main()
