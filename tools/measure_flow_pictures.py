"""Measure reading of flow pictures as they circulate on drawn ones, and write the page of it.

    python tools/measure_flow_pictures.py --out docs/evidence

Three corpora of people whom nothing was made from, each with a crop of its own, units that go
together as in CASME II or DFME, 8 bit, every channel stretched to its own range. The same flow as
it was drawn, in pixels on the canonical face, is the measure. A second set moves otherwise than
the head does: its fields are bent, turned and weakened in patches, and other motion is added.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from mien.evaluation.classification import classification_figures, confusion_matrix
from mien.evaluation.units import mean_over_units, unit_figures
from mien.motion import optical_strain
from mien.pipeline.flow_picture_drawing import DrawnFlow, draw_flow, seen_in, stretched8
from mien.recognition.canonical import Placement
from mien.recognition.flow_emotion import CLASS_OF, FLOW_CLASSES
from mien.recognition.flow_registration import find_order, fit_flow_placement
from mien.recognition.flow_scale import free_stretched
from mien.recognition.flow_sources import (
    FUSED,
    RegisteredFlow,
    SourceReading,
    fuse_readings,
    zero_shot_sources,
)
from mien.store.atomic import write_text_atomic

SEED = 90210
PRIOR = "emfacs+dfme"
FEWEST_POSITIVES = 8
CORPORA = (
    ("casme2", 145, Placement((1.12, 1.06), (0.02, -0.06))),
    ("dfme", 133, Placement((0.92, 0.96), (-0.03, 0.08))),
    ("casme2", 164, Placement((1.25, 1.22), (0.0, -0.09))),
)
"""Units as in a prior, pictures, and where the face lies: as many as three corpora of the field."""

FACE = np.array([(-0.25, -0.25), (0.25, 0.25), (0.0, 0.0), (0.25, -0.25), (-0.25, 0.25)])
WRONG = {
    "strain v u": (2, 1, 0),
    "v u strain": (1, 0, 2),
    "u strain v": (0, 2, 1),
    "v strain u": (1, 2, 0),
    "strain u v": (2, 0, 1),
}
CROPS = 8
COUNTS = (60, 150, 300)
BEND_CELLS, PATCH_CELLS = 0.7, 5.0
WEAKER, TURN_RAD, OTHER = 0.3, 0.3, 0.2


@dataclass(frozen=True)
class Row:
    """Figures of one source on one set."""

    people: str
    source: str
    pictures: str
    auc: float
    average_precision: float
    uf1: float
    uar: float


@dataclass(frozen=True)
class Crop:
    """Errors of the fitted crop, over draws."""

    pictures: int
    mean_cells: float
    largest_cells: float


def moved_otherwise(drawn: DrawnFlow, rng: np.random.Generator) -> DrawnFlow:
    """Bend every person's face, and turn and weaken the motion of every picture, in patches."""
    count = len(drawn.flow)
    bend = {who: BEND_CELLS * patches(rng, 2) for who in sorted(set(drawn.people))}
    factor = np.exp(WEAKER * patches(rng, count))
    turn = TURN_RAD * patches(rng, count)
    other = np.stack([patches(rng, count), patches(rng, count)], axis=-1)
    rows, columns = np.mgrid[:28, :28]
    flow = np.empty(drawn.flow.shape)
    for one in range(count):
        down, right = bend[drawn.people[one]]
        places = [rows + down, columns + right]
        u, v = (
            map_coordinates(drawn.flow[one, ..., axis], places, order=1, mode="nearest")
            for axis in range(2)
        )
        cosine, sine = np.cos(turn[one]), np.sin(turn[one])
        flow[one, ..., 0] = factor[one] * (cosine * u - sine * v)
        flow[one, ..., 1] = factor[one] * (sine * u + cosine * v)
        size = np.sqrt(np.square(flow[one]).mean())
        flow[one] += OTHER * size * other[one]
    return DrawnFlow(
        flow.astype(np.float32), drawn.units, drawn.unit_sets, drawn.emotions, drawn.people
    )


def patches(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw smooth fields of standard deviation 1."""
    raw = gaussian_filter(rng.standard_normal((count, 28, 28)), (0, PATCH_CELLS, PATCH_CELLS))
    return np.asarray(raw / raw.std())


def readings_of(flow: np.ndarray) -> dict[str, SourceReading]:
    """Read registered flow by every source, and fused."""
    faces = RegisteredFlow(flow, optical_strain(flow), np.ones(len(flow), np.bool_))
    sources = zero_shot_sources()
    read = [one.read(faces, PRIOR) for one in sources]
    names = [one.name for one in sources]
    return dict(zip((*names, FUSED), (*read, fuse_readings(read, PRIOR)), strict=True))


def figures_of(reading: SourceReading, drawn: DrawnFlow) -> tuple[float, float, float, float]:
    """Give AUC and AP over units with enough positives, UF1 and UAR of the classes."""
    enough = drawn.units.sum(axis=0) >= FEWEST_POSITIVES
    units = mean_over_units(unit_figures(drawn.units[:, enough], reading.units[:, enough]))[0]
    classes = np.array(
        [FLOW_CLASSES.index(CLASS_OF[e]) if e in CLASS_OF else -1 for e in drawn.emotions]
    )
    has = classes >= 0
    told = confusion_matrix(classes[has], reading.classes[has].argmax(axis=1), len(FLOW_CLASSES))
    scores = classification_figures(told.astype(np.float64))
    return float(units[2]), float(units[3]), float(scores[1]), float(scores[2])


def pictures_of(drawn: DrawnFlow, placement: Placement, seed: int) -> np.ndarray:
    """Give the 8-bit channels as they circulate."""
    return stretched8(seen_in(drawn.flow, placement, seed=seed)).astype(np.float64)


def together(parts: list[DrawnFlow]) -> DrawnFlow:
    """Join drawn corpora."""
    return DrawnFlow(
        np.concatenate([one.flow for one in parts]),
        np.concatenate([one.units for one in parts]),
        tuple(one for part in parts for one in part.unit_sets),
        tuple(one for part in parts for one in part.emotions),
        tuple(one for part in parts for one in part.people),
    )


def rows_of(parts: list[DrawnFlow], people: str, seed: int) -> list[Row]:
    """Read three corpora as drawn, as they circulate, and as they circulate but not registered."""
    whole = together(parts)
    read: dict[str, list[np.ndarray]] = {"circulating": [], "not registered": []}
    for (_, _, placement), drawn in zip(CORPORA, parts, strict=True):
        flow = free_stretched(pictures_of(drawn, placement, seed)).flow
        read["circulating"].append(fit_flow_placement(flow).placement.canonical(flow))
        read["not registered"].append(flow)
    flows = {"as drawn": whole.flow.astype(np.float64)}
    flows |= {name: np.concatenate(one) for name, one in read.items()}
    return [
        Row(people, source, name, *figures_of(reading, whole))
        for name, flow in flows.items()
        for source, reading in readings_of(flow).items()
    ]


def crops_of(seed: int) -> list[Crop]:
    """Fit crops that are drawn, on several numbers of pictures."""
    rng = np.random.default_rng(seed)
    found = []
    for count in COUNTS:
        errors = []
        for number in range(CROPS):
            prior = ("casme2", "dfme")[number % 2]
            drawn = draw_flow(prior, count, seed=seed + 10 + number)
            size = rng.uniform(0.85, 1.3)
            placement = Placement(
                (size * rng.uniform(0.92, 1.08), size),
                (rng.uniform(-0.06, 0.06), rng.uniform(-0.12, 0.1)),
            )
            flow = free_stretched(pictures_of(drawn, placement, number)).flow
            fitted = fit_flow_placement(flow).placement
            off = np.abs(places(fitted) - places(placement))
            errors.append(28 * off.mean())
        found.append(Crop(count, float(np.mean(errors)), float(np.max(errors))))
    return found


def places(placement: Placement) -> np.ndarray:
    """Where five points of the face are seen."""
    return np.asarray(FACE * placement.stretch + placement.shift)


def orders_of(parts: list[DrawnFlow], seed: int) -> dict[str, dict[str, str]]:
    """Say of every wrong order on every corpus whether it is refused, and what is said to fit."""
    told: dict[str, dict[str, str]] = {}
    for number, ((prior, count, placement), drawn) in enumerate(zip(CORPORA, parts, strict=True)):
        grey = pictures_of(drawn, placement, seed)
        tried = {"u v strain": grey}
        tried |= {name: grey[..., order] for name, order in WRONG.items()}
        tried["u -v strain"] = grey * (1, -1, 1) + (0, 255, 0)
        tried["-u v strain"] = grey * (-1, 1, 1) + (255, 0, 0)
        corpus = f"{number + 1}: {count} pictures, {prior}"
        for name, values in tried.items():
            fit = find_order(values, stretched=True)
            told.setdefault(name, {})[corpus] = (
                f"refused: {' '.join(fit.best)}" if fit.wrong else "taken"
            )
    return told


def page_of(rows: list[Row], crops: list[Crop], orders: dict[str, dict[str, str]]) -> str:
    """Write the page."""
    count = sum(one for _, one, _ in CORPORA)
    intro = (
        f"{count} drawn pictures of three corpora, each cut out in its own way, 28 x 28, 8 bit, "
        "every channel stretched to its own range; people whom nothing was made from. `as drawn` "
        "is the same flow in pixels on the canonical face. Nothing learned from a label; prior "
        f"{PRIOR}; units with {FEWEST_POSITIVES} positives or more. The second set of people moves "
        f"otherwise than the head: fields bent by {BEND_CELLS:g} cells, turned and weakened in "
        "patches, other motion added. These figures say how much reading such pictures costs, and "
        "nothing about real faces."
    )
    lines = [
        "# Flow pictures as they circulate",
        "",
        "Written by `tools/measure_flow_pictures.py`; not edited by hand.",
        "",
        intro,
        "",
        "| people | pictures | source | AUC | AP | UF1 | UAR |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {one.people} | {one.pictures} | {one.source} | {one.auc:.3f} | "
        f"{one.average_precision:.3f} | {one.uf1:.3f} | {one.uar:.3f} |"
        for one in rows
    ]
    found = (
        f"The crop, found without a label: error of five points of the face over {CROPS} crops "
        "that are drawn, in cells of 28."
    )
    lines += [
        "",
        found,
        "",
        "| pictures | mean | largest |",
        "| --- | --- | --- |",
        *(f"| {one.pictures} | {one.mean_cells:.2f} | {one.largest_cells:.2f} |" for one in crops),
        "",
        "What a manifest says of the channels u, v, strain, and what comes of it.",
        "",
    ]
    corpora = list(next(iter(orders.values())))
    lines += [f"| what red, green, blue hold | {' | '.join(corpora)} |"]
    lines += ["| --- |" + " --- |" * len(corpora)]
    lines += [
        f"| {name} | {' | '.join(told[one] for one in corpora)} |" for name, told in orders.items()
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the page and the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    given = parser.parse_args()
    parts = [
        draw_flow(prior, count, seed=given.seed + number)
        for number, (prior, count, _) in enumerate(CORPORA)
    ]
    rng = np.random.default_rng((given.seed, 1))
    otherwise = [moved_otherwise(one, rng) for one in parts]
    rows = rows_of(parts, "as the head", given.seed)
    rows += rows_of(otherwise, "otherwise", given.seed)
    crops = crops_of(given.seed)
    orders = orders_of(parts, given.seed)
    write_text_atomic(given.out / "flow_pictures.md", page_of(rows, crops, orders))
    figures = {
        "seed": given.seed,
        "rows": [asdict(one) for one in rows],
        "crops": [asdict(one) for one in crops],
        "orders": orders,
    }
    write_text_atomic(given.out / "flow_pictures.json", json.dumps(figures, indent=1) + "\n")
    print((given.out / "flow_pictures.md").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
