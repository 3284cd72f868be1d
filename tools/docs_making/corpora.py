"""Pictures of prepared corpora and of the graph of action units."""

import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
from docs_making.canvas import drawn, figure, save_png, show_picture

from mien.datasets.prepared import open_prepared
from mien.datasets.reading import read_corpus
from mien.pipeline.corpus_preparation import PreparationSettings, prepare_corpus
from mien.pipeline.unit_graph import draw_unit_graph
from mien.synth.corpus import write_corpus
from mien.synth.options import SynthOptions
from mien.work import Silent

_OPTIONS = SynthOptions(
    clips=2,
    people=("Amara", "Yuna"),
    rate=Fraction(100),
    intensity=(0.5, 0.7),
    prior="casme2",
    without=("blinks", "macro", "speech"),
    seed=21,
)
_EVERY = 3


def draw_prepared(path: Path) -> None:
    """Draw what preparing a corpus makes of two clips."""
    with tempfile.TemporaryDirectory() as folder:
        root, out = Path(folder) / "corpus", Path(folder) / "prepared"
        write_corpus(root, _OPTIONS, Silent())
        settings = PreparationSettings(inputs=("rgb", "flow"), videos=False)
        prepare_corpus(read_corpus("synth", root), out, settings, Silent())
        corpus = open_prepared(out)
        pictures, flow = corpus.clips.read("rgb"), corpus.clips.read("flow").astype(np.float32)
        titles = [
            f"{row.name} of {row.subject}: AU {'+'.join(map(str, row.units or ()))}, {row.emotion}"
            for row in corpus.rows
        ]
        del corpus
    steps = range(0, pictures.shape[1], _EVERY)
    made = figure(900, 620)
    rows = made.subplots(4, len(steps))
    for clip, title in enumerate(titles):
        strongest = float(np.abs(flow[clip, ..., :2]).max())
        for column, step in enumerate(steps):
            show_picture(rows[2 * clip][column], pictures[clip, step])
            shown = 128 + flow[clip, step] * np.array([110, 110, 330]) / strongest
            show_picture(rows[2 * clip + 1][column], np.clip(shown, 0, 255).astype(np.uint8))
        rows[2 * clip][0].set_title(title, fontsize=9, loc="left")
    save_png(path, drawn(made))


def draw_graph_of_units(path: Path) -> None:
    """Draw the graph of CASME II's published counts."""
    draw_unit_graph("casme2", path, emotion="all", units="cd6me12", direction="asymmetric")
