"""Every bad input gets one clear sentence and the right exit code, and leaves nothing broken."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from skimage import data
from typer.testing import CliRunner, Result

from mien.cli import app
from mien.core.arrays import ImageRgb
from mien.pipeline.analysis import analyse_video
from mien.pipeline.settings import RunSettings
from mien.tracks import read_events_tsv
from mien.video import write_video
from mien.work import Silent

pytestmark = pytest.mark.usefixtures("face_models")
FACE = data.astronaut()[:256, 96:352]
TOO_SHORT = "a movement cannot be told from rest in less than 0.2 s."
NOT_ONE_FRAME = (
    "holds not one that can be decoded. The recording was never finished, "
    "or the file is cut short or damaged: copy or record it again."
)
NO_PICTURES = "holds only audio. Give a file that holds video."
ONE_PICTURE = (
    "is a single picture. Give the folder of numbered pictures with --fps RATE, or a video file."
)
NOT_A_VIDEO = (
    "cannot be read as one (invalid data found when processing input). "
    "If it is cut short or damaged, copy it again from where it was recorded."
)


def mien(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def analyze(*words: str | Path) -> Result:
    return mien("analyze", *words)


def said(result: Result) -> str:
    return " ".join(result.stderr.split())


def clip(path: Path, pictures: list[ImageRgb], rate: Fraction = Fraction(50)) -> Path:
    write_video(path, iter(pictures), rate=rate)
    return path


def still(count: int) -> list[ImageRgb]:
    return [FACE] * count


def noise(count: int, height: int = 120, width: int = 160) -> list[ImageRgb]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def sound_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def zero_frames(path: Path) -> None:
    """Write a stream of pictures without a single packet in it."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()


def index_at_the_end(path: Path) -> None:
    """Write an mp4 as cameras do, and cut it off before its index."""
    whole = path.with_name("whole.mp4")
    with av.open(str(whole), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for picture in noise(20, 48, 64):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])


def only_a_header(path: Path) -> None:
    clip(path, noise(20, 48, 64))
    path.write_bytes(path.read_bytes()[:100])


def nothing(_: Path) -> None:
    """Leave the file out."""


BAD_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone.mp4": (nothing, "gone.mp4: There is no file or folder {path}. Check the path."),
    "empty.mp4": (
        Path.touch,
        "empty.mp4 is empty (0 bytes). Copy it again from where it was recorded.",
    ),
    "notes.mp4": (
        lambda path: path.write_text("these are notes\n" * 50, encoding="utf-8"),
        f"notes.mp4: Expected a video, but notes.mp4 {NOT_A_VIDEO}",
    ),
    "cut.mp4": (index_at_the_end, f"cut.mp4: Expected a video, but cut.mp4 {NOT_A_VIDEO}"),
    "header.mp4": (
        only_a_header,
        f"header.mp4: Expected frames, but header.mp4 {NOT_ONE_FRAME}",
    ),
    "sound.m4a": (
        sound_only,
        f"sound.m4a: Expected a picture stream, but sound.m4a {NO_PICTURES}",
    ),
    "zero.mp4": (zero_frames, f"zero.mp4: Expected frames, but zero.mp4 {NOT_ONE_FRAME}"),
    "zero.mkv": (zero_frames, f"zero.mkv: Expected frames, but zero.mkv {NOT_ONE_FRAME}"),
    "zero.avi": (zero_frames, f"zero.avi: Expected frames, but zero.avi {NOT_ONE_FRAME}"),
    "one.mp4": (
        lambda path: clip(path, noise(1)),
        f"one.mp4 is too short (1 frame, 0.02 s): {TOO_SHORT} Give a longer clip.",
    ),
    "blip.mp4": (
        lambda path: clip(path, noise(8)),
        f"blip.mp4 is too short (8 frames, 0.16 s): {TOO_SHORT} Give a longer clip.",
    ),
    "photo.jpg": (
        lambda path: cv2.imwrite(str(path), FACE),
        f"photo.jpg: Expected a video, but photo.jpg {ONE_PICTURE}",
    ),
}


def bad_file(folder: Path, name: str) -> tuple[Path, str]:
    make, sentence = BAD_FILES[name]
    path = folder / name
    make(path)
    return path, sentence.format(path=path)


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gives_one_line_and_1_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    path, sentence = bad_file(tmp_path, name)
    result = analyze(path, "--out", tmp_path / "out")
    assert result.stderr == f"{sentence}\n"
    assert result.stdout == ""
    assert result.exit_code == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["run", "analyze"])
def test_the_shell_gets_every_bad_file_of_a_list_and_the_results_of_the_good_one(
    tmp_path: Path, verb: str
) -> None:
    folder = tmp_path / "in put Eingänge 表情"
    folder.mkdir()
    # Inputs of one stem would share a folder.
    bad = [bad_file(folder, name) for name in BAD_FILES if name not in {"zero.mkv", "zero.avi"}]
    dark = clip(folder / "dark.mp4", [np.zeros((120, 160, 3), np.uint8)] * 30)
    words = [verb, *(str(path) for path, _ in bad), str(dark), "--out", str(tmp_path / "out")]
    plain = subprocess.run(
        [sys.executable, "-m", "mien", *words], capture_output=True, check=False, encoding="utf-8"
    )
    assert plain.returncode == 1
    end = plain.stderr[plain.stderr.index(f"{len(bad)} of {len(bad) + 1} inputs") :].splitlines()
    assert end == [
        f"{len(bad)} of {len(bad) + 1} inputs gave no result:",
        *(f"  {sentence}" for _, sentence in bad),
    ]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["dark"]
    assert (tmp_path / "out" / "dark" / "report.html").stat().st_size > 0


def test_a_batch_for_machines_holds_each_failure_with_its_sentence(tmp_path: Path) -> None:
    path, sentence = bad_file(tmp_path, "empty.mp4")
    dark = clip(tmp_path / "dark.mp4", [np.zeros((120, 160, 3), np.uint8)] * 30)
    result = analyze(path, dark, "--json", "--out", tmp_path / "out")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["exit_code"] == 1
    assert told["failed"] == [{"input": str(path), "kind": "VideoError", "sentence": sentence}]
    assert [one["input"] for one in told["results"]] == [str(dark)]
    assert told["results"][0]["warnings"] == [
        "No face was found in dark.mp4: the results are empty."
    ]


def test_a_video_cut_off_behind_its_index_is_read_as_far_as_it_goes_and_says_so_each_time(
    tmp_path: Path,
) -> None:
    whole = clip(tmp_path / "whole.mp4", noise(60))
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    first = analyze(cut, "--out", tmp_path / "out")
    again = analyze(cut, "--out", tmp_path / "out")
    for result in (first, again):
        assert result.exit_code == 0
        assert "The file announces 60 frames but holds" in said(result)
        assert "it is cut short" in said(result)
    assert "from the cache" in said(again)
    warnings = [[one for one in r.stderr.splitlines() if "warning" in one] for r in (first, again)]
    assert warnings[0] == warnings[1]


def test_a_cut_off_video_of_which_too_little_is_left_says_that_it_was_cut_off(
    tmp_path: Path,
) -> None:
    whole = clip(tmp_path / "whole.mp4", noise(60))
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 8])
    result = analyze(cut, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert said(result).startswith("cut.mp4 is too short (")
    assert "The file announces 60 frames but holds" in said(result)
    assert said(result).endswith("Give a longer clip.")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("rate", [15, 25, 50, 60, 240])
def test_a_clip_of_exactly_a_fifth_of_a_second_is_long_enough(tmp_path: Path, rate: int) -> None:
    path = clip(tmp_path / "short.mp4", noise(rate // 5, 48, 64), Fraction(rate))
    result = analyze(path, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr


def test_a_face_of_a_quarter_second_is_told_to_be_too_brief_to_judge(tmp_path: Path) -> None:
    path = clip(tmp_path / "brief.mp4", still(13))
    result = analyze(path, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert (
        "brief.mp4 is too short, or shows the face too briefly, to tell a brief movement from slow "
        "change: none could be looked for. Give at least one second."
    ) in said(result)


def test_a_frame_an_hour_after_the_others_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "stray.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mpeg4", rate=50)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.time_base = Fraction(1, 50)
        for stamp, picture in zip([*range(30), 180_000], noise(31), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = stamp, Fraction(1, 50)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    result = analyze(path, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "stray.mp4: The time stamps of stray.mp4 jump from 0.58 to 3600.00 s, so its 31 frames "
        "are hardly one recording. Cut it there, or write it anew with true times."
    )
    assert not (tmp_path / "out").exists()


def test_a_video_of_one_pixel_is_a_result_without_a_face(tmp_path: Path) -> None:
    folder = tmp_path / "dots"
    folder.mkdir()
    for index in range(20):
        cv2.imwrite(str(folder / f"img{index + 1}.png"), np.full((1, 1, 3), 90, np.uint8))
    result = analyze(folder, "--fps", "50", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "warning: No face was found in dots: the results are empty." in said(result)


@pytest.mark.parametrize("content", ["black", "noise"])
def test_frames_without_a_face_are_done_with_a_warning_and_empty_results(
    tmp_path: Path, content: str
) -> None:
    pictures = noise(30) if content == "noise" else [np.zeros((120, 160, 3), np.uint8)] * 30
    path = clip(tmp_path / "nobody.mp4", pictures)
    result = mien("run", path, "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "warning: No face was found in nobody.mp4: the results are empty." in said(result)
    assert "No face to read." in result.stdout
    assert read_events_tsv(tmp_path / "out" / "events.tsv") == ()
    rows = (tmp_path / "out" / "tracks.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 31
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "No face was found in nobody.mp4" in page
    assert not (tmp_path / "out" / "render.mp4").exists()


def test_a_slow_video_is_told_that_its_events_are_coarse(tmp_path: Path) -> None:
    result = analyze(
        clip(tmp_path / "slow.mp4", still(24), Fraction(12)), "--out", tmp_path / "out"
    )
    assert result.exit_code == 0
    sentence = (
        "12 frames per second are not enough for micro-expressions: events are coarse, plus or "
        "minus 83 ms. Record with at least 25, better 100, frames per second."
    )
    assert f"warning: {sentence}" in said(result)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert sentence in " ".join(page.split())


def test_twenty_five_frames_a_second_are_not_told_to_be_coarse(tmp_path: Path) -> None:
    result = analyze(clip(tmp_path / "pal.mp4", still(20), Fraction(25)), "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "coarse" not in said(result)


def test_a_folder_without_images_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    folder.mkdir()
    (folder / "readme.txt").write_text("x", encoding="utf-8")
    result = analyze(folder, "--fps", "200", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr == (
        f"nothing: Expected images or videos in the folder {folder}, found none. "
        "Name the folder that holds the files themselves.\n"
    )
    assert not (tmp_path / "out").exists()


def numbered(folder: Path, numbers: list[int], pictures: list[ImageRgb]) -> Path:
    folder.mkdir()
    for number, picture in zip(numbers, pictures, strict=True):
        cv2.imwrite(str(folder / f"img{number}.png"), picture)
    return folder


def test_a_folder_of_images_with_gaps_odd_sizes_and_shortcuts_in_it_is_read_and_told(
    tmp_path: Path,
) -> None:
    pictures = noise(18)
    pictures[11] = pictures[11][:60]
    numbers = [n for n in range(1, 21) if n not in {5, 6}]
    folder = numbered(tmp_path / "frames", numbers, pictures)
    (folder / "Desktop - Shortcut.lnk").write_bytes(b"x")
    result = analyze(folder, "--fps", "50", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "Image numbers are missing: 5-6. They are gaps in time." in said(result)
    assert "of another size than img1.png (160x120), left out: img14.png." in said(result)
    assert "frames: 160x120, 17 frames, 50 per second, 0.4 s." in result.stdout


def test_a_folder_of_images_without_a_rate_is_a_wrong_call(tmp_path: Path) -> None:
    folder = numbered(tmp_path / "frames", [1, 2], noise(2))
    result = analyze(folder, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "Give the rate at which they were taken, such as --fps 200" in said(result)
    assert not (tmp_path / "out").exists()


def test_a_rate_for_a_video_file_is_a_wrong_call(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mp4", noise(15))
    result = analyze(path, "--fps", "200", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert said(result) == ("clip.mp4 is a file with its own time stamps: leave --fps (rate=) out.")


def test_a_folder_read_at_another_rate_is_not_taken_from_the_earlier_run(tmp_path: Path) -> None:
    folder = numbered(tmp_path / "frames", list(range(1, 31)), noise(30))
    for rate in (100, 25):
        analysis = analyse_video(folder, RunSettings(rate=Fraction(rate)), Silent())
        np.testing.assert_allclose(analysis.times_s, np.arange(30) / rate)
        assert analysis.cached == ()


def test_a_face_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    path = clip(tmp_path / "face.mp4", still(15))
    result = analyze(path, "--face", "3", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "There is no face 3 in face.mp4; the faces found are: 0. Choose with --face." in said(
        result
    )
    assert not (tmp_path / "out").exists()


def test_a_model_that_is_not_there_ends_with_3(tmp_path: Path) -> None:
    path = clip(tmp_path / "face.mp4", noise(15))
    result = analyze(path, "--face-model", tmp_path / "gone.task", "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert f"There is no face model at {tmp_path / 'gone.task'}. Check the path" in said(result)
    assert not (tmp_path / "out").exists()


def test_two_faces_that_swap_places_keep_their_tracks(tmp_path: Path) -> None:
    def pictures() -> Iterator[ImageRgb]:
        one, other = FACE, np.ascontiguousarray(FACE[:, ::-1] // 2 + 60)
        for index in range(30):
            first, second = (one, other) if index < 15 else (other, one)
            yield np.concatenate([first, second], axis=1)

    write_video(tmp_path / "pair.mp4", pictures(), rate=Fraction(30))
    result = analyze(tmp_path / "pair.mp4", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "of 2, seen in 100% of the frames" in result.stdout
    tracks = analyse_video(tmp_path / "pair.mp4", RunSettings(), Silent()).tracks
    assert len(tracks) == 2
    for track in tracks:
        on_the_left = np.nanmean(track.landmarks_px[:, :, 0], axis=1) < 256
        assert (on_the_left[:13] == on_the_left[0]).all()
        assert (on_the_left[17:] != on_the_left[0]).all()


def test_a_file_where_the_results_should_go_is_named_and_kept(tmp_path: Path) -> None:
    path = clip(tmp_path / "face.mp4", noise(15))
    taken = tmp_path / "taken"
    taken.write_text("a file, not a folder", encoding="utf-8")
    result = analyze(path, "--out", taken)
    assert result.exit_code == 1
    assert result.stderr == (
        f"face.mp4: Cannot write to the folder {taken}: {taken} is a file. "
        "Choose another folder with --out.\n"
    )
    assert taken.read_text(encoding="utf-8") == "a file, not a folder"


def test_a_folder_that_may_not_be_written_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    path = clip(tmp_path / "face.mp4", noise(15))
    (tmp_path / "locked").mkdir()
    # Permissions do not stop the administrator, whom tests may run as.
    monkeypatch.setattr("mien.cli.inputs.tempfile.mkstemp", refused)
    result = analyze(path, "--out", tmp_path / "locked")
    assert result.exit_code == 1
    assert result.stderr == (
        f"face.mp4: Cannot write to the folder {tmp_path / 'locked'}: Permission denied. "
        "Choose another folder with --out.\n"
    )


def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(tmp_path / "face.mp4", noise(15))

    def full(self: Path, target: Path) -> Path:
        if "out" in target.parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
        os.replace(self, target)  # noqa: PTH105 - the patched method itself
        return target

    monkeypatch.setattr(Path, "replace", full)
    result = analyze(path, tmp_path / "next.mp4", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert (
        f"face.mp4: Cannot write tracks.parquet in {tmp_path / 'out' / 'face'}: "
        "No space left on device. Free space, or choose another folder with --out."
    ) in said(result)
    assert said(result).endswith("Not tried, since it would fail likewise: next.mp4")
    assert not (tmp_path / "out").exists()


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    monkeypatch.setenv("MIEN_CACHE_DIR", str(tmp_path / "taken"))
    result = analyze(clip(tmp_path / "clip.mp4", noise(15)), "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert (tmp_path / "out" / "report.html").exists()


def test_a_run_over_its_own_input_is_refused_and_the_input_kept(tmp_path: Path) -> None:
    path = clip(tmp_path / "render.mp4", noise(15))
    before = path.read_bytes()
    result = mien("run", path, "--out", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == (
        f"render.mp4: This run would write over its own input {path}. "
        "Choose another folder with --out.\n"
    )
    assert path.read_bytes() == before


def test_a_video_beside_its_own_results_is_read(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mp4", noise(15))
    path.chmod(0o444)
    assert analyze(path, "--out", tmp_path).exit_code == 0
    assert (tmp_path / "report.html").exists()
