"""Several inputs: each on its own, in its own folder, whatever became of the others."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mien.core.errors import MissingError, OutputError, VideoError

Call = Callable[..., Any]
Videos = Callable[..., list[Path]]


def test_each_of_several_inputs_gets_a_folder_named_like_it(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    done = invoke("run", *videos("a.mp4", "b.c.mov"), "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert [call[1] for call in straw.calls] == [tmp_path / "out" / "a", tmp_path / "out" / "b.c"]
    assert (tmp_path / "out" / "a" / "report.html").is_file()


def test_without_out_the_results_go_to_a_folder_named_like_the_input(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoke("run", *videos("a.mp4"))
    assert done.exit_code == 0
    assert straw.calls[0][1] == Path("mien-out") / "a"


def test_a_bad_input_does_not_end_the_batch(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    straw.troubles["b.mp4"] = VideoError("b.mp4 is empty (0 bytes).")
    straw.troubles["c.mp4"] = IndexError("list index out of range")
    names = ("a.mp4", "b.mp4", "c.mp4", "d.mp4")
    done = invoke("run", *videos(*names), "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert [call[0].name for call in straw.calls] == list(names)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "d"]
    end = done.stderr[done.stderr.index("2 of 4 inputs gave no result:") :].splitlines()
    assert end[1] == "  b.mp4 is empty (0 bytes)."
    assert end[2].startswith("  c.mp4: This is a defect in mien: IndexError")
    assert len(end) == 3


def test_a_missing_model_stops_a_batch_in_which_nothing_worked(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    straw.troubles["a.mp4"] = MissingError("No face model. Run `mien models fetch`.")
    done = invoke("run", *videos("a.mp4", "b.mp4"), "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert len(straw.calls) == 1
    assert done.stderr.endswith("Not tried, since it would fail likewise: b.mp4\n")


def test_something_missing_for_one_input_only_does_not_stop_the_batch(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    straw.troubles["b.mp4"] = MissingError("No camera.")
    done = invoke("run", *videos("a.mp4", "b.mp4", "c.mp4"), "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert len(straw.calls) == 3


def test_a_full_disk_stops_the_batch(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    error = OutputError("Cannot write x: No space left on device.")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    straw.troubles["a.mp4"] = error
    done = invoke("run", *videos("a.mp4", "b.mp4"), "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert len(straw.calls) == 1


def test_two_inputs_with_one_name_are_refused_before_any_work(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    done = invoke("run", *videos("x/Clip.mp4", "y/clip.mov"), "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "would both write to" in done.stderr
    assert not straw.calls
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("again", ["in/a.mp4", "in/../in/a.mp4"])
def test_one_input_given_twice_is_refused_before_any_work(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path, again: str
) -> None:
    (video,) = videos("a.mp4")
    done = invoke("run", video, tmp_path / again, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert done.stderr.endswith("a.mp4 is given twice. Name it once.\n")
    assert not straw.calls


def test_a_relative_folder_for_the_results_is_taken_from_where_the_user_is(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    videos("my clip ü.mp4")
    monkeypatch.chdir(tmp_path / "in")
    done = invoke("run", "my clip ü.mp4", "--out", "../out put/deep")
    assert done.exit_code == 0
    assert [call[1] for call in straw.calls] == [Path("../out put/deep")]
    assert (tmp_path / "out put" / "deep" / "report.html").is_file()


def test_results_among_the_one_video_of_a_folder_are_refused(
    straw: Any, invoke: Call, videos: Videos
) -> None:
    folder = videos("a.mp4")[0].parent
    done = invoke("run", folder, "--out", folder)
    assert done.exit_code == 2
    assert done.stderr == (
        f"The results would lie among the inputs in {folder}, and the next run would read them "
        "as videos. Choose another folder with --out.\n"
    )
    assert not straw.calls


def test_a_video_may_have_its_results_beside_it(straw: Any, invoke: Call, videos: Videos) -> None:
    (video,) = videos("a.mp4")
    assert invoke("run", video, "--out", video.parent).exit_code == 0
    assert straw.calls[0][1] == video.parent


def test_a_folder_of_videos_stands_for_all_of_them(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    folder = videos("b.MP4", "a.mov", "notes.txt", "._a.mov")[0].parent
    done = invoke("analyze", folder, "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert [call[0].name for call in straw.calls] == ["a.mov", "b.MP4"]


def test_a_folder_of_images_is_one_video(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    folder = videos("img1.jpg", "img2.jpg", "preview.mp4")[0].parent
    done = invoke("run", folder, "--fps", "200", "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert [(call[0], call[1]) for call in straw.calls] == [(folder, tmp_path / "out")]


def test_a_folder_name_keeps_its_dots(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    one = videos("s.01/img1.jpg")[0].parent
    two = videos("s.02/img1.jpg")[0].parent
    invoke("run", one, two, "--fps", "200", "--out", tmp_path / "out")
    assert [call[1].name for call in straw.calls] == ["s.01", "s.02"]


def test_a_folder_with_nothing_to_read_is_named(straw: Any, invoke: Call, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = invoke("run", tmp_path / "empty", "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "Expected images or videos in the folder" in done.stderr
    assert not straw.calls
    assert not (tmp_path / "out").exists()


def test_a_camera_is_one_more_input(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    done = invoke("run", *videos("a.mp4"), "--camera", 0, "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert [(call[0], call[1].name) for call in straw.calls][1] == (0, "camera-0")


@pytest.mark.parametrize("inner", ["", "deeper"])
def test_a_file_where_the_results_should_go_is_told_before_any_work(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path, inner: str
) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    done = invoke("run", *videos("a.mp4"), "--out", tmp_path / "taken" / inner)
    assert done.exit_code == 1
    assert f"{tmp_path / 'taken'} is a file. Choose another folder with --out." in done.stderr
    assert (tmp_path / "taken").is_file()
    assert not straw.calls


def test_results_of_an_earlier_run_stay_when_the_next_one_fails(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path
) -> None:
    (video,) = videos("a.mp4")
    invoke("run", video, "--out", tmp_path / "out")
    straw.troubles["a.mp4"] = VideoError("The file a.mp4 is empty.")
    assert invoke("run", video, "--out", tmp_path / "out").exit_code == 1
    assert (tmp_path / "out" / "report.html").is_file()
