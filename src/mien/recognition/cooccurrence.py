"""How action units go together: the asymmetric graph of the paper, counted from labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from mien.core.errors import UsageError
from mien.core.movement_statistics import ALL, movement_statistics

Direction = Literal["asymmetric", "jaccard", "mean"]

DIRECTIONS: tuple[Direction, ...] = ("asymmetric", "jaccard", "mean")


@dataclass(frozen=True)
class CooccurrenceGraph:
    """Counts of units and pairs, with the weights made of them."""

    unit_numbers: tuple[int, ...]
    """FACS numbers of the nodes."""

    clips: int
    """Clips that were counted: those whose units are known."""

    counts: Float[np.ndarray, " unit"]
    """N_i: clips that show a unit."""

    pair_counts: Float[np.ndarray, "unit unit"]
    """N_ij: clips that show both; N_i on the diagonal."""

    adjacency: Float[np.ndarray, "unit unit"]
    """A_ij = P(U_i | U_j) = N_ij / N_j for ``asymmetric``; 1 on the diagonal. Column j of a unit
    that no clip shows is 0 beside the diagonal: nothing is known of what goes with it."""

    classes: tuple[str, ...]
    emotion_given_unit: Float[np.ndarray, "unit class"]
    """P(emotion | U_i); the shares of the emotions over all clips for a unit that none shows."""


def cooccurrence(
    units: Float[np.ndarray, "clip unit"],
    unit_numbers: Sequence[int],
    emotion: Int[np.ndarray, " clip"],
    classes: Sequence[str],
    *,
    direction: Direction = "asymmetric",
    smoothing: float = 0.0,
    threshold: float = 0.0,
) -> CooccurrenceGraph:
    """Count units and pairs over the clips of a training fold.

    Args:
        units: 1 where coded, 0 where not; a row with a NaN has an unknown coding and is left out.
        unit_numbers: FACS numbers of the columns.
        emotion: position among the classes; -1 for none of them.
        classes: names of the emotions.
        direction: ``asymmetric`` as in the paper; ``jaccard`` N_ij / (N_i + N_j - N_ij) and
            ``mean`` (A + A') / 2 are the symmetric forms.
        smoothing: clips added to every pair and, doubled, to every unit (Laplace).
        threshold: weights below it become 0.

    Raises:
        UsageError: arrays that do not belong together, other values than 0 and 1, or an unknown
            direction.

    >>> graph = cooccurrence(np.array([[1.0, 1], [1, 0]]), (1, 2), np.array([0, 0]), ("surprise",))
    >>> graph.adjacency.tolist()  # P(1|2) = 1, P(2|1) = .5
    [[1.0, 1.0], [0.5, 1.0]]
    """
    if units.shape[1] != len(unit_numbers) or len(units) != len(emotion):
        msg = (
            f"Expected units of {len(unit_numbers)} columns and an emotion for each of "
            f"{len(units)} clips, but got {units.shape} and {len(emotion)}."
        )
        raise UsageError(msg)
    if len(emotion) and not -1 <= emotion.min() <= emotion.max() < len(classes):
        msg = (
            f"Expected each emotion as a position among {len(classes)} classes or -1, but got "
            f"{emotion.min()} to {emotion.max()}."
        )
        raise UsageError(msg)
    known = ~np.isnan(units).any(axis=1)
    seen = units[known]
    if not np.isin(seen, (0.0, 1.0)).all():
        msg = "Expected units of 0 or 1, but other values came. Threshold intensities first."
        raise UsageError(msg)
    pairs = seen.T @ seen
    by_class = np.stack(
        [seen[emotion[known] == number].sum(axis=0) for number in range(len(classes))], axis=1
    ).reshape(len(unit_numbers), len(classes))
    labelled = emotion[known]
    shares = np.bincount(labelled[labelled >= 0], minlength=len(classes)).astype(float)
    return _graph(
        tuple(unit_numbers),
        len(seen),
        pairs,
        tuple(classes),
        by_class,
        shares,
        direction=direction,
        smoothing=smoothing,
        threshold=threshold,
    )


def published_cooccurrence(
    prior: str,
    unit_numbers: Sequence[int],
    *,
    emotion: str = ALL,
    direction: Direction = "asymmetric",
) -> CooccurrenceGraph:
    """Give the graph of published counts, of all clips or those of one emotion.

    Args:
        prior: ``casme2`` or ``dfme``.
        unit_numbers: FACS numbers of the nodes.
        emotion: a label of that corpus, or ``all``.
        direction: see :func:`cooccurrence`.

    Raises:
        UsageError: a prior that counts no clips, or an emotion that it does not know.

    >>> graph = published_cooccurrence("casme2", (1, 2, 4, 7))
    >>> round(float(graph.adjacency[2, 3]), 2)  # P(AU4 | AU7)
    0.87
    """
    counts = movement_statistics(prior).counts
    if not counts:
        msg = f"Expected a prior that counts clips, but {prior} lists prototypes. Take casme2."
        raise UsageError(msg)
    if emotion not in (ALL, *counts):
        msg = f"Expected an emotion among {', '.join(counts)} or {ALL}, but got {emotion!r}."
        raise UsageError(msg)
    chosen = {emotion: counts[emotion]} if emotion != ALL else dict(counts)
    pairs = np.zeros((len(unit_numbers), len(unit_numbers)))
    by_class = np.zeros((len(unit_numbers), len(chosen)))
    for column, table in enumerate(chosen.values()):
        for row, unit in enumerate(unit_numbers):
            pairs[row, row] += table.units.get(unit, 0)
            by_class[row, column] = table.units.get(unit, 0)
            for other, second in enumerate(unit_numbers):
                if unit < second:
                    both = table.pairs.get((unit, second), 0)
                    pairs[row, other] += both
                    pairs[other, row] += both
    shares = np.array([table.clips for table in chosen.values()], float)
    return _graph(
        tuple(unit_numbers),
        int(shares.sum()),
        pairs,
        tuple(chosen),
        by_class,
        shares,
        direction=direction,
        smoothing=0.0,
        threshold=0.0,
    )


def _graph(  # noqa: PLR0913 - counts on one hand, settings on the other
    unit_numbers: tuple[int, ...],
    clips: int,
    pairs: Float[np.ndarray, "unit unit"],
    classes: tuple[str, ...],
    by_class: Float[np.ndarray, "unit class"],
    shares: Float[np.ndarray, " class"],
    *,
    direction: str,
    smoothing: float,
    threshold: float,
) -> CooccurrenceGraph:
    if direction not in DIRECTIONS:
        msg = f"Expected a direction among {', '.join(DIRECTIONS)}, but got {direction!r}."
        raise UsageError(msg)
    if not 0 <= smoothing < np.inf or not 0 <= threshold <= 1:
        msg = f"Expected smoothing >= 0 and a threshold in 0..1, got {smoothing} and {threshold}."
        raise UsageError(msg)
    counts = np.diag(pairs).copy()
    both = pairs + smoothing
    single = counts + 2 * smoothing
    if direction == "jaccard":
        either = single[:, None] + single - both
        adjacency = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
    else:
        adjacency = np.divide(
            both, single, out=np.zeros_like(both), where=np.broadcast_to(single, both.shape) > 0
        )
        if direction == "mean":
            adjacency = (adjacency + adjacency.T) / 2
    adjacency[adjacency < threshold] = 0.0
    np.fill_diagonal(adjacency, 1.0)
    total = shares.sum()
    overall = shares / total if total else np.full(len(classes), 1 / max(len(classes), 1))
    of_unit = by_class.sum(axis=1, keepdims=True)
    emotion = np.where(
        of_unit > 0,
        np.divide(by_class, of_unit, out=np.zeros_like(by_class), where=of_unit > 0),
        overall,
    )
    return CooccurrenceGraph(unit_numbers, clips, counts, pairs, adjacency, classes, emotion)
