"""Folders of a corpus, found however they were unpacked and spelled."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mien.datasets.media_tree import MediaTree, picture_expression

ASKED = "CASME2_RAW_selected/sub01/EP01_02"


@pytest.mark.parametrize(
    ("place", "as_asked"),
    [
        ("CASME2_RAW_selected/sub01/EP01_02", True),
        ("casme2_raw_selected/sub01/EP01_02", True),
        ("CASME2/CASME2_RAW_selected/sub01/EP01_02", True),
        ("CASME2_RAW_selected/CASME2_RAW_selected/sub01/EP01_02", True),
        ("CASME2_RAW_selected/Sub1/EP01_2", False),
        ("CASME2_RAW_selected/sub01/ep01_02", False),
    ],
)
def test_a_folder_is_found_however_it_was_unpacked(
    tmp_path: Path, place: str, *, as_asked: bool
) -> None:
    (tmp_path / place).mkdir(parents=True)
    (found,) = MediaTree(tmp_path).find(ASKED)
    assert found.path == tmp_path / place
    assert found.as_asked == as_asked


def test_the_root_may_be_the_folder_of_pictures_itself(tmp_path: Path) -> None:
    root = tmp_path / "CASME2_RAW_selected"
    (root / "sub01" / "EP01_02").mkdir(parents=True)
    (found,) = MediaTree(root).find(ASKED)
    assert found.path == root / "sub01" / "EP01_02"


def test_an_exact_name_wins_over_a_like_one_and_two_like_ones_stay_open(tmp_path: Path) -> None:
    base = tmp_path / "CASME2_RAW_selected" / "sub01"
    for name in ("EP01_02", "EP01_2", "EP01_002"):
        (base / name).mkdir(parents=True)
    assert [one.path.name for one in MediaTree(tmp_path).find(ASKED)] == ["EP01_02"]
    (base / "EP01_02").rmdir()
    assert {one.path.name for one in MediaTree(tmp_path).find(ASKED)} == {"EP01_2", "EP01_002"}


def test_a_star_stands_for_anything_and_files_count_as_the_last_part_only(tmp_path: Path) -> None:
    (tmp_path / "rawvideo" / "s15").mkdir(parents=True)
    (tmp_path / "rawvideo" / "s15" / "15_0401girlcrash.avi").touch()
    (tmp_path / "rawvideo" / "s15" / "15_0401girlcrash.lnk").touch()
    (tmp_path / "rawvideo" / "s15.avi").touch()
    (found,) = MediaTree(tmp_path).find("rawvideo/s15/15_0401*")
    assert found.path.name == "15_0401girlcrash.avi"
    assert MediaTree(tmp_path).find("rawvideo/s16/15_0401*") == ()


def test_pictures_are_numbered_and_other_files_told(
    tmp_path: Path, write_pictures: Callable[..., Path]
) -> None:
    folder = write_pictures(tmp_path / "a", [2, 10, 1])
    for name in ("Thumbs.db", "Desktop - Shortcut.lnk", "img003.jpg", "img3.jpg", ".hidden.jpg"):
        (folder / name).touch()
    pictures = MediaTree(tmp_path).pictures(folder, ("img{number}", "reg_img{number}"))
    assert pictures.numbers == (1, 2, 3, 10)
    assert set(pictures.strays) == {"Thumbs.db", "Desktop - Shortcut.lnk", "img3.jpg"}


@pytest.mark.parametrize(
    ("pattern", "name", "number"),
    [
        ("img{number}", "img46.jpg", 46),
        ("img{number}", "IMG046.BMP", 46),
        ("reg_img{number}", "reg_img46.jpg", 46),
        ("*_{number}", "006_05562.jpg", 5562),
        ("*_{number}", "006_1_0001.jpg", 1),
        ("image{number}", "image17581039.jpg", 17581039),
        ("*{number}", "EP01_5-12.png", 12),
        ("{number}", "175.jpg", 175),
        ("{number}", "175 .png", 175),
        ("{number}", "a175.jpg", None),
        ("img{number}", "img46.txt", None),
    ],
)
def test_the_number_of_a_picture_is_in_its_name(
    pattern: str, name: str, number: int | None
) -> None:
    match = picture_expression(pattern).fullmatch(name)
    assert (int(match[1]) if match else None) == number
