"""Tables 2 and 3 as people and programs read them."""

import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.evaluation.bootstrap import Interval
from mien.evaluation.classification import classification_scores
from mien.evaluation.scores import Basis, KindScores, RecognitionScores, SpottingScores
from mien.evaluation.spotting import score_spotting
from mien.evaluation.spotting_counts import Counts, SpotThenRecognise
from mien.evaluation.systems import Budget, RecognitionSystem, SystemSpec, SystemTask
from mien.evaluation.tables import (
    Conditions,
    Outcome,
    TableRow,
    Unfinished,
    accuracy_table,
    recognition_table,
    spotting_table,
)

CONDITIONS = Conditions("casme2", "casme2-5", Budget(), "none")
BASIS = Basis("loso", False, "x", 26, 255, 26, "0", "1", ())  # noqa: FBT003 - in order
CLASSES = ("a", "b")


def built(_: Budget) -> RecognitionSystem:
    raise NotImplementedError


def spec(name: str, task: SystemTask = SystemTask.RECOGNITION, **paper: float) -> SystemSpec:
    return SystemSpec(name, task, "deep-learning", "", "", (), built, paper)


def recognised(value: float, basis: Basis = BASIS) -> RecognitionScores:
    truth = np.array([0, 0, 0, 1])
    names = ("accuracy", "uf1", "uar", "weighted_f1", "micro_f1")
    low, high = (value - 0.05, value + 0.05) if basis.subjects > 1 else (np.nan, np.nan)
    return RecognitionScores(
        basis=basis,
        classes=CLASSES,
        figures={name: Interval(value, low, high) for name in names},
        classification=classification_scores(truth, truth, CLASSES),
        majority=classification_scores(truth, np.zeros(4, np.int64), CLASSES),
        without_class=0,
        units=(),
        unit_means={},
        intensity_means={},
        timing=None,
        timing_intervals={},
    )


def spotted() -> SpottingScores:
    micro = KindScores(Counts(3, 4, 5), *[Interval(0.4, 0.3, 0.5)] * 3)
    nothing = KindScores(Counts(0, 0, 0), *[Interval(np.nan, np.nan, np.nan)] * 3)
    kinds = {"micro": micro, "macro": nothing, "overall": micro}
    rate = Interval(1.234, 0.5, 2.0)
    return SpottingScores(BASIS, kinds, kinds, rate, 3.0, score_spotting([]), None)


def row(of: SystemSpec, note: str = "", budget: Budget | None = None, **by: Outcome) -> TableRow:
    outcomes = {name.replace("_", "-"): one for name, one in by.items()}
    return TableRow(of, outcomes, dict.fromkeys(outcomes, budget or Budget()), note)


TABLE_2 = accuracy_table(
    [
        row(
            spec("3D-CNN", kfold=57.05, loso=45.03),
            loso=recognised(0.412),
            kfold5_subject=Unfinished(3, 5),
        ),
        row(spec("mien"), "one seed", Budget(width=16, max_epochs=20), loso=recognised(0.5)),
    ],
    CONDITIONS,
)


def test_figures_stand_beside_those_of_the_paper_with_their_intervals() -> None:
    lines = TABLE_2.to_markdown().splitlines()
    assert lines[6] == ("| 3D-CNN | 3 of 5 folds | 41.2 [36.2, 46.2] | 57.05 | 45.03 |  |")


def test_what_has_no_counterpart_or_was_not_run_says_so() -> None:
    cells = [cell.text for cell in TABLE_2.rows[1]]
    assert cells[:5] == ["mien", "not run", "50.0 [45.0, 55.0]", "n/a", "n/a"]


def test_a_row_of_another_budget_says_in_what_and_under_which_protocol() -> None:
    assert TABLE_2.rows[1][-1].text == "loso: width 16, at most 20 epochs; one seed"
    assert TABLE_2.rows[0][-1].text == ""
    few = {"kfold5-subject": Budget(max_epochs=5), "loso": Budget(max_epochs=3)}
    both = TableRow(spec("mien"), {}, few)
    alike = TableRow(spec("3D-CNN"), {}, dict.fromkeys(few, Budget(max_epochs=5)))
    notes = [line[-1].text for line in accuracy_table([both, alike], CONDITIONS).rows]
    assert notes == [
        "kfold5-subject: at most 5 epochs; loso: at most 3 epochs",
        "at most 5 epochs",
    ]


def test_a_line_above_says_how_the_table_was_made() -> None:
    line = TABLE_2.to_markdown().splitlines()[2]
    for part in (
        *("casme2-5", "kfold5-subject and loso", "width 64", "100 epochs"),
        *(
            "precision fp32",
            "Pre-training of the pre-trained row: none",
            "95 % intervals over subjects",
        ),
    ):
        assert part in line


def test_every_row_of_markdown_has_as_many_cells_as_the_head() -> None:
    strange = recognition_table([row(spec("a | b"), loso=recognised(0.5))], CONDITIONS)
    for table in (TABLE_2, strange):
        lines = [one for one in table.to_markdown().splitlines() if one.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", one)) for one in lines}) == 1


def test_csv_gives_figures_and_their_ends_as_numbers() -> None:
    rows = list(csv.DictReader(io.StringIO(TABLE_2.to_csv())))
    assert float(rows[0]["loso Acc. (%)"]) == pytest.approx(41.2)
    assert float(rows[0]["loso Acc. (%) low"]) == pytest.approx(36.2)
    assert rows[0]["kfold5-subject Acc. (%)"] == "3 of 5 folds"
    assert rows[0]["paper LOSO Acc. (%)"] == "45.03"
    assert rows[2]["Model"].startswith("# Corpus casme2")


def test_json_holds_the_same() -> None:
    held = json.loads(json.dumps(TABLE_2.to_json(), allow_nan=False))
    assert held["rows"][0][2]["value"] == pytest.approx(41.2)
    assert len(held["rows"][0]) == len(held["columns"])


def test_recognisers_are_told_with_the_most_common_class_below_them() -> None:
    table = recognition_table(
        [row(spec("CapsuleNet", accuracy=56.8, f1=34.7), loso=recognised(0.55))], CONDITIONS
    )
    assert [one.text for one in table.rows[0][6:8]] == ["56.80", "34.70"]
    bound = [one.text for one in table.rows[1]]
    # three of four are the most common class; its F1 is 6/7, that of the other 0
    assert bound[1:6] == ["most common class", "75.0", "42.9", "50.0", "64.3"]


def test_spotters_are_told_with_their_counts() -> None:
    table = spotting_table(
        [
            row(spec("OF-FD", SystemTask.SPOTTING, accuracy=37.82, f1=35.34), loso=spotted()),
            row(spec("MDMD", SystemTask.SPOTTING), loso=Unfinished(0, 22)),
        ],
        CONDITIONS,
    )
    texts = [one.text for one in table.rows[0]]
    assert texts[2:10] == [
        *("40.0 [30.0, 50.0]", "not defined", "40.0 [30.0, 50.0]", "3/4/5", "n/a"),
        *("1.23 [0.50, 2.00]", "37.82", "35.34"),
    ]
    assert [one.text for one in table.rows[1][2:8]] == ["0 of 22 folds"] * 6
    named = replace(spotted(), joint=SpotThenRecognise(0.123, 0.4, 0.3075, 0.3, 3))
    table = spotting_table([row(spec("x", SystemTask.SPOTTING), loso=named)], CONDITIONS)
    assert table.rows[0][6].text == "12.3"


def test_rows_that_read_the_coded_apex_say_so() -> None:
    plain, shown = spec("3D-CNN"), replace(spec("STSTNet"), inputs=("flow_image",))
    notes = [line[-1].text for line in accuracy_table([row(plain), row(shown)], CONDITIONS).rows]
    assert notes == ["", "reads the coded apex"]


def test_figures_of_two_tasks_never_stand_in_one_table() -> None:
    spotter = row(spec("MDMD", SystemTask.SPOTTING), loso=spotted())
    with pytest.raises(UsageError, match=r"recognition in this table, but MDMD does spotting"):
        recognition_table([spotter], CONDITIONS)
    with pytest.raises(UsageError, match="Figures of two tasks"):
        accuracy_table([row(spec("x"), loso=spotted())], CONDITIONS)
    with pytest.raises(UsageError, match="Figures of two tasks"):
        spotting_table([row(spec("x"), loso=recognised(0.5))], CONDITIONS)


def test_leaks_and_warnings_are_told_below() -> None:
    leaky = replace(BASIS, protocol="kfold5-clip", leaky=True)
    warned = replace(
        BASIS, warnings=("casme2/sub01: fear is not among what the fold learns from.",)
    )
    table = accuracy_table(
        [
            row(spec("x"), kfold5_clip=recognised(0.6, leaky), loso=recognised(0.5, warned)),
            row(spec("y"), kfold5_clip=recognised(0.6, leaky), loso=recognised(0.5, warned)),
        ],
        CONDITIONS,
        kfold="kfold5-clip",
    )
    assert table.notes == (
        "kfold5-clip leaks: the same people are learned from and predicted.",
        "loso: casme2/sub01: fear is not among what the fold learns from.",
    )
    assert table.to_markdown().endswith(f"- {table.notes[1]}\n")


def test_a_figure_without_interval_stands_alone() -> None:
    alone = recognised(0.5, replace(BASIS, subjects=1))
    table = accuracy_table([row(spec("x"), loso=alone)], CONDITIONS)
    assert table.rows[0][2].text == "50.0"
