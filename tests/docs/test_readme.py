"""The README promises the files that a run leaves, and points at pages that exist."""

import re
from pathlib import Path

import pytest

from mien.export.formats import FORMATS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_FILE = re.compile(r"[a-z_]+\.(?:csv|glb|html|json|mp4|parquet|py|tsv)")


def _promised() -> set[str]:
    table = README.partition("## What is then in DIR")[2].partition("\n## ")[0]
    return set(_FILE.findall(table))


OTHERS = frozenset(
    {"render_job.py", "corpus_preparation.py", "video_preparation.py", "flow_pictures.py"}
    | {"evidence_files.py", "train_run.py", "flow_tables.py", "flow_picture_drawing.py"}
)


def _written() -> set[str]:
    """Names of files in the code of the pipeline, and those of the formats.

    The job of `mien render` writes beside them only when it is asked to, and learning has files of
    its own, which its pages list.
    """
    names = set(FORMATS)
    code = sorted((ROOT / "src" / "mien" / "pipeline").glob("*.py"))
    for file in (one for one in code if one.name not in OTHERS):
        names |= set(re.findall(rf'"({_FILE.pattern})"', file.read_text(encoding="utf-8")))
    return names


def test_the_readme_lists_the_files_that_a_run_leaves() -> None:
    assert _promised() == _written()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", README))))
def test_what_the_readme_points_at_exists(target: str) -> None:
    assert (ROOT / target).is_file()


def test_the_readme_names_no_verb_that_is_not_there() -> None:
    from mien.cli import app

    known = {command.name for command in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    assert set(re.findall(r"`mien ([a-z]+)", README)) <= known
