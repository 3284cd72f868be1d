"""A directed graph of action units as a picture."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.core.facs import action_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import FancyArrowPatch

_SHOWN_FROM = 0.1
_ENOUGH_CLIPS = 5
_RARE = 0.3
_BEND, _APART = 0.45, 0.12
"""Bend of an arrow, in parts of its length: inwards, and to its own right."""

_ABOVE = 0.35
"""Beyond this height or width a label stands above or below its node, or beside it."""

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

    Width and darkness of an arrow are the probability, the size of a node how often it is seen. An
    arrow is faint and dashed where the given unit was seen too rarely to tell. A symmetric
    adjacency is drawn as lines without heads.

    Args:
        unit_numbers: FACS numbers of the nodes.
        adjacency: A_ij = P(U_i | U_j), 0..1.
        counts: how often each unit was seen.
        title: one line.

    Returns:
        a PNG.

    Raises:
        UsageError: a number that is no unit of FACS, or sizes that do not belong together.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    count = len(unit_numbers)
    if adjacency.shape != (count, count) or counts.shape != (count,):
        msg = (
            f"Expected an adjacency and counts of {count} units, but got {adjacency.shape} and "
            f"{counts.shape}."
        )
        raise UsageError(msg)
    directed = not np.array_equal(adjacency, adjacency.T)
    figure = Figure(figsize=(8, 8), dpi=110, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 0.93))
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(-1.5, 1.5)
    axes.set_ylim(-1.35, 1.35)
    nodes = _nodes(unit_numbers, counts)
    for edge in reversed(unit_edges(unit_numbers, adjacency)):
        if directed or edge.given < edge.unit:
            axes.add_patch(_arrow(nodes[edge.given], nodes[edge.unit], edge, directed=directed))
    for unit, node in nodes.items():
        _draw_node(axes, unit, node)
    seen_rarely = f"faint and dashed where j is seen in fewer than {_ENOUGH_CLIPS} clips"
    legend = (
        f"width of an arrow from j to i: P(i | j), from {_SHOWN_FROM:g} on; {seen_rarely}"
        if directed
        else f"width of a line: weight of the pair, the same both ways, from {_SHOWN_FROM:g} on"
    )
    figure.text(0.5, 0.955, title, ha="center", fontsize=13, color=_INK)
    figure.text(0.5, 0.925, legend, ha="center", fontsize=9, color=_INK)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


@dataclass(frozen=True)
class _Node:
    x: float
    y: float
    clips: float
    radius_pt: float


def _nodes(unit_numbers: Sequence[int], counts: Float[np.ndarray, " unit"]) -> dict[int, _Node]:
    """Place the units clockwise from the top, with areas that grow with their counts."""
    most = max(float(counts.max(initial=0)), 1.0)
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(unit_numbers)) / max(len(unit_numbers), 1)
    return {
        unit: _Node(
            float(np.cos(angle)),
            float(np.sin(angle)),
            float(clips),
            float(np.sqrt(100 + 200 * clips / most)),
        )
        for unit, angle, clips in zip(unit_numbers, angles, counts, strict=True)
    }


def _arrow(start: _Node, end: _Node, edge: UnitEdge, *, directed: bool) -> "FancyArrowPatch":
    """Bend inwards, past the nodes between the two, and apart from the way back."""
    from matplotlib.patches import FancyArrowPatch

    middle = float(np.hypot(start.x + end.x, start.y + end.y)) / 2
    clockwise = start.x * end.y - start.y * end.x < 0
    rare = directed and start.clips < _ENOUGH_CLIPS  # one clip gives 1.0: it must not stand out
    weight = edge.probability * (_RARE if rare else 1)
    bend = _BEND * middle * (1 if clockwise else -1) + (_APART if directed else 0)
    return FancyArrowPatch(
        (start.x, start.y),
        (end.x, end.y),
        connectionstyle=f"arc3,rad={bend:.4f}",
        arrowstyle="-|>" if directed else "-",
        mutation_scale=8 + 9 * weight,
        linewidth=0.6 + 3 * weight,
        linestyle="--" if rare else "-",
        color=_EDGE,
        alpha=0.25 + 0.65 * weight,
        shrinkA=start.radius_pt + 2,
        shrinkB=end.radius_pt + 2,
        zorder=1,
    )


def _draw_node(axes: "Axes", unit: int, node: _Node) -> None:
    seen = node.clips > 0
    axes.scatter(
        [node.x],
        [node.y],
        s=(2 * node.radius_pt) ** 2,
        color="#e8f1f6" if seen else _PAPER,
        edgecolor=_INK if seen else "#b8c2ca",
        linewidth=1.2,
        zorder=2,
    )
    axes.text(
        node.x, node.y, f"{unit}", ha="center", va="center", fontsize=11, color=_INK, zorder=3
    )
    gap_pt = node.radius_pt + 5
    axes.annotate(
        f"{action_unit(unit).name}\n{node.clips:.0f} {'clip' if node.clips == 1 else 'clips'}",
        (node.x, node.y),
        (gap_pt * node.x, gap_pt * node.y),
        textcoords="offset points",
        ha="center" if abs(node.x) < _ABOVE else "left" if node.x > 0 else "right",
        va="center" if abs(node.y) < _ABOVE else "bottom" if node.y > 0 else "top",
        fontsize=8,
        color=_INK if seen else "#8a96a0",
        zorder=3,
    )
