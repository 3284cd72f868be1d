"""The page and the picture of spotting in long videos."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from docs_making.canvas import ARROW, INK, MICRO, drawn, figure, save_png
from docs_making.spotting_figures import (
    Planted,
    VideoOutcome,
    at_false_rate,
    at_recall,
    counts_at,
    curve,
    figures_at,
    reliability,
)

from mien.evaluation.bootstrap import Interval
from mien.recognition.sensitivity import DEFAULT_CONFIDENCE

THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
RECALLS = (0.5, 0.7, 0.8, 0.9)
FALSE_RATES = (0.25, 0.5, 1.0, 2.0)
WEAK = 0.25

Which = Callable[[Planted], bool]
KINDS: Mapping[str, Which] = {
    "in quiet, no blink near": lambda p: not p.speech and not p.blink,
    "in speech, no blink near": lambda p: p.speech and not p.blink,
    "touched by a blink": lambda p: p.blink,
    "in a turn or nod, no speech, no blink": lambda p: p.turn and not p.speech and not p.blink,
    f"peak below {WEAK:g}": lambda p: p.peak < WEAK,
}


def groups_of(outcomes: Sequence[VideoOutcome]) -> dict[str, list[VideoOutcome]]:
    """Give all videos, and those of each rate."""
    rates = sorted({one.rate for one in outcomes})
    return {"all": list(outcomes)} | {
        f"{rate} fps": [one for one in outcomes if one.rate == rate] for rate in rates
    }


def draw_curve(path: Path, outcomes: Sequence[VideoOutcome]) -> None:
    """Draw recall over false alarms a minute, all videos and each rate."""
    made = figure(860, 420)
    axes = made.subplots()
    for (name, some), colour in zip(groups_of(outcomes).items(), (INK, ARROW, MICRO), strict=False):
        points = curve(some)
        axes.plot(points[:, 2], points[:, 1], color=colour, label=name, drawstyle="steps-post")
        usual = points[np.searchsorted(points[:, 0], DEFAULT_CONFIDENCE).clip(0, len(points) - 1)]
        axes.plot(usual[2], usual[1], "o", color=colour, markersize=5)
    axes.set_xlabel("false alarms a minute; dots: the usual threshold")
    axes.set_ylabel("share of the planted that was found")
    axes.set_ylim(0, 1)
    axes.legend(loc="lower right", frameon=False)
    save_png(path, drawn(made), colours=32)


def page_of(outcomes: Sequence[VideoOutcome], seed: int, fitted_on: str) -> str:
    """Word the page."""
    parts = (_head(outcomes, seed, fitted_on), _usual(outcomes), _moving(outcomes), _sure(outcomes))
    return "\n".join(line for part in parts for line in part)


def _head(outcomes: Sequence[VideoOutcome], seed: int, fitted_on: str) -> list[str]:
    planted = [one for outcome in outcomes for one in outcome.planted]
    minutes = sum(one.minutes for one in outcomes)
    talk = sum(one.speech_s for one in outcomes) / (60 * minutes)
    words = (
        f"{len(outcomes)} drawn videos, {minutes:.1f} minutes together, seed {seed}: people who "
        f"talk ({talk:.0%} of the time), listen, nod, look about, blink and sway, with light, "
        "noise, blur and compression drawn for each. Their people were never used to choose a "
        "threshold, and their shapes are disturbed against the recogniser's. Planted are "
        f"{len(planted)} micro-expressions with units and durations as published statistics have "
        f"them (DFME), peaks .12-.5; {sum(one.speech for one in planted)} of them fall into "
        f"speech, {sum(one.blink for one in planted)} are touched by a blink, "
        f"{sum(one.turn for one in planted)} fall into a turn or nod of the head. The confidence "
        f"was fitted on {fitted_on}. Landmark models: {outcomes[0].models}."
    )
    return [
        "# Spotting in long video, measured",
        "",
        "Written by `tools/measure_spotting.py`; not edited by hand.",
        "",
        words,
        "",
    ]


def _usual(outcomes: Sequence[VideoOutcome]) -> list[str]:
    text = [
        f"## At the usual threshold, confidence {DEFAULT_CONFIDENCE:g}",
        "",
        "| videos | minutes | planted | found | false | F1 | recall | precision | false a minute |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, some in groups_of(outcomes).items():
        hits, wrong, missed = np.sum([counts_at(one, DEFAULT_CONFIDENCE) for one in some], axis=0)
        recall, rate, f1, precision = map(_interval, figures_at(some, DEFAULT_CONFIDENCE))
        minutes = sum(one.minutes for one in some)
        text.append(
            f"| {name} | {minutes:.1f} | {hits + missed} | {hits} | {wrong} "
            f"| {f1} | {recall} | {precision} | {rate} |"
        )
    planted = [one for outcome in outcomes for one in outcome.planted]
    heard = sum(one.heard_s for one in outcomes) / sum(one.speech_s for one in outcomes)
    hits, wrong, missed = np.sum([one.macro for one in outcomes], axis=0)
    macro_f1 = 2 * hits / max(1, 2 * hits + wrong + missed)
    found = (
        "Found: overlaps the planted one by half (intersection over union), one to one. In "
        "brackets 95 % of 2000 draws of whole videos."
    )
    macro = (
        f"Of the speech, {heard:.0%} was noticed as such. Macro-expressions (0.7 to 3 s): {hits} "
        f"found, {wrong} false, {missed} missed, F1 {macro_f1:.2f}."
    )
    kinds = [f"| {name} | {_share(planted, which)} |" for name, which in KINDS.items()]
    return [
        *text, "", found, "", "| planted micro-expressions | found |", "|---|---|", *kinds, "",
        macro, "",
    ]  # fmt: skip


def _moving(outcomes: Sequence[VideoOutcome]) -> list[str]:
    text = [
        "## Moving the threshold",
        "",
        "`--confidence P` reports what is at least so probably true.",
        "",
        "| P | recall | false a minute | F1 |",
        "|---|---|---|---|",
    ]
    for threshold in THRESHOLDS:
        recall, rate, f1, _ = map(_interval, figures_at(outcomes, threshold))
        text.append(f"| {threshold:g} | {recall} | {rate} | {f1} |")
    points = {name: curve(some) for name, some in groups_of(outcomes).items()}
    for words, places, read in (
        ("false alarms a minute at recall of", RECALLS, at_recall),
        ("recall at false alarms a minute of", FALSE_RATES, at_false_rate),
    ):
        heads = " | ".join(f"{place:g}" for place in places)
        text += ["", f"| {words} | {heads} |", "|---" * (1 + len(places)) + "|"]
        for name, some in points.items():
            cells = " | ".join(_known(read(some, place)) for place in places)
            text.append(f"| {name} | {cells} |")
    return [
        *text,
        "",
        "![Recall over false alarms a minute](spotting.png)",
        "",
        "*Each point is a threshold.*",
        "",
    ]


def _sure(outcomes: Sequence[VideoOutcome]) -> list[str]:
    table, error = reliability(outcomes)
    rows = [
        f"| {row.low:g}-{row.high:g} | {row.movements} | {row.said:.2f} | {row.seen:.2f} |"
        for row in table
    ]
    closing = (
        f"Expected calibration error: {error:.3f}. True means found as above: a movement that is "
        "there and whose times are off by more than half counts as false here too."
    )
    return [
        "## Is the confidence a probability?",
        "",
        "| said | movements | mean said | true |",
        "|---|---|---|---|",
        *rows,
        "",
        closing,
        "",
    ]


def _share(planted: Sequence[Planted], which: Which) -> str:
    some = [one for one in planted if which(one)]
    return f"{sum(one.found >= DEFAULT_CONFIDENCE for one in some)} of {len(some)}"


def _interval(one: Interval) -> str:
    return f"{one.value:.2f} ({one.low:.2f}-{one.high:.2f})"


def _known(value: float) -> str:
    return "not reached" if np.isnan(value) else f"{value:.2f}"
