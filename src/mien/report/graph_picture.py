"""A directed graph of action units as a picture."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.facs import action_unit

_SHOWN_FROM = 0.1
_INK, _EDGE, _PAPER = "#22303c", "#3b7ea1", "#ffffff"


@dataclass(frozen=True)
class UnitEdge:
    """That one unit brings another: P(unit | given)."""

    given: int
    """FACS number of the unit that is seen; the arrow starts there."""

    unit: int
    """FACS number of the unit that goes with it; the arrow ends there."""

    probability: float


def unit_edges(
    unit_numbers: Sequence[int],
    adjacency: Float[np.ndarray, "unit unit"],
    *,
    least: float = _SHOWN_FROM,
) -> tuple[UnitEdge, ...]:
    """List the edges of an adjacency A_ij = P(U_i | U_j), strongest first, without loops.

    >>> unit_edges((1, 2), np.array([[1.0, 0.67], [0.54, 1.0]]))[0]
    UnitEdge(given=2, unit=1, probability=0.67)
    """
    found = [
        UnitEdge(given, unit, float(adjacency[i, j]))
        for i, unit in enumerate(unit_numbers)
        for j, given in enumerate(unit_numbers)
        if i != j and adjacency[i, j] >= least
    ]
    return tuple(sorted(found, key=lambda edge: -edge.probability))


def graph_picture(
    unit_numbers: Sequence[int],
    adjacency: Float[np.ndarray, "unit unit"],
    counts: Float[np.ndarray, " unit"],
    *,
    title: str,
) -> bytes:
    """Draw the units on a circle, an arrow from the given unit to the one that it brings.

    Width and darkness of an arrow are the probability, the size of a node how often it is seen.
    Both directions of a pair are bent apart, so that an asymmetric pair shows as two arrows.

    Args:
        unit_numbers: FACS numbers of the nodes.
        adjacency: A_ij = P(U_i | U_j).
        counts: how often each unit was seen.
        title: one line.

    Returns:
        a PNG.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyArrowPatch

    figure = Figure(figsize=(8, 8), dpi=110, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.9))
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(-1.45, 1.45)
    axes.set_ylim(-1.4, 1.4)
    angle = np.pi / 2 - 2 * np.pi * np.arange(len(unit_numbers)) / len(unit_numbers)
    place = {
        unit: (float(np.cos(a)), float(np.sin(a)))
        for unit, a in zip(unit_numbers, angle, strict=True)
    }
    most = max(float(counts.max()), 1.0)
    for edge in reversed(unit_edges(unit_numbers, adjacency)):
        axes.add_patch(
            FancyArrowPatch(
                place[edge.given],
                place[edge.unit],
                connectionstyle="arc3,rad=0.14",
                arrowstyle="-|>",
                mutation_scale=9 + 11 * edge.probability,
                linewidth=0.5 + 3.5 * edge.probability,
                color=_EDGE,
                alpha=0.2 + 0.7 * edge.probability,
                shrinkA=19,
                shrinkB=19,
                zorder=1,
            )
        )
    for (unit, (x, y)), count in zip(place.items(), counts, strict=True):
        seen = count > 0
        axes.scatter(
            [x],
            [y],
            s=420 + 900 * count / most,
            color="#e8f1f6" if seen else _PAPER,
            edgecolor=_INK if seen else "#b8c2ca",
            linewidth=1.2,
            zorder=2,
        )
        axes.text(x, y, f"{unit}", ha="center", va="center", fontsize=12, color=_INK, zorder=3)
        axes.text(
            1.25 * x,
            1.22 * y,
            f"{action_unit(unit).name}\n{count:.0f} clips",
            ha="center",
            va="center",
            fontsize=8,
            color=_INK if seen else "#8a96a0",
            zorder=3,
        )
    figure.text(0.5, 0.955, title, ha="center", fontsize=13, color=_INK)
    figure.text(
        0.5,
        0.93,
        f"arrow from j to i: P(i | j), shown from {_SHOWN_FROM:g}; width is the probability",
        ha="center",
        fontsize=9,
        color=_INK,
    )
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
