"""Time the gpu quality and compare it with portrait: `python benchmarks/gpu.py`.

Prints frames per second of a directed performance (everything that `mien render` does but the
encoding of the video), for people with short, long and curly hair; then how far the pictures are
from those of portrait. With --out, the pictures are kept beside each other.
"""

import argparse
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float
from skimage.metrics import structural_similarity

from mien.core.arrays import ImageRgb
from mien.head import load_head
from mien.pipeline.drawing import draw_poses
from mien.pipeline.posing import Poses, poses_at
from mien.pipeline.render_settings import RenderSettings
from mien.render import Staging
from mien.render.gl import driver_name
from mien.rig import perform
from mien.synth.footage_plan import plan_clip_footage
from mien.synth.options import SynthOptions
from mien.video import write_still

_PEOPLE = ("Jonas", "Mei", "Ada", "Kofi")
_LIGHTS = ("soft", "rembrandt")
_WARM = 5
_FACE = (slice(26, 87), slice(25, 75))
"""Rows and columns of a face, in hundredths of the picture."""


def main() -> None:
    """Run all timings, then all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--size", type=int, nargs="*", default=[512])
    parser.add_argument(
        "--compared", type=int, default=3, help="pictures for each person and light"
    )
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    print(driver_name())
    poses = performed(given.frames)
    for size_px in given.size:
        for person in _PEOPLE:
            print_speed(poses, person, size_px)
    chosen = np.linspace(0, len(poses) - 1, given.compared).astype(int)
    for person in _PEOPLE:
        for light in _LIGHTS:
            print_likeness(part(poses, chosen), person, light, given.out)


def performed(frames: int) -> Poses:
    """Direct a face that lives, with a micro-expression, and sample it 60 times a second."""
    options = SynthOptions(clips=1, people=("Jonas",), rate=Fraction(200), seed=4)
    directed = plan_clip_footage(options, 0).directed()
    performance = perform(directed.track)
    times_s = np.arange(frames) / 60 % performance.end_s
    return poses_at(performance, load_head(), times_s, usual_pose_is_rest=False)


def part(poses: Poses, chosen: np.ndarray) -> Poses:
    """Take some of the poses."""
    rows = (poses.weights[chosen], poses.head_rotation_rad[chosen], poses.gaze_rad[chosen])
    return Poses(poses.shapes, *rows)


def pictures(
    poses: Poses, person: str, quality: str, size_px: int, light: str = "soft"
) -> "list[tuple[float, float, ImageRgb]]":
    """Draw all poses; wall and CPU seconds of each picture with it."""
    settings = RenderSettings(
        person=person,
        quality=quality,
        width_px=size_px,
        height_px=size_px,
        staging=Staging(light=light),
        workers=1,
    )
    drawn = []
    wall, cpu = time.perf_counter(), time.process_time()
    for picture in draw_poses(poses, settings):
        now, worked = time.perf_counter(), time.process_time()
        drawn.append((now - wall, worked - cpu, picture))
        wall, cpu = now, worked
    return drawn


def print_speed(poses: Poses, person: str, size_px: int) -> None:
    """Print how long the pictures of a performance take."""
    drawn = pictures(poses, person, "gpu", size_px)
    wall, cpu = np.array([row[:2] for row in drawn[_WARM:]]).T
    print(
        f"gpu {size_px} px {person:6} {len(wall) / wall.sum():6.1f} frames/s; per frame "
        f"{1e3 * np.median(wall):.1f} ms (99 % within {1e3 * np.quantile(wall, 0.99):.1f}), "
        f"{1e3 * np.median(cpu):.1f} ms CPU; first picture {drawn[0][0]:.1f} s",
        flush=True,
    )


def print_likeness(poses: Poses, person: str, light: str, out: Path | None) -> None:
    """Print how far gpu is from portrait, over the face and over the whole picture."""
    pairs = [
        (theirs[2], ours[2])
        for theirs, ours in zip(
            pictures(poses, person, "portrait", 512, light),
            pictures(poses, person, "gpu", 512, light),
            strict=True,
        )
    ]
    face, whole = (np.mean([differences(*pair, of) for pair in pairs], axis=0) for of in (0, 1))
    text = "; ".join(
        f"{name} mean {mean:.3f}, 95 % within {most:.0f}, SSIM {alike:.4f}"
        for name, (mean, most, alike) in (("face", face), ("whole picture", whole))
    )
    print(f"{person:6} {light:10} {text}", flush=True)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_still(out / f"{person}_{light}.png", np.hstack(pairs[-1]), {})


def differences(portrait: ImageRgb, gpu: ImageRgb, whole: int) -> Float[np.ndarray, "3"]:
    """Give mean and 95th percentile of the difference in grey levels, and the similarity."""
    height, width = portrait.shape[:2]
    rows, columns = (slice(0, 100), slice(0, 100)) if whole else _FACE
    cut = (
        slice(rows.start * height // 100, rows.stop * height // 100),
        slice(columns.start * width // 100, columns.stop * width // 100),
    )
    one, two = portrait[cut], gpu[cut]
    apart = np.abs(one.astype(float) - two)
    alike = structural_similarity(one, two, channel_axis=2)
    return np.array([apart.mean(), np.percentile(apart, 95), alike])


if __name__ == "__main__":
    main()
