"""The graph of action units of published counts or of a prepared corpus, drawn."""

from pathlib import Path

import numpy as np

from mien.core.errors import UsageError
from mien.core.label_statistics import PRIORS
from mien.core.movement_statistics import ALL
from mien.datasets.prepared import open_prepared
from mien.pipeline.corpus_labels import label_corpus
from mien.recognition.cooccurrence import (
    DIRECTIONS,
    CooccurrenceGraph,
    cooccurrence,
    published_cooccurrence,
)
from mien.recognition.unit_sets import UNIT_SETS
from mien.report.graph_picture import UnitEdge, graph_picture, unit_edges
from mien.store.atomic import write_bytes_atomic


def draw_unit_graph(
    source: str, out: Path, *, emotion: str, units: str, direction: str
) -> tuple[UnitEdge, ...]:
    """Draw the graph of all clips, or of those of one emotion, and give its edges.

    Raises:
        UsageError: an unknown emotion, list of units or direction.
        MissingError: no prepared corpus there.
        OutputError: the picture cannot be written.
    """
    if units not in UNIT_SETS:
        msg = f"Expected --units among {', '.join(UNIT_SETS)}, but got {units!r}."
        raise UsageError(msg)
    chosen = next((one for one in DIRECTIONS if one == direction), None)
    if chosen is None:
        msg = f"Expected --direction among {', '.join(DIRECTIONS)}, but got {direction!r}."
        raise UsageError(msg)
    if source in PRIORS:
        graph = published_cooccurrence(source, UNIT_SETS[units], emotion=emotion, direction=chosen)
        name = source
    else:
        corpus = open_prepared(Path(source))
        labels = label_corpus(corpus, "plain", UNIT_SETS[units]).labelled.labels
        kept = np.ones(len(labels.emotion), bool)
        if emotion != ALL:
            if emotion not in labels.classes:
                msg = f"Expected an emotion among {', '.join(labels.classes)}, got {emotion!r}."
                raise UsageError(msg)
            kept = labels.emotion == labels.classes.index(emotion)
        graph = cooccurrence(
            labels.units[kept],
            UNIT_SETS[units],
            labels.emotion[kept],
            labels.classes,
            direction=chosen,
        )
        name = corpus.name
    write_bytes_atomic(out, _picture(graph, name, emotion))
    return unit_edges(graph.unit_numbers, graph.adjacency)


def _picture(graph: CooccurrenceGraph, name: str, emotion: str) -> bytes:
    title = f"{name}: {'all clips' if emotion == ALL else emotion} ({graph.clips} clips)"
    return graph_picture(graph.unit_numbers, graph.adjacency, graph.counts, title=title)
