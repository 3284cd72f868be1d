"""Prepared corpora are joined, and protocols across corpora run on what comes of it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mien.cli.application import app
from mien.core.errors import UsageError
from mien.datasets.prepared import CLIP_TABLE, open_prepared
from mien.evaluation.systems import Budget, SystemTask
from mien.pipeline.corpus_joining import join_corpora
from mien.pipeline.fold_running import Evaluation, split_of
from mien.work.progress import Silent

MakePrepared = Callable[..., Path]


@pytest.fixture
def parts(tmp_path: Path, make_prepared: MakePrepared) -> tuple[Path, Path]:
    return (
        make_prepared(tmp_path / "a", subjects=3, each=3, videos=2, corpus="casme2"),
        make_prepared(tmp_path / "b", subjects=2, each=3, seed=1, corpus="samm"),
    )


def test_the_joined_corpus_holds_every_clip_and_video_of_its_parts(
    parts: tuple[Path, Path], tmp_path: Path
) -> None:
    joined = join_corpora(parts, tmp_path / "joined", Silent())
    first, second = map(open_prepared, parts)
    assert joined.name == "casme2+samm"
    assert joined.rows == (*first.rows, *second.rows)
    whole = np.concatenate([first.arrays["flow_image"], second.arrays["flow_image"]])
    assert np.array_equal(joined.arrays["flow_image"], whole)
    assert [one.video.name for one in joined.videos()] == [one.video.name for one in first.videos()]
    assert joined.sha256 not in {first.sha256, second.sha256, ""}


def test_one_corpus_is_learned_from_and_another_predicted(
    parts: tuple[Path, Path], tmp_path: Path
) -> None:
    join_corpora(parts, tmp_path / "joined", Silent())
    evaluation = Evaluation(tmp_path / "joined", scheme="plain", budget=Budget(max_epochs=1))
    across = replace(evaluation, protocol="cross-database:casme2:samm")
    (fold,) = split_of(across, SystemTask.RECOGNITION).folds
    assert (len(fold.train), len(fold.test)) == (9, 6)
    left_out = replace(evaluation, protocol="leave-one-corpus-out")
    assert [one.name for one in split_of(left_out, SystemTask.RECOGNITION).folds] == [
        "casme2",
        "samm",
    ]
    missing = replace(evaluation, protocol="cross-database:casme2:smic_hs")
    with pytest.raises(UsageError, match="none of smic_hs"):
        split_of(missing, SystemTask.RECOGNITION)


def test_the_composite_of_2019_takes_its_own_labels_alone(
    parts: tuple[Path, Path], tmp_path: Path, make_prepared: MakePrepared
) -> None:
    third = make_prepared(tmp_path / "c", subjects=2, corpus="smic_hs")
    table = third / CLIP_TABLE
    text = table.read_text(encoding="utf-8")
    words = text.replace("happiness", "positive").replace("disgust", "negative")
    table.write_text(words, encoding="utf-8")
    join_corpora((*parts, third), tmp_path / "joined", Silent())
    evaluation = Evaluation(tmp_path / "joined", protocol="megc2019", scheme="plain")
    with pytest.raises(UsageError, match="Expected --labels megc3"):
        split_of(evaluation, SystemTask.RECOGNITION)
    composite = replace(evaluation, scheme="megc3")
    assert len(split_of(composite, SystemTask.RECOGNITION).folds) == 7


@pytest.mark.parametrize(
    ("names", "words"),
    [(("a",), "at least two"), (("a", "a"), "each clip and video once")],
)
def test_what_cannot_be_joined_is_refused(
    names: tuple[str, ...], words: str, parts: tuple[Path, Path], tmp_path: Path
) -> None:
    folders = dict(zip("ab", parts, strict=True))
    with pytest.raises(UsageError, match=words):
        join_corpora([folders[name] for name in names], tmp_path / "joined", Silent())
    assert not (tmp_path / "joined").exists()


def test_a_folder_with_files_is_left_as_it_is(parts: tuple[Path, Path], tmp_path: Path) -> None:
    mine = tmp_path / "joined" / "notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(
        app, ["dataset", "join", *map(str, parts), "--out", str(mine.parent)]
    )
    assert result.exit_code == 2
    assert "holds files" in result.output
    assert [one.name for one in mine.parent.iterdir()] == ["notes.txt"]


def test_the_verb_says_how_many_clips_and_people_there_are(
    parts: tuple[Path, Path], tmp_path: Path
) -> None:
    result = CliRunner().invoke(
        app, ["dataset", "join", *map(str, parts), "--out", str(tmp_path / "j"), "--json"]
    )
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[-1])["results"][0]["data"]["people"] == 5
