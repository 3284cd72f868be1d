"""Ask MediaPipe's blend-shape model about renders of each unit, and write the table into the docs.

    python tools/measure_scores.py --out docs/evidence

Six people are drawn at rest and with one unit at 1.0, both sides. The model (of the official
landmark bundle, which mien did not train) gives 52 scores; written is which of them rises most.
What it can see at all is measured first, on the 52 shapes of the source as they are.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from witness.faces import Pose, Sitter, table

from mien.core.facs import ACTION_UNITS, action_unit, channels_of
from mien.faces.blendshapes import BLENDSHAPE_NAMES, BlendshapeScorer
from mien.faces.search import FaceSearch
from mien.head import load_head
from mien.render import Portrait
from mien.store.atomic import write_text_atomic
from mien.store.models import resolve_models

PEOPLE = ("Jonas", "Ada", "Mei", "Erik", "Rosa", "Omar")
SIZE_PX = 448
ENOUGH = 5
"""People of six on whom a score must be the largest or second largest riser."""

MATCHES: dict[int, tuple[str, ...]] = {
    1: ("browInnerUp",), 2: ("browOuterUp",), 4: ("browDown",), 5: ("eyeWide",),
    6: ("cheekSquint", "eyeSquint"), 7: ("eyeSquint",), 9: ("noseSneer",), 10: ("mouthUpperUp",),
    12: ("mouthSmile",), 13: ("mouthSmile",), 14: ("mouthDimple",), 15: ("mouthFrown",),
    16: ("mouthLowerDown",), 17: ("mouthShrugLower",), 18: ("mouthPucker",),
    20: ("mouthStretch",), 22: ("mouthFunnel",), 23: ("mouthPress", "mouthRollLower"),
    24: ("mouthPress",), 25: ("mouthLowerDown", "mouthUpperUp"), 26: ("jawOpen",),
    27: ("jawOpen",), 28: ("mouthRollLower", "mouthRollUpper"), 43: ("eyeBlink",),
    45: ("eyeBlink",), 46: ("eyeBlink",),
}  # fmt: skip
"""Scores that an action unit should raise, by the published tables; others have none."""


def without_side(name: str) -> str:
    """The name of a shape on either side."""
    return name.removesuffix("Left").removesuffix("Right")


LEFT_OUT = frozenset({"_neutral", "jaw", "mouth"})
"""The last two go to the left or to the right: no shape of both sides."""

NAMES = tuple(
    name for name in dict.fromkeys(map(without_side, BLENDSHAPE_NAMES)) if name not in LEFT_OUT
)


@dataclass(frozen=True)
class Rise:
    """What rises for one unit on all people."""

    matching: tuple[str, ...]
    ranks: tuple[int, ...]
    """Rank of the best matching score on each person, 1 is the largest riser; 0 no face."""

    rises: tuple[float, ...]
    top: tuple[str, ...]
    """The largest riser on each person."""

    @property
    def count(self) -> int:
        """People on whom the score is first or second, and rises."""
        pairs = zip(self.ranks, self.rises, strict=True)
        return sum(1 <= rank <= 2 and rise > 0 for rank, rise in pairs)  # noqa: PLR2004


class Witness:
    """The model, and what it says of a picture."""

    def __init__(self) -> None:
        models = resolve_models()
        if not models.blendshapes:
            msg = "Expected the official landmark models, which hold the score network."
            raise SystemExit(msg)
        self._search = FaceSearch(models)
        self._scorer = BlendshapeScorer(models.blendshapes)

    def scores(self, picture: np.ndarray) -> np.ndarray | None:
        """The mean of both sides by :data:`NAMES`; None without a face."""
        found = self._search.faces(picture, 0, tiles=False)
        if not found:
            return None
        values = self._scorer.score(found[0].mesh.points_px)
        by_name: dict[str, list[float]] = {}
        for name, value in zip(BLENDSHAPE_NAMES, values, strict=True):
            by_name.setdefault(without_side(name), []).append(float(value))
        return np.array([np.mean(by_name[name]) for name in NAMES])


def ranked(
    rest: list[np.ndarray], moved: list[np.ndarray | None], matching: tuple[str, ...]
) -> Rise:
    """Rank the matching scores among the risers."""
    ranks, rises, top = [], [], []
    for before, after in zip(rest, moved, strict=True):
        if after is None:
            ranks.append(0)
            rises.append(0.0)
            top.append("no face")
            continue
        change = after - before
        order = np.argsort(-change)
        mine = [NAMES.index(name) for name in matching]
        best = min(int(np.flatnonzero(order == index)[0]) for index in mine)
        ranks.append(best + 1)
        rises.append(float(max(change[mine])))
        top.append(NAMES[order[0]])
    return Rise(matching, tuple(ranks), tuple(rises), tuple(top))


def source_rises(witness: Witness, quality: str) -> dict[str, Rise]:
    """The 52 shapes of the source as they are, by name without side."""
    head = load_head()
    pictures: dict[str, list[np.ndarray | None]] = {name: [] for name in NAMES}
    rest = []
    for who in PEOPLE:
        portrait = Portrait(
            head, head.person(who), width_px=SIZE_PX, height_px=SIZE_PX, quality=quality
        )
        neutral = witness.scores(portrait.frame(np.zeros(len(head.unit_names))))
        if neutral is None:
            msg = f"Expected a face in the neutral picture of {who}."
            raise SystemExit(msg)
        rest.append(neutral)
        for name in NAMES:
            weights = np.array([float(without_side(unit) == name) for unit in head.unit_names])
            pictures[name].append(witness.scores(portrait.frame(weights)))
    return {name: ranked(rest, moved, (name,)) for name, moved in pictures.items()}


def unit_rises(witness: Witness, quality: str) -> dict[int, Rise]:
    """The head's own action units."""
    units = tuple(unit.number for unit in ACTION_UNITS if unit.number in MATCHES)
    moved: dict[int, list[np.ndarray | None]] = {au: [] for au in units}
    rest = []
    for who in PEOPLE:
        sitter = Sitter(load_head().person(who), size_px=SIZE_PX, quality=quality)
        neutral = witness.scores(sitter.picture(Pose({})))
        if neutral is None:
            msg = f"Expected a face in the neutral picture of {who}."
            raise SystemExit(msg)
        rest.append(neutral)
        for au in units:
            pose = Pose(dict.fromkeys(channels_of(au), 1.0))
            moved[au].append(witness.scores(sitter.picture(pose)))
    return {au: ranked(rest, pictures, MATCHES[au]) for au, pictures in moved.items()}


def _row(label: str, rise: Rise) -> list[str]:
    tops = sorted(set(rise.top), key=lambda name: -rise.top.count(name))
    return [
        label,
        " or ".join(rise.matching),
        f"{rise.count} of {len(PEOPLE)}",
        f"{np.median(rise.rises):+.2f}",
        ", ".join(f"{name} ({rise.top.count(name)})" for name in tops[:3]),
    ]


def page(visible: dict[str, Rise], units: dict[int, Rise]) -> str:
    """The page of the docs."""
    header = ["unit", "matching score", "first or second", "rise, median", "largest risers"]
    seen = {name for name, rise in visible.items() if rise.count >= ENOUGH}
    can = {au for au, rise in units.items() if set(rise.matching) & seen}
    met = sum(units[au].count >= ENOUGH for au in can)
    rows = [_row(f"AU{au} {action_unit(au).name}", units[au]) for au in units if au in can]
    blind = [_row(f"AU{au} {action_unit(au).name}", units[au]) for au in units if au not in can]
    shapes = [_row(name, rise) for name, rise in visible.items()]
    return (
        "# MediaPipe's blend-shape model on the built-in head\n\n"
        "Written by `tools/measure_scores.py`; not edited by hand.\n\n"
        f"Six people ({', '.join(PEOPLE)}) at rest and with one unit at 1.0 on both sides; scores "
        "of the official model, the mean of both sides. A score that is the largest or second "
        f"largest riser counts; {ENOUGH} of 6 are wanted where the model can see the movement at "
        "all.\n\n"
        f"## Action units that the model can see: {met} of {len(can)} met\n\n"
        + table(header, rows)
        + "\n## Action units whose scores it does not raise on the source's shapes either\n\n"
        + table(header, blind)
        + "\n## What the model can see: the shapes of the source as they are\n\n"
        + table(["shape", *header[1:]], shapes)
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quality", default="portrait")
    parser.add_argument("--out", type=Path, default=Path("docs/evidence"))
    options = parser.parse_args()
    witness = Witness()
    visible = source_rises(witness, options.quality)
    units = unit_rises(witness, options.quality)
    text = page(visible, units)
    write_text_atomic(options.out / "scores.md", text)
    seen = sorted(name for name, rise in visible.items() if rise.count >= ENOUGH)
    write_text_atomic(
        options.out / "scores.json",
        json.dumps({"people": PEOPLE, "visible_on_the_source": seen}, indent=2) + "\n",
    )
    print(text)


if __name__ == "__main__":
    main()
