"""The threshold that a user can move, and what it costs on the measuring set."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

DEFAULT_CONFIDENCE = 0.5
"""Reported is what is more probably true than not."""

SHOWN_COSTS = (0.2, 0.5, 0.8)
"""Thresholds whose costs the command line tells."""

FILE = "spotting_costs.json"


@dataclass(frozen=True)
class SpottingCost:
    """What one threshold found and what it reported by mistake, on mien's long test videos."""

    confidence: float
    recall: float
    """Share of the planted micro-expressions that were found."""

    false_per_minute: float


@cache
def spotting_costs() -> tuple[SpottingCost, ...]:
    """Give the measured costs, from the laxest threshold to the strictest."""
    text = (files("mien.recognition") / "data" / FILE).read_text(encoding="utf-8")
    return tuple(SpottingCost(**row) for row in json.loads(text)["costs"])


def cost_words(*confidences: float) -> str:
    """Say in one line what some thresholds cost.

    >>> cost_words(0.5).startswith("0.5 finds ")
    True
    """
    chosen = [cost for cost in spotting_costs() if cost.confidence in confidences]
    return "; ".join(
        f"{cost.confidence:g} finds {cost.recall:.0%} with {cost.false_per_minute:.1f} false a "
        "minute"
        for cost in chosen
    )
