"""Whatever stands in a table: every row is a clip or a finding, and nothing breaks."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mien.core.errors import MienError
from mien.datasets.checking import check_corpus
from mien.datasets.definition import definition_names, load_definition
from mien.datasets.manifest import read_manifest
from mien.datasets.manifest_template import MANIFEST_COLUMNS
from mien.datasets.reading import read_corpus

WILD = st.one_of(
    st.sampled_from(
        ["", "/", "?", "0", "7", "12", "-3", "46.5", "1e9", "inf", "nan", "4+L12", "R4,5", "VII"]
    ),
    st.sampled_from(["happiness", "Macro", "s1_ne_01", "006_1_2", "sub01", "../..", "a/b", "{x}"]),
    st.text(max_size=6),
)
HERE = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def write(file: Path, header: list[str], rows: list[list[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([header, *(row[: len(header)] for row in rows)])


@pytest.mark.parametrize("name", definition_names())
@HERE
@given(rows=st.lists(st.lists(WILD, min_size=12, max_size=12), max_size=4))
def test_every_row_is_a_clip_or_a_finding(tmp_path: Path, name: str, rows: list[list[str]]) -> None:
    table = load_definition(name).tables[0]
    headers = [aliases[0] for aliases in table.columns.values()] or [str(n) for n in range(9)]
    stem = table.files[0].replace("*", "")
    write(tmp_path / f"{stem}.csv", headers, rows)
    try:
        corpus = read_corpus(name, tmp_path)
    except MienError as error:
        assert str(error)  # noqa: PT017 - text that no table can hold is refused
        return
    assert all(count == 1 for count in Counter(clip.key for clip in corpus.clips).values())
    told = {one.row for one in corpus.findings} | {clip.row for clip in corpus.clips}
    shift = 2 if table.columns else 1
    for number, row in enumerate(rows, start=shift):
        if shift == 2 and any(cell.strip() for cell in row[: len(headers)]):
            assert number in told or "\n" in "".join(row) or "\r" in "".join(row)
    assert check_corpus(corpus).count_table()


@HERE
@given(rows=st.lists(st.lists(WILD, min_size=12, max_size=12), max_size=4))
def test_every_manifest_is_read_or_refused(tmp_path: Path, rows: list[list[str]]) -> None:
    write(tmp_path / "mine.csv", list(MANIFEST_COLUMNS), rows)
    try:
        corpus = read_manifest(tmp_path / "mine.csv")
    except MienError as error:
        assert str(error)  # noqa: PT017 - text that no table can hold is refused
        return
    assert len(corpus.clips) <= len(rows)
