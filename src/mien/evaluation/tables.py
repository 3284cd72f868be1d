"""The paper's Tables 2 and 3 with our own figures beside its printed ones.

Table 3 of the paper mixes two tasks whose figures cannot be compared, so here it is two tables:
3a for systems that say what a cut clip shows, 3b for systems that find events in uncut video.
"""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mien.core.errors import UsageError
from mien.evaluation.bootstrap import Interval
from mien.evaluation.scores import RecognitionScores, SpottingScores
from mien.evaluation.systems import Budget, SystemSpec, SystemTask

NO_COUNTERPART, NOT_RUN, UNDEFINED = "n/a", "not run", "not defined"


@dataclass(frozen=True)
class Unfinished:
    """A system of which some folds are still to run; it has no figures yet."""

    done: int
    folds: int


Outcome = RecognitionScores | SpottingScores | Unfinished


CODED_APEX = "reads the coded apex"
"""Of a system that is shown which picture of a clip its coders took for the apex."""


@dataclass(frozen=True)
class TableRow:
    """A system with what came of it."""

    spec: SystemSpec
    outcomes: Mapping[str, Outcome]
    """By name of the protocol, such as ``loso``."""

    budgets: Mapping[str, Budget] = field(default_factory=dict)
    """By protocol: what it was allowed, where that differs from the budget of the table. Its note
    tells."""

    note: str = ""


@dataclass(frozen=True)
class Conditions:
    """What holds for a whole table and is said above it."""

    corpus: str
    scheme: str
    """Labelling scheme, such as ``casme2-5``; empty for spotting."""

    budget: Budget
    pretraining: str
    """Where the weights of the pre-trained row came from, in words, such as ``none``."""


@dataclass(frozen=True)
class Cell:
    """One entry."""

    text: str
    """As people read it."""

    value: float | None = None
    """In percent, except for counts; None for words."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Table:
    """Rows under a line that says how they were made."""

    title: str
    line: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = field(default=())

    def to_markdown(self) -> str:
        """Write the table for people."""

        def joined(cells: Sequence[str]) -> str:
            return f"| {' | '.join(one.replace('|', chr(92) + '|') for one in cells)} |"

        body = [joined([cell.text for cell in row]) for row in self.rows]
        rule = joined(["---"] * len(self.columns))
        notes = [f"- {note}" for note in self.notes]
        head = [f"**{self.title}**", "", self.line, "", joined(self.columns), rule]
        return "\n".join([*head, *body, *([""] if notes else []), *notes]) + "\n"

    def to_csv(self) -> str:
        """Write the table for programs: each figure with its ends in columns of their own.

        The line above the table and its notes are the last rows, behind ``#``.
        """
        spread = [
            any(row[i].low is not None for row in self.rows) for i in range(len(self.columns))
        ]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(
            [
                name
                for column, wide in zip(self.columns, spread, strict=True)
                for name in ((column, f"{column} low", f"{column} high") if wide else (column,))
            ]
        )
        for row in self.rows:
            writer.writerow(
                [
                    one
                    for cell, wide in zip(row, spread, strict=True)
                    for one in (
                        (_exact(cell), _number(cell.low), _number(cell.high))
                        if wide
                        else (_exact(cell),)
                    )
                ]
            )
        for note in (self.line, *self.notes):
            writer.writerow([f"# {note}"])
        return text.getvalue()

    def to_json(self) -> dict[str, Any]:
        """Give the table as what JSON can hold."""
        return {
            "title": self.title,
            "line": self.line,
            "columns": list(self.columns),
            "rows": [
                [
                    {"text": one.text, "value": one.value, "low": one.low, "high": one.high}
                    for one in row
                ]
                for row in self.rows
            ],
            "notes": list(self.notes),
        }


def accuracy_table(
    rows: Sequence[TableRow],
    conditions: Conditions,
    *,
    kfold: str = "kfold5-subject",
    loso: str = "loso",
) -> Table:
    """Make Table 2: accuracy under k folds and leaving one subject out.

    Raises:
        UsageError: a row of another task.
    """
    _check_task(rows, SystemTask.RECOGNITION)
    lines = tuple(
        (
            Cell(row.spec.name),
            *(
                _figure(row.outcomes.get(protocol), lambda scores: scores.figures["accuracy"])
                for protocol in (kfold, loso)
            ),
            _printed(row.spec, "kfold"),
            _printed(row.spec, "loso"),
            _note(row, conditions, (kfold, loso)),
        )
        for row in rows
    )
    return Table(
        title="Table 2. Accuracy (%) with k folds and leaving one subject out",
        line=_line(conditions, (kfold, loso)),
        columns=(
            "Model",
            f"{kfold} Acc. (%)",
            f"{loso} Acc. (%)",
            "paper k-fold Acc. (%)",
            "paper LOSO Acc. (%)",
            "Note",
        ),
        rows=lines,
        notes=_notes(rows, (kfold, loso)),
    )


def recognition_table(
    rows: Sequence[TableRow], conditions: Conditions, *, protocol: str = "loso"
) -> Table:
    """Make Table 3a: what cut clips show. Its last row is the most common class for every clip.

    Raises:
        UsageError: a row of another task.
    """
    _check_task(rows, SystemTask.RECOGNITION)
    names = ("accuracy", "uf1", "uar", "weighted_f1")
    lines = [
        (
            Cell(row.spec.category),
            Cell(row.spec.name),
            *(
                _figure(row.outcomes.get(protocol), lambda scores, name=name: scores.figures[name])
                for name in names
            ),
            _printed(row.spec, "accuracy"),
            _printed(row.spec, "f1"),
            _note(row, conditions, (protocol,)),
        )
        for row in rows
    ]
    scored = [row.outcomes.get(protocol) for row in rows]
    majority = next((one.majority for one in scored if isinstance(one, RecognitionScores)), None)
    if majority is not None:
        bound = (getattr(majority, name) for name in names)
        lines.append(
            (
                Cell("bound"),
                Cell("most common class"),
                *(Cell(f"{100 * one:.1f}", 100 * one) for one in bound),
                Cell(NO_COUNTERPART),
                Cell(NO_COUNTERPART),
                Cell("looks at the labels"),
            )
        )
    return Table(
        title="Table 3a. Recognition of cut clips",
        line=_line(conditions, (protocol,)),
        columns=(
            "Category",
            "Method",
            "Accuracy (%)",
            "UF1 (%)",
            "UAR (%)",
            "Weighted F1 (%)",
            "paper Accuracy (%)",
            "paper F1-score (%)",
            "Note",
        ),
        rows=tuple(lines),
        notes=(
            *_notes(rows, (protocol,)),
            "The paper does not say which F1 it prints.",
        ),
    )


def spotting_table(
    rows: Sequence[TableRow],
    conditions: Conditions,
    *,
    protocol: str = "loso",
    min_overlap: float = 0.5,
) -> Table:
    """Make Table 3b: events found in uncut video.

    Args:
        rows: spotters.
        conditions: said above the table.
        protocol: whose outcomes are shown.
        min_overlap: what the scores were made with, for the heading.

    Raises:
        UsageError: a row of another task.
    """
    _check_task(rows, SystemTask.SPOTTING)
    lines = tuple(
        (
            Cell(row.spec.category),
            Cell(row.spec.name),
            *(
                _figure(row.outcomes.get(protocol), lambda scores, kind=kind: scores.kinds[kind].f1)
                for kind in ("micro", "macro", "overall")
            ),
            _counts(row.outcomes.get(protocol)),
            _joint(row.outcomes.get(protocol)),
            _figure(
                row.outcomes.get(protocol), lambda scores: scores.false_per_minute, percent=False
            ),
            _printed(row.spec, "accuracy"),
            _printed(row.spec, "f1"),
            _note(row, conditions, (protocol,)),
        )
        for row in rows
    )
    at = f"IoU {min_overlap:g}"
    return Table(
        title=f"Table 3b. Spotting in uncut video, events paired one to one at {at}",
        line=_line(conditions, (protocol,)),
        columns=(
            "Category",
            "Method",
            f"micro F1 at {at} (%)",
            f"macro F1 at {at} (%)",
            f"overall F1 at {at} (%)",
            "TP/FP/FN",
            "STRS (%)",
            "false events a minute",
            "paper Accuracy (%)",
            "paper F1-score (%)",
            "Note",
        ),
        rows=lines,
        notes=(
            *_notes(rows, (protocol,)),
            "STRS is F1 by the challenge's matching times F1 of the emotions of what was found.",
            "The paper prints these systems among recognisers; its figures are of another kind.",
        ),
    )


def _check_task(rows: Sequence[TableRow], task: SystemTask) -> None:
    wanted = RecognitionScores if task is SystemTask.RECOGNITION else SpottingScores
    for row in rows:
        strange = [
            one
            for one in row.outcomes.values()
            if not isinstance(one, wanted) and not isinstance(one, Unfinished)
        ]
        if row.spec.task is not task or strange:
            msg = (
                f"Expected systems and scores of {task.value} in this table, but {row.spec.name} "
                f"does {row.spec.task.value}. Figures of two tasks cannot be compared."
            )
            raise UsageError(msg)


def _line(conditions: Conditions, protocols: Sequence[str]) -> str:
    what, learned = conditions.corpus, ""
    if conditions.scheme:
        what += f", classes {conditions.scheme}"
        learned = f"Pre-training of the pre-trained row: {conditions.pretraining}. "
    return (
        f"Corpus {what}; protocol {' and '.join(protocols)}; {_words(conditions.budget)}. "
        f"{learned}In brackets 95 % intervals over subjects; all figures are made from pooled "
        "counts."
    )


def _words(budget: Budget) -> str:
    return ", ".join(_parts(budget))


def _parts(budget: Budget) -> tuple[str, str, str]:
    return (
        f"width {budget.width}",
        f"at most {budget.max_epochs} epochs",
        f"precision {budget.precision}",
    )


def _note(row: TableRow, conditions: Conditions, protocols: Sequence[str]) -> Cell:
    """Tell what a row was allowed otherwise than the table, protocol by protocol."""
    usual = _parts(conditions.budget)
    own = {}
    for name in protocols:
        parts = _parts(row.budgets.get(name, conditions.budget))
        own[name] = ", ".join(p for p, q in zip(parts, usual, strict=True) if p != q)
    same = len(set(own.values())) == 1
    told = [next(iter(own.values()))] if same else [f"{k}: {v}" for k, v in own.items() if v]
    coded = CODED_APEX if {"flow_image", "apex"} & set(row.spec.inputs) else ""
    return Cell("; ".join(one for one in (*told, coded, row.note) if one))


def _notes(rows: Sequence[TableRow], protocols: Sequence[str]) -> tuple[str, ...]:
    said: dict[str, None] = {}
    for protocol in protocols:
        for row in rows:
            one = row.outcomes.get(protocol)
            if not isinstance(one, RecognitionScores | SpottingScores):
                continue
            if one.basis.leaky:
                said[f"{protocol} leaks: the same people are learned from and predicted."] = None
            said.update(dict.fromkeys(f"{protocol}: {text}" for text in one.basis.warnings))
    return tuple(said)


def _figure(outcome: Outcome | None, of: Any, *, percent: bool = True) -> Cell:
    if outcome is None:
        return Cell(NOT_RUN)
    if isinstance(outcome, Unfinished):
        return Cell(f"{outcome.done} of {outcome.folds} folds")
    interval: Interval = of(outcome)
    if math.isnan(interval.value):
        return Cell(UNDEFINED)
    scale, digits = (100.0, 1) if percent else (1.0, 2)
    value = scale * interval.value
    if math.isnan(interval.low):
        return Cell(f"{value:.{digits}f}", value)
    low, high = scale * interval.low, scale * interval.high
    return Cell(f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]", value, low, high)


def _counts(outcome: Outcome | None) -> Cell:
    if not isinstance(outcome, SpottingScores):
        return _figure(outcome, None)
    one = outcome.kinds["overall"].counts
    return Cell(f"{one.true_positives}/{one.false_positives}/{one.false_negatives}")


def _joint(outcome: Outcome | None) -> Cell:
    """Finding times naming, by the challenge; of a spotter that names nothing there is none."""
    if not isinstance(outcome, SpottingScores):
        return _figure(outcome, None)
    if outcome.joint is None:
        return Cell(NO_COUNTERPART)
    value = 100 * outcome.joint.strs
    return Cell(UNDEFINED) if math.isnan(value) else Cell(f"{value:.1f}", value)


def _printed(spec: SystemSpec, name: str) -> Cell:
    if name not in spec.paper:
        return Cell(NO_COUNTERPART)
    return Cell(f"{spec.paper[name]:.2f}", spec.paper[name])


def _exact(cell: Cell) -> str:
    return cell.text if cell.value is None else _number(cell.value)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
