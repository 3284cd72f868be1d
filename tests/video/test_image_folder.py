"""Folders of numbered images, as the corpora have them."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.core.errors import UsageError, VideoError
from mien.video import open_video

RATE = Fraction(200)


def _write(folder: Path, name: str, level: int, size: tuple[int, int] = (40, 30)) -> None:
    picture = np.full((size[1], size[0], 3), level, np.uint8)
    _, data = cv2.imencode(Path(name).suffix, picture)
    (folder / name).write_bytes(data.tobytes())


@pytest.mark.parametrize(
    "pattern",
    ["img{}.jpg", "reg_img{}.jpg", "006_{:05d}.jpg", "image1758{:04d}.jpg", "{}.jpg", "{}.PNG"],
)
def test_images_come_in_the_order_of_their_last_number(tmp_path: Path, pattern: str) -> None:
    for number in (10, 9, 11, 8):
        _write(tmp_path, pattern.format(number), 10 * number)
    source = open_video(tmp_path, rate=RATE)
    frames = list(source.frames())
    np.testing.assert_allclose([f.rgb.mean() for f in frames], [80, 90, 100, 110], atol=1)
    np.testing.assert_allclose([f.time_s for f in frames], [0, 0.005, 0.01, 0.015])
    assert source.info.frame_count == 4
    assert source.info.duration_s == pytest.approx(0.02)
    assert (source.info.width_px, source.info.height_px) == (40, 30)
    assert source.warnings == ()


def test_colours_are_red_green_blue(tmp_path: Path) -> None:
    picture = np.zeros((20, 20, 3), np.uint8)
    picture[..., 2] = 255  # OpenCV's order: this is red
    _, data = cv2.imencode(".png", picture)
    (tmp_path / "1.png").write_bytes(data.tobytes())
    (frame,) = open_video(tmp_path, rate=RATE).frames()
    assert frame.rgb[0, 0].tolist() == [255, 0, 0]


def test_files_that_are_no_images_are_ignored(tmp_path: Path) -> None:
    _write(tmp_path, "img1.jpg", 50)
    (tmp_path / "Desktop - Shortcut.lnk").write_bytes(b"x")
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    (tmp_path / ".img2.jpg").write_bytes(b"x")
    assert open_video(tmp_path, rate=RATE).info.frame_count == 1


def test_a_missing_number_is_a_gap_in_time_and_told(tmp_path: Path) -> None:
    for number in (46, 47, 50, 51, 53):
        _write(tmp_path, f"img{number}.jpg", 50)
    source = open_video(tmp_path, rate=RATE)
    times_s = [frame.time_s for frame in source.frames()]
    np.testing.assert_allclose(times_s, np.array([0, 1, 4, 5, 7]) / 200)
    assert "missing: 48-49, 52" in source.warnings[0]
    assert source.info.variable_rate


def test_numbers_with_one_common_step_are_neighbours(tmp_path: Path) -> None:
    for number in (10, 15, 20):
        _write(tmp_path, f"{number}.jpg", 50)
    source = open_video(tmp_path, rate=RATE)
    np.testing.assert_allclose([f.time_s for f in source.frames()], [0, 0.005, 0.01])
    assert "step by 5" in source.warnings[0]


def test_reading_can_start_later(tmp_path: Path) -> None:
    for number in range(5):
        _write(tmp_path, f"{number}.jpg", 50)
    late = list(open_video(tmp_path, rate=RATE).frames(start_s=0.009))
    assert [frame.index for frame in late] == [2, 3, 4]


def test_an_image_without_a_number_is_left_out_and_told(tmp_path: Path) -> None:
    _write(tmp_path, "img1.jpg", 50)
    _write(tmp_path, "cover.jpg", 50)
    source = open_video(tmp_path, rate=RATE)
    assert source.info.frame_count == 1
    assert "1 image has no number" in source.warnings[0]


def test_unreadable_and_odd_sized_images_are_left_out_and_named(tmp_path: Path) -> None:
    for number in range(4):
        _write(tmp_path, f"{number}.jpg", 50, (40, 30) if number != 2 else (20, 20))
    (tmp_path / "1.jpg").write_bytes(b"broken")
    source = open_video(tmp_path, rate=RATE)
    frames = list(source.frames())
    np.testing.assert_allclose([frame.time_s for frame in frames], [0, 0.015])
    assert [frame.index for frame in frames] == [0, 1]
    (warning,) = source.warnings
    assert warning == (
        "2 images cannot be read or are of another size than 0.jpg (40x30), left out: 1.jpg, 2.jpg."
    )


def test_one_image_that_cannot_be_read_is_told_in_the_singular(tmp_path: Path) -> None:
    for number in range(4):
        _write(tmp_path, f"{number}.jpg", 50)
    (tmp_path / "2.jpg").unlink()
    (tmp_path / "2.jpg").symlink_to(tmp_path / "gone.jpg")
    source = open_video(tmp_path, rate=RATE)
    assert len(list(source.frames())) == 3
    assert source.warnings[0].startswith("1 image cannot be read or is of another size")


def test_a_folder_in_which_most_images_differ_from_the_first_is_refused(tmp_path: Path) -> None:
    for number in range(1, 9):
        _write(tmp_path, f"img{number}.jpg", 50, (40, 30) if number > 1 else (20, 20))
    with pytest.raises(
        VideoError,
        match=r"7 of 8 cannot be read or are of another size than the first, img1\.jpg \(20x20\)",
    ):
        list(open_video(tmp_path, rate=RATE).frames())


def test_a_folder_that_is_named_like_an_image_is_ignored(tmp_path: Path) -> None:
    _write(tmp_path, "img1.jpg", 50)
    (tmp_path / "img2.jpg").mkdir()
    assert open_video(tmp_path, rate=RATE).info.frame_count == 1


def test_what_a_folder_of_images_is_known_by_does_not_change_with_other_files_in_it(
    tmp_path: Path,
) -> None:
    _write(tmp_path, "img1.jpg", 50)
    before = open_video(tmp_path, rate=RATE).sha256()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.html").write_text("x", encoding="utf-8")
    assert open_video(tmp_path, rate=RATE).sha256() == before
    _write(tmp_path, "img1.jpg", 90)
    assert open_video(tmp_path, rate=RATE).sha256() != before


def test_a_folder_without_a_rate_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "img1.jpg", 50)
    with pytest.raises(UsageError, match=r"Give the rate.*--fps 200"):
        open_video(tmp_path)


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="found none"):
        open_video(tmp_path, rate=RATE)


def test_a_picture_that_is_named_by_its_date_is_not_one_of_the_recording(tmp_path: Path) -> None:
    for name in ("img1.jpg", "img2.jpg", "img4.jpg", "IMG_20240131.jpg"):
        _write(tmp_path, name, 50)
    with pytest.raises(
        VideoError,
        match=r"Between img4\.jpg and IMG_20240131\.jpg .* 20240126 images are missing.*Leave one",
    ):
        open_video(tmp_path, rate=RATE)


def test_one_number_twice_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "img1.jpg", 50)
    _write(tmp_path, "reg_img1.jpg", 50)
    with pytest.raises(VideoError, match=r"img1\.jpg and reg_img1\.jpg .* same number"):
        open_video(tmp_path, rate=RATE)


def test_a_first_image_that_is_broken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "img1.jpg").write_bytes(b"broken")
    with pytest.raises(VideoError, match=r"Cannot read img1\.jpg"):
        open_video(tmp_path, rate=RATE)
