"""Pictures that are listed more than once, and pictures that cannot be read."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.datasets.checking import check_corpus
from mien.datasets.manifest import read_manifest

Write = Callable[..., Path]
Told = Callable[..., list[tuple[str, int | None, str]]]

HEADER = ("path", "subject", "label", "name", "onset", "offset", "rate")


@pytest.fixture
def told(tmp_path: Path, write_table: Write) -> Told:
    """Check a manifest of some rows, and give level, row and sentence of the findings."""
    for number in range(1, 21):
        (tmp_path / "a").mkdir(exist_ok=True)
        (tmp_path / f"a/{number}.png").write_bytes(b"picture")

    def check(*rows: tuple[object, ...]) -> list[tuple[str, int | None, str]]:
        corpus = read_manifest(write_table(tmp_path / "m.csv", [HEADER, *rows]))
        return [(one.level.value, one.row, one.found) for one in check_corpus(corpus).findings]

    return check


def test_the_pictures_of_two_people_are_an_error(told: Told) -> None:
    findings = told(
        ("a", "anna", "fear", "", 1, 9, 25),
        ("nowhere", "cleo", "fear", "", "", "", 25),
        ("a/../a", "ben", "fear", "", 11, 15, 25),
    )
    assert (
        "error",
        4,
        "These are the pictures of m/anna/a in row 2, of another person.",
    ) in findings


def test_the_same_movement_under_two_names_is_a_warning_with_both_labels(told: Told) -> None:
    findings = told(
        ("a", "anna", "fear", "one", 1, 9, 25),
        ("a", "anna", "anger", "two", 1, 9, 25),
        ("a", "anna", "anger", "three", 11, 15, 25),
    )
    assert findings == [
        (
            "warning",
            3,
            "These are the pictures of m/anna/one in row 2 again, there fear and here anger.",
        )
    ]


def test_a_recording_without_times_holds_every_movement_of_it(told: Told) -> None:
    findings = told(
        ("a", "anna", "fear", "one", "", "", 25),
        ("a", "anna", "fear", "two", 1, 9, 25),
    )
    assert findings == [
        ("warning", 3, "These are the pictures of m/anna/one in row 2 again."),
    ]


def test_movements_that_overlap_in_one_folder_are_told(told: Told) -> None:
    findings = told(
        ("a", "anna", "fear", "one", 1, 9, 25),
        ("a", "anna", "fear", "two", 5, 12, 25),
    )
    assert findings == [("note", 3, "It overlaps m/anna/one (1 to 9) in time.")]


def test_pictures_without_content_are_told_by_name(told: Told, tmp_path: Path) -> None:
    for number in (3, 4, 5, 6):
        (tmp_path / f"a/{number}.png").write_bytes(b"")
    assert told(("a", "anna", "fear", "", 1, 9, 25)) == [
        ("error", 2, "4 pictures are empty (0 bytes) in a: 3.png, 4.png, 5.png and 1 more.")
    ]


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_a_flow_picture_that_does_not_decode_is_told(
    told: Told, tmp_path: Path, data: bytes
) -> None:
    cv2.imwrite(str(tmp_path / "good.png"), np.zeros((28, 28, 3), np.uint8))
    (tmp_path / "bad.png").write_bytes(data)
    assert told(
        ("good.png", "anna", "fear", "", "", "", ""), ("bad.png", "ben", "fear", "", "", "", "")
    ) == [("error", 3, "bad.png cannot be read as a picture.")]


def test_a_table_without_clips_is_an_error(told: Told) -> None:
    assert told() == [("error", None, "The corpus holds no clip.")]
