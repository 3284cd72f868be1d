"""The page of what the trained recogniser is and does: its model card for readers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

Found = Mapping[str, Any]

HEAD = """# The trained recogniser: model card

Written by `python tools/measure_default.py`; not edited by hand.

## What it is

Three recognisers read every movement, and the mean of their calibrated logarithms of odds counts:

- **analysis by synthesis**: the cosine of the motion with the fields of the head's action units,
  and their non-negative shares; it learned nothing;
- **flow image**: a small network on the motion from onset to apex, {image_parameters:,}
  parameters, {image_kb} kB;
- **flow volume**: the network of the paper (3D-ResNet-18, LSTM of ELRCN, asymmetric graph of
  action units with an emotion layer), on {steps} pictures of flow of 28 x 28 cells,
  {volume_parameters:,} parameters, {volume_kb} kB.

It reads flow on [the canonical face](../concepts/recognition.md), without head motion and of no
size, so it says which units moved, and not how strongly; strength is measured by analysis by
synthesis.

## What it learned from

No clip of a person: flow of the built-in head. {true_images:,} flow images and {true_volumes:,}
volumes straight from the geometry (seed {true_seed}), {measured_images:,} and
{measured_volumes:,} of faces that were drawn, recorded by simulated cameras and measured by dense
flow (seed {measured_seed}), {people} people drawn from seeds. Action units go together as the
published statistics {priors} say, a fifth of the samples moves units at random. Licensed corpora:
none. `python tools/train_default.py --work DIR` makes it again. Calibrated on {calibrate} volumes
of {calibrate_people} other people, on which the threshold of {threshold} was chosen
(best mean F1), too; `mien run` names a unit from .5 on.

## Figures

Below: {clips} movements of {test_people} people, cameras and lights that nothing was trained or
calibrated on, drawn in pictures and measured by flow. In brackets 95 % intervals over people.
**These are figures on rendered faces; on real faces nothing has been measured here.**
"""


def write_page(path: Path, found: Found) -> None:
    """Write the page."""
    card, usual, noisy = found["card"], found["usual"], found["noisy"]
    entries = {one["kind"]: one for one in card["networks"]}
    sets = card["training"]["sets"]
    text = HEAD.format(
        image_parameters=entries["image"]["parameters"],
        image_kb=entries["image"]["bytes"] // 1000,
        volume_parameters=entries["volume"]["parameters"],
        volume_kb=entries["volume"]["bytes"] // 1000,
        steps=entries["volume"]["steps"],
        true_images=sets["train-true"]["images"],
        true_volumes=sets["train-true"]["volumes"],
        true_seed=sets["train-true"]["seed"],
        measured_images=sets["train-measured"]["images"],
        measured_volumes=sets["train-measured"]["volumes"],
        measured_seed=sets["train-measured"]["seed"],
        people=len(sets["train-true"]["people"]),
        priors=" and ".join(f"`{one}`" for one in card["priors"]),
        calibrate=sets["calibrate"]["volumes"],
        calibrate_people=len(sets["calibrate"]["people"]),
        threshold=card["threshold"],
        clips=usual["clips"],
        test_people=usual["people"],
    )
    parts = [
        text,
        _sources(usual, noisy),
        _units(usual),
        _emotions(usual, noisy, found["ceiling"]),
        _times(usual, noisy),
        _reliability(usual, noisy),
        _ablation(found.get("ablation", [])),
        WEAKNESSES,
    ]
    path.write_text("\n".join(parts), encoding="utf-8")


def _percent(figure: list[float]) -> str:
    value, low, high = (100 * one for one in figure)
    return f"{value:.1f} [{low:.1f}, {high:.1f}]"


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _sources(usual: Found, noisy: Found) -> str:
    rows = []
    for name, one in usual["sources"].items():
        beside = noisy["sources"][name]["twelve"]
        rows.append(
            [
                name,
                *(_percent(one["twelve"][figure]) for figure in ("f1", "auc", "ap")),
                _percent(one["all"]["f1"]),
                _percent(beside["f1"]),
            ]
        )
    count = len(usual["sources"]["all three"]["units_all"])
    return (
        "### Action units\n\nMeans over the twelve units of CD6ME, and F1 over all "
        f"{count} with at least ten positives; the last column is the noisy set, whose cameras are "
        "noisier than all that was learned from.\n\n"
        + _table(
            ["recogniser", "F1 (%), 12", "AUC (%), 12", "AP (%), 12", f"F1 (%), {count}",
             "F1 (%), 12, noisy"],
            rows,
        )
    )  # fmt: skip


def _units(usual: Found) -> str:
    rows = [
        [
            str(one["unit"]),
            str(one["positives"]),
            *(
                "n/a" if one[figure] is None else f"{100 * one[figure]:.0f}"
                for figure in ("f1", "auc", "ap")
            ),
            f"{one['ece']:.3f}",
        ]
        for one in usual["units"]
    ]
    return "All three together, unit by unit; ECE is the expected calibration error.\n\n" + _table(
        ["AU", "positives", "F1 (%)", "AUC (%)", "AP (%)", "ECE"], rows
    )


def _emotions(usual: Found, noisy: Found, ceiling: Found) -> str:
    rows = [
        [
            name,
            _percent(usual["three"][name]["uf1"]),
            _percent(usual["seven"][name]["uf1"]),
            _percent(usual["seven"][name]["accuracy"]),
            _percent(noisy["three"][name]["uf1"]),
        ]
        for name in usual["seven"]
    ]
    rows.append(
        [
            "bound: trees that know the units",
            f"{100 * ceiling['three_uf1']:.1f}",
            f"{100 * ceiling['seven_uf1']:.1f}",
            "",
            "",
        ]
    )
    return (
        "### Emotions\n\nThe same units stand under several emotions in the statistics that the "
        "movements are drawn from, so even whoever knows exactly which units move stays below "
        "100 %: the last row. Three classes are those of MEGC2019 (negative, positive, "
        "surprise).\n\n"
        + _table(
            ["recogniser", "UF1 (%), three", "UF1 (%), seven", "accuracy (%), seven",
             "UF1 (%), three, noisy"],
            rows,
        )
    )  # fmt: skip


def _times(usual: Found, noisy: Found) -> str:
    rows = [
        [name, *(f"{one['times'][moment]:.0f}" for moment in ("onset_ms", "apex_ms", "offset_ms"))]
        for name, one in (("usual", usual), ("noisy", noisy))
    ]
    return (
        "### Times\n\nMedian error in milliseconds of the network on volumes, whose window begins "
        "and ends at a random distance from the movement. In video the times come from the fit "
        "that [the recogniser's page](recogniser.md) measures.\n\n"
        + _table(["set", "onset", "apex", "offset"], rows)
    )


def _reliability(usual: Found, noisy: Found) -> str:
    rows = [
        [
            f"{place / 10:.1f} to {(place + 1) / 10:.1f}",
            *(
                text
                for said, true, count in (usual["reliability"][place], noisy["reliability"][place])
                for text in (
                    f"{said:.2f}" if count else "n/a",
                    f"{true:.2f}" if count else "n/a",
                    str(count),
                )
            ),
        ]
        for place in range(10)
    ]
    return (
        "### How far the probabilities hold\n\nUnits of all clips together, by the probability "
        f"that was said. Expected calibration error: {usual['ece']:.3f} (noisy: "
        f"{noisy['ece']:.3f}); of the emotion that is named, {usual['emotion_ece']:.3f} "
        f"({noisy['emotion_ece']:.3f}).\n\n"
        + _table(["probability", "said", "true", "count", "noisy: said", "true", "count"], rows)
    )


def _ablation(rows: list[Found]) -> str:
    if not rows:
        return ""
    body = [
        [
            one["kind"],
            one["name"],
            one["asks"],
            f"{one['samples']:,} x {one['epochs']}",
            *(_percent(one["twelve"][figure]) for figure in ("f1", "auc", "ap")),
            f"{100 * one['emotion_accuracy']:.1f}",
        ]
        for one in rows
    ]
    return (
        "## What the parts are worth\n\nNetworks that lack one part, trained alike on fewer "
        "samples and epochs than the packaged ones, without calibration (threshold .5), on the "
        "same test set. Flow and pixels were trained on the same 4,000 faces and tested on 800 "
        "others, which no other row saw.\n\n"
        + _table(
            ["reads", "network", "asks", "samples x epochs", "F1 (%), 12", "AUC (%), 12",
             "AP (%), 12", "emotion, accuracy (%)"],
            body,
        )
    )  # fmt: skip


WEAKNESSES = """## Known weaknesses

- Everything above is rendered. Skin of the head folds nothing, its cheeks are smoother than real
  ones, and real units differ from the head's: 6 and 7 show little beside 4, 17 moves the chin's
  boss, 15 comes with the chin.
- 12, 14, 20, 23 and 24 all pull at the mouth and are taken for each other when weak.
- Units that the head cannot show or that are rare in the statistics (11, 13, 22, 27, 28, 38, 39)
  are not read.
- It says nothing of how strong a movement is, and always finds some unit likeliest: that there
  was a movement at all is for the spotting to say.
- The emotions are labels of expressions under two published statistics, not what a person feels.
"""
