"""Measure dense flow on renders against the true flow, and write the table into the docs.

    python tools/measure_flow.py --pairs 120 --out docs/evidence

Every pair shows somebody at rest and with one to three action units at .05 to .8, with the noise of
a sensor, cut out as mien cuts faces. The true flow is where the skin of the head went, by its
geometry.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from witness.faces import Pose, Sitter, table

from mien.faces import CROP_SIZE_PX, RIGID_POINTS
from mien.faces.alignment import layout_of, similarity, warp_crop
from mien.head import action_channels, load_head
from mien.head.barycentric import barycentric
from mien.head.zbuffer import front_triangles
from mien.motion import GRID, pooled_flow
from mien.store.atomic import write_text_atomic

SEED = 6203
SIZE_PX = 352
NOISE_SD = 2.0
PER_SITTER = 4
BINS_PX = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
MIN_COVER = 0.9
ON_FACE = 0.5


def true_cells(sitter: Sitter, pose: Pose, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean motion of the skin in every cell of the crop, in its pixels, and the skin's share.

    Skin that comes into sight or leaves it counts where it was seen at rest.
    """
    head = sitter.head

    def placed(points: np.ndarray) -> np.ndarray:
        seen = sitter.portrait.project(points)
        return np.asarray(seen @ matrix[:, :2].T + matrix[:, 2])

    vertices = sitter.vertices(Pose({}))
    rest, moved = placed(vertices), placed(sitter.vertices(pose))
    skin = head.parts["skin"]
    triangles = head.triangles
    mine = triangles[((triangles >= skin.start) & (triangles < skin.stop)).all(axis=1)]
    index, _ = front_triangles(
        rest, -vertices[:, 2], mine, width_px=CROP_SIZE_PX, height_px=CROP_SIZE_PX
    )
    face = head.masks["face"][mine].mean(axis=1)
    hit = (index >= 0) & (np.where(index >= 0, face[np.maximum(index, 0)], 0) > ON_FACE)
    row, column = np.nonzero(hit)
    corners = mine[index[row, column]]
    weights = barycentric(np.column_stack([column, row]), rest[corners])
    flow = np.zeros((CROP_SIZE_PX, CROP_SIZE_PX, 2))
    flow[row, column] = np.einsum("pc,pcd->pd", weights, (moved - rest)[corners])
    cell = CROP_SIZE_PX // GRID
    blocks = flow.reshape(GRID, cell, GRID, cell, 2).sum(axis=(1, 3))
    cover = hit.reshape(GRID, cell, GRID, cell).sum(axis=(1, 3))
    return blocks / np.maximum(cover, 1)[..., None], cover / cell**2


def measure(job: tuple[int, str, int]) -> list[tuple[float, float, float]]:
    """True size, error and gain of every cell of one person's pairs, in pixels of the crop."""
    number, name, count = job
    rng = np.random.default_rng([SEED, number])
    channels = tuple(c for c in action_channels() if c.au not in {43, 45, 46, 25, 26, 27, 28})
    sitter = Sitter(
        load_head().person(name),
        size_px=SIZE_PX,
        quality=("fast", "portrait")[number % 2],
        seed=number,
    )
    points = sitter.landmarks_px(Pose({}))
    matrix = similarity(points[RIGID_POINTS], layout_of(points[RIGID_POINTS][None]) * CROP_SIZE_PX)

    def crop(pose: Pose) -> np.ndarray:
        picture = sitter.picture(pose) + rng.normal(0, NOISE_SD, (SIZE_PX, SIZE_PX, 3))
        seen = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
        return warp_crop(np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)), matrix)

    rest = crop(Pose({}))
    found = []
    for _ in range(count):
        chosen = rng.choice(len(channels), int(rng.integers(1, 4)), replace=False)
        peak = float(np.exp(rng.uniform(np.log(0.05), np.log(0.8))))
        pose = Pose({channels[index]: peak for index in chosen})
        true, cover = true_cells(sitter, pose, matrix)
        measured = pooled_flow(rest, crop(pose))
        seen = cover >= MIN_COVER
        size = np.linalg.norm(true[seen], axis=1)
        error = np.linalg.norm(measured[seen] - true[seen], axis=1)
        along = (measured[seen] * true[seen]).sum(axis=1)
        gain = along / np.maximum(size, 1e-9) ** 2
        found += list(zip(size.tolist(), error.tolist(), gain.tolist(), strict=True))
    return found


def page(cells: np.ndarray, pairs: int) -> str:
    """The page of the docs."""
    rows = []
    for low, high in pairwise(BINS_PX):
        mine = cells[(cells[:, 0] >= low) & (cells[:, 0] < high)]
        if len(mine) == 0:
            continue
        gain = f"{np.median(mine[:, 2]):.2f}" if low > 0 else ""
        rows.append(
            [
                f"{low:g} to {high:g}",
                str(len(mine)),
                f"{np.median(mine[:, 1]):.3f}",
                f"{mine[:, 1].mean():.3f}",
                f"{np.percentile(mine[:, 1], 95):.3f}",
                gain,
            ]
        )
    return (
        "# Measured flow against the true flow\n\n"
        "Written by `tools/measure_flow.py`; not edited by hand.\n\n"
        f"{pairs} pairs of pictures of the built-in head, at rest and with one to three action "
        f"units, sensor noise {NOISE_SD:g}, both qualities, cut out to {CROP_SIZE_PX} px. Pixels "
        f"are those of the crop; a cell is one of {GRID} x {GRID}. The error is the distance "
        "between the ends of the measured and the true vector; the gain is the measured motion "
        "along the true one over the true one, median.\n\n"
        + table(["true motion, px", "cells", "error, median", "mean", "95 %", "gain"], rows)
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=120)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    options = parser.parse_args()
    names = list(load_head().people)
    jobs = [
        (number, names[number % len(names)], min(PER_SITTER, options.pairs - PER_SITTER * number))
        for number in range(-(-options.pairs // PER_SITTER))
    ]
    with ProcessPoolExecutor(options.workers) as pool:
        cells = np.array([cell for found in pool.map(measure, jobs) for cell in found])
    text = page(cells, options.pairs)
    write_text_atomic(options.out / "flow.md", text)
    print(text)


if __name__ == "__main__":
    main()
