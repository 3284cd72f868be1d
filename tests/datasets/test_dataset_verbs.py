"""What the verbs of `dataset` say of a table of one's own and of what can be read."""

import json
from pathlib import Path

from typer.testing import CliRunner

from mien.cli.application import app
from mien.datasets.manifest_template import COLUMN_MEANINGS
from mien.datasets.reading import corpus_names

RUN = CliRunner()


def test_the_list_has_published_counts_and_everything_that_can_be_read() -> None:
    shown = RUN.invoke(app, ["dataset", "list"])
    (line,) = [one for one in shown.stdout.splitlines() if "CASME II" in one]
    assert line.split()[-2:] == ["255", "26"]
    as_json = RUN.invoke(app, ["dataset", "list", "--json"])
    names = [one["name"] for one in json.loads(as_json.stdout)["corpora"]]
    assert tuple(names) == corpus_names()


def test_the_template_explains_every_column_and_is_not_written_twice(tmp_path: Path) -> None:
    out = tmp_path / "mine.tsv"
    made = RUN.invoke(app, ["dataset", "template", "--out", str(out)])
    assert made.exit_code == 0
    assert all(column in made.stdout for column in COLUMN_MEANINGS)
    again = RUN.invoke(app, ["dataset", "template", "--out", str(out)])
    assert again.exit_code == 2
    assert "is there already" in again.output


def test_one_finding_is_counted_as_one(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("path,subject,label\n", encoding="utf-8")
    checked = RUN.invoke(app, ["dataset", "check", "manifest", str(table)])
    assert checked.exit_code == 1
    assert checked.stdout.endswith("mine: 1 error.\n")
