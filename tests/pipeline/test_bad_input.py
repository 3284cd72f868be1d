"""Every bad input gets one clear sentence and the right exit code, and leaves nothing broken."""

import errno
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from skimage import data
from typer.testing import CliRunner, Result

from mien.cli import app
from mien.core.arrays import ImageRgb
from mien.tracks import read_events_tsv
from mien.video import write_video

pytestmark = pytest.mark.usefixtures("face_models")
FACE = data.astronaut()[:256, 96:352]


def analyze(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["analyze", *map(str, words)])


def said(result: Result) -> str:
    return " ".join(result.stderr.split())


def clip(path: Path, pictures: list[ImageRgb], rate: Fraction = Fraction(50)) -> Path:
    write_video(path, iter(pictures), rate=rate)
    return path


def still(count: int) -> list[ImageRgb]:
    return [FACE] * count


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    result = analyze(tmp_path / "nowhere.mp4", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "nowhere.mp4" in said(result)
    assert "Check the path" in said(result)


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    result = analyze(tmp_path / "empty.mp4", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "empty.mp4 is empty (0 bytes)" in said(result)


def test_a_text_file_is_not_a_video(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("these are notes\n" * 50, encoding="utf-8")
    result = analyze(tmp_path / "notes.mp4", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "notes.mp4" in said(result)
    assert not (tmp_path / "out" / "tracks.csv").exists()


def test_a_file_with_sound_only_has_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.m4a"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    result = analyze(path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "sound.m4a" in said(result)


def test_a_video_cut_off_in_the_middle_is_read_as_far_as_it_goes_or_refused(
    tmp_path: Path,
) -> None:
    whole = clip(tmp_path / "whole.mp4", still(60))
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    result = analyze(cut, "--out", tmp_path / "out")
    assert "cut.mp4" in said(result) + result.stdout
    assert result.exit_code in {0, 1}
    assert "warning" in said(result) or result.exit_code == 1


def test_a_single_frame_is_too_short(tmp_path: Path) -> None:
    result = analyze(clip(tmp_path / "one.mp4", still(1)), "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "one.mp4 is too short (1 frame" in said(result)


def test_a_clip_under_a_fifth_of_a_second_is_too_short(tmp_path: Path) -> None:
    result = analyze(clip(tmp_path / "blip.mp4", still(8)), "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "blip.mp4 is too short (8 frames, 0.16 s)" in said(result)
    assert "Give a longer clip" in said(result)


def test_a_video_of_one_pixel_is_a_result_without_a_face(tmp_path: Path) -> None:
    folder = tmp_path / "dots"
    folder.mkdir()
    import cv2

    for index in range(20):
        cv2.imwrite(str(folder / f"img{index + 1}.png"), np.full((1, 1, 3), 90, np.uint8))
    result = analyze(folder, "--fps", "50", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "No face was found in dots" in said(result)


def test_black_frames_are_a_result_without_a_face(tmp_path: Path) -> None:
    black = [np.zeros((120, 160, 3), np.uint8)] * 30
    result = analyze(clip(tmp_path / "black.mp4", black), "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "No face was found in black.mp4: the results are empty." in said(result)
    assert read_events_tsv(tmp_path / "out" / "events.tsv") == ()
    rows = (tmp_path / "out" / "tracks.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 31
    assert (tmp_path / "out" / "report.html").exists()


def test_a_slow_video_is_told_that_its_events_are_coarse(tmp_path: Path) -> None:
    result = analyze(
        clip(tmp_path / "slow.mp4", still(24), Fraction(12)), "--out", tmp_path / "out"
    )
    assert result.exit_code == 0
    assert "12 frames per second are not enough for micro-expressions" in said(result)
    assert "plus or minus 83 ms" in said(result)


def test_a_folder_without_images_is_told(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "readme.txt").write_text("x", encoding="utf-8")
    result = analyze(tmp_path / "nothing", "--fps", "200", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "nothing" in said(result)


def test_a_face_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    path = clip(tmp_path / "face.mp4", still(15))
    result = analyze(path, "--face", "3", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "There is no face 3 in face.mp4; the faces found are: 0." in said(result)


def test_two_faces_that_swap_places_keep_their_tracks(tmp_path: Path) -> None:
    def pictures() -> Iterator[ImageRgb]:
        one, other = FACE, np.ascontiguousarray(FACE[:, ::-1] // 2 + 60)
        for index in range(30):
            first, second = (one, other) if index < 15 else (other, one)
            yield np.concatenate([first, second], axis=1)

    write_video(tmp_path / "pair.mp4", pictures(), rate=Fraction(30))
    result = analyze(tmp_path / "pair.mp4", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "of 2" in result.stdout


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = clip(tmp_path / "face.mp4", still(15))
    (tmp_path / "taken").write_text("a file, not a folder", encoding="utf-8")
    result = analyze(path, "--out", tmp_path / "taken")
    assert result.exit_code in {1, 2}
    assert "taken" in said(result)
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "a file, not a folder"


def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(tmp_path / "face.mp4", still(15))

    def full(self: Path, target: Path) -> Path:
        if "out" in target.parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        os.replace(self, target)  # noqa: PTH105 - the patched method itself
        return target

    monkeypatch.setattr(Path, "replace", full)
    result = analyze(path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "No space left on device" in said(result)
    left = (
        [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
        if (tmp_path / "out").exists()
        else []
    )
    assert left == []


def test_a_list_goes_on_after_a_bad_file_and_reports_it_at_the_end(tmp_path: Path) -> None:
    good = clip(tmp_path / "good.mp4", still(15))
    result = analyze(tmp_path / "gone.mp4", good, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert (tmp_path / "out" / "good" / "report.html").exists()
    assert "gone.mp4" in said(result).split("good.mp4")[-1]
