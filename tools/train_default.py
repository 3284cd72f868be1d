"""Trains the recogniser that comes with mien.

Usage: python tools/train_default.py --work DIR [--out FOLDER] [--workers N] [--small]

Draws flow of heads that move as people do (drawn straight from the geometry, and drawn in pictures
and measured), trains the two networks, calibrates them on people whom neither has seen, and writes
them with their card to src/mien/recognition/data. What is done is kept below --work, and a run that
was ended goes on. On two cores it takes about two hours; the same seeds give the same sets.
``tools/measure_default.py`` measures what was trained.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from mien.recognition.atoms import READ_UNITS
from mien.recognition.model_card import packaged_folder
from mien.synth.motion_options import MotionOptions
from mien.synth.motion_set import write_motion
from mien.training.default_recogniser import (
    CLASSES,
    Course,
    course_as_json,
    keep_network,
    load_network,
    train_image,
    train_volume,
    write_default,
)
from mien.training.motion_samples import MotionSamples, joined, read_motion_samples
from mien.training.motion_training import image_network, motion_graph, volume_network
from mien.work.progress import Silent

PRIOR = "emfacs+dfme"
STEPS = 16


def people(first: int, count: int) -> tuple[str, ...]:
    """Name people that are drawn from a seed."""
    return tuple(f"seed-{number}" for number in range(first, first + count))


LEARNED_FROM = MotionOptions(
    prior=PRIOR,
    people=people(3000, 240),
    course="whole",
    volume_frames=STEPS,
    free_share=0.2,
    unit_spread=0.4,
    blink_share=0.15,
)
"""More mixed than what people show."""

MEASURED_WITH = replace(
    LEARNED_FROM,
    images=0,
    measured=True,
    views_per_shard=5,
    free_share=0.0,
    unit_spread=0.2,
    blink_share=0.1,
)
"""As people show it, before cameras."""

SETS: dict[str, MotionOptions] = {
    "train-true": replace(LEARNED_FROM, images=60_000, volumes=10_000, seed=11),
    "train-measured": replace(
        LEARNED_FROM, images=10_000, volumes=400, seed=12, measured=True, views_per_shard=12
    ),
    "calibrate": replace(MEASURED_WITH, volumes=800, people=people(5000, 80), seed=501),
}


def drawn(work: Path, name: str, options: MotionOptions, workers: int | None) -> Path:
    """Draw a set unless it is there; give its folder."""
    folder = work / name
    if not (folder / "labels.parquet").is_file():
        print(f"drawing {name}", flush=True)
        write_motion(folder, options, Silent(), workers=workers)
    return folder


def read(folders: list[Path], kind: str) -> MotionSamples:
    """Read sets of one kind, one after the other."""
    return joined(
        [
            read_motion_samples(folder, kind, unit_numbers=READ_UNITS, classes=CLASSES)
            for folder in folders
        ]
    )


def main() -> int:
    """Draw, train, calibrate, write."""
    parser = argparse.ArgumentParser(description="Train the recogniser that comes with mien.")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=packaged_folder())
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--small", action="store_true", help="a hundredth, to try the tool")
    chosen = parser.parse_args()
    sets, course = SETS, Course()
    if chosen.small:
        sets = {
            name: replace(one, images=one.images // 100, volumes=max(one.volumes // 40, 20))
            for name, one in SETS.items()
        }
        course = Course(
            image_loop=replace(course.image_loop, epochs=1),
            volume_loop=replace(course.volume_loop, epochs=1),
        )
    torch.set_num_threads(chosen.workers or torch.get_num_threads())
    folders = {name: drawn(chosen.work, name, one, chosen.workers) for name, one in sets.items()}
    training = [folders["train-true"], folders["train-measured"]]
    networks = {}
    for kind, train in (("image", train_image), ("volume", train_volume)):
        kept = chosen.work / f"{kind}.safetensors"
        samples = read(training, kind)
        if kept.is_file():
            blank = (
                image_network(len(READ_UNITS), len(CLASSES), seed=course.seed)
                if kind == "image"
                else volume_network(
                    motion_graph(samples, READ_UNITS, CLASSES), course.volume, seed=course.seed
                )
            )
            networks[kind] = load_network(blank, kept)
            continue
        print(f"training on {len(samples)} {kind}s", flush=True)
        networks[kind] = train(samples, course, Silent())
        keep_network(networks[kind], kept)
    card = write_default(
        chosen.out,
        networks,
        read([folders["calibrate"]], "volume"),
        priors=tuple(PRIOR.split("+")),
        training={
            "sets": {name: one.as_json for name, one in sets.items()},
            "course": course_as_json(course),
        },
    )
    size = sum(one.bytes for one in card.networks)
    print(json.dumps({"out": str(chosen.out), "bytes": size, "threshold": card.threshold}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
