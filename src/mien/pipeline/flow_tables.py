"""Figures of flow images -> tables for people and programs."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mien.evaluation.bootstrap import Interval
from mien.evaluation.score_figures import CLASS_FIGURES, UNIT_MEANS, ScoreFigures
from mien.evaluation.tables import Cell, Table
from mien.pipeline.flow_corpus import CorpusFlow, FlowCorpus
from mien.pipeline.flow_evaluating import FlowFigures
from mien.store.atomic import write_text_atomic

_TITLES = {
    "zero-shot": "Zero-shot",
    "loso": "Leave one subject out",
    "corpora": "Leave one corpus out",
}
_COLUMNS = (
    "surely: how far the motion is more like a face than a face moving backwards, in standard "
    "errors; strain: median correlation of the strain channel with that of u and v, from which "
    "their ratio was found."
)
_WORDS = {"auc": "AUC", "average_precision": "AP", "uf1": "UF1", "uar": "UAR"}


def flow_tables(figures: FlowFigures, corpus: FlowCorpus) -> tuple[Table, ...]:
    """Make every table that there are figures of."""
    line = (
        f"{len(corpus.names)} pictures of {len(set(corpus.subjects))} subjects; 95 % intervals "
        "over subjects; every score was sealed before its label was read."
    )
    parts = {
        "zero-shot": (figures.zero_shot, f"No label was learned from. Prior {figures.prior}. "),
        "loso": (figures.loso, "Machines that have not seen the subject. "),
        "corpora": (figures.corpora, "Machines that have not seen the corpus. "),
    }
    tables = [_registration(corpus)]
    for part, (rows, words) in parts.items():
        if rows:
            tables += [
                _means(_TITLES[part], words + line, rows),
                _by_unit(f"{_TITLES[part]}, unit by unit", rows),
            ]
    if figures.few:
        tables.append(_few(figures))
    return tuple(tables)


def write_flow_tables(
    figures: FlowFigures, corpus: FlowCorpus, tables: tuple[Table, ...], out: Path
) -> tuple[Path, ...]:
    """Write all tables as one page and one CSV each, and every figure as JSON.

    Raises:
        OutputError: a file cannot be written.
    """
    files = [out / "flow.md"]
    notes = [f"- {part}: not done. {why}" for part, why in figures.not_done.items()]
    notes += [f"- {warning}" for warning in corpus.warnings]
    page = "\n".join(table.to_markdown() for table in tables)
    write_text_atomic(files[0], page + ("\n" + "\n".join(notes) + "\n" if notes else ""))
    for table in tables:
        name = table.title.lower().replace(",", "").replace(" ", "-")
        files.append(out / f"{name}.csv")
        write_text_atomic(files[-1], table.to_csv())
    files.append(out / "flow.json")
    write_text_atomic(files[-1], json.dumps(flow_json(figures, corpus), indent=1) + "\n")
    return tuple(files)


def flow_json(figures: FlowFigures, corpus: FlowCorpus) -> dict[str, Any]:
    """Give every figure as what JSON can hold; what is not defined is null."""
    return {
        "pictures": len(corpus.names),
        "subjects": len(set(corpus.subjects)),
        "corpora": [_plain(one) for one in corpus.corpora],
        "warnings": list(corpus.warnings),
        **_plain(figures),
    }


def _registration(corpus: FlowCorpus) -> Table:
    return Table(
        "Reading",
        "Where the face lies in the pictures of each corpus, against the canonical one: stretch to "
        "the right and down, shift in cells of 28. The fit looks at no label.",
        ("corpus", "pictures", "stretch", "shift", "surely", "strain"),
        tuple(_placed(one) for one in corpus.corpora),
        (_COLUMNS,),
    )


def _placed(one: CorpusFlow) -> tuple[Cell, ...]:
    (wide, high), (right, down) = one.placement.stretch, one.placement.shift
    sure = one.fitted.distance if one.fitted else math.nan
    return (
        Cell(one.name),
        Cell(str(one.pictures), float(one.pictures)),
        Cell("as told" if one.registered else f"{wide:.2f} {high:.2f}"),
        Cell("" if one.registered else f"{28 * right:+.1f} {28 * down:+.1f}"),
        Cell(_told(sure, 1), None if math.isnan(sure) else sure),
        Cell(_told(one.strain_likeness), None),
    )


def _means(title: str, line: str, rows: Mapping[str, ScoreFigures]) -> Table:
    first = next(iter(rows.values()))
    counted = sum(one.counted for one in first.units)
    return Table(
        title,
        f"{line} Units: mean over {counted} with enough positives; classes: negative, positive, "
        f"surprise, {first.with_class} pictures.",
        ("row", *(_WORDS.get(one, one) for one in (*UNIT_MEANS, *CLASS_FIGURES))),
        tuple(
            (
                Cell(name),
                *(_cell(one.means.get(figure)) for figure in UNIT_MEANS),
                *(_cell(one.classes.get(figure)) for figure in CLASS_FIGURES),
            )
            for name, one in rows.items()
        ),
    )


def _by_unit(title: str, rows: Mapping[str, ScoreFigures]) -> Table:
    first = next(iter(rows.values()))
    return Table(
        title,
        "AUC and AP of each unit that occurs; * is in the means.",
        ("unit", "pictures", "positives", *(f"{name} {f}" for name in rows for f in ("AUC", "AP"))),
        tuple(
            (
                Cell(f"AU{unit.unit}{'*' if unit.counted else ''}"),
                Cell(str(unit.clips), float(unit.clips)),
                Cell(str(unit.positives), float(unit.positives)),
                *(
                    cell
                    for one in rows.values()
                    for value in (one.units[place].auc, one.units[place].average_precision)
                    for cell in (_number(value),)
                ),
            )
            for place, unit in enumerate(first.units)
        ),
    )


def _few(figures: FlowFigures) -> Table:
    return Table(
        "Few subjects",
        "Learned from subjects that are drawn, tried on all others; mean (and standard deviation) "
        f"over {figures.few[0].draws} draws. `flow alone` starts from scratch.",
        ("subjects", "row", "AUC", "AP", "UF1", "UAR"),
        tuple(
            (
                Cell(str(one.subjects), float(one.subjects)),
                Cell(one.row),
                _number(one.auc, one.spread_auc),
                _number(one.average_precision),
                _number(one.uf1, one.spread_uf1),
                _number(one.uar),
            )
            for one in figures.few
        ),
    )


def _cell(interval: Interval | None) -> Cell:
    if interval is None or math.isnan(interval.value):
        return Cell("-")
    low, high = interval.low, interval.high
    span = "" if math.isnan(low) else f" [{_told(low)}, {_told(high)}]"
    return Cell(
        f"{_told(interval.value)}{span}",
        interval.value,
        None if math.isnan(low) else low,
        None if math.isnan(high) else high,
    )


def _number(value: float, spread: float = math.nan) -> Cell:
    if math.isnan(value):
        return Cell("-")
    beside = "" if math.isnan(spread) else f" ({_told(spread)})"
    return Cell(f"{_told(value)}{beside}", value)


def _told(value: float, digits: int = 3) -> str:
    if math.isnan(value):
        return "-"
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value
