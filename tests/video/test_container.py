"""Reading video files: time stamps, pixel formats, rotation, and files that are broken."""

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest

from mien.core.errors import UsageError, VideoError
from mien.video import open_video, write_video

MakeVideo = Callable[..., Path]


def _middle(image: np.ndarray) -> float:
    return float(image[image.shape[0] // 2, image.shape[1] // 2].mean())


@pytest.mark.parametrize(
    "rate",
    [
        Fraction(15),
        Fraction(24000, 1001),
        Fraction(60),
        Fraction(100),
        Fraction(200),
        Fraction(500),
    ],
)
def test_evenly_spaced_frames_keep_their_rate_and_times(
    make_video: MakeVideo, rate: Fraction
) -> None:
    source = open_video(make_video(time_base=1 / rate))
    frames = list(source.frames())
    assert source.info.rate == rate
    assert not source.info.variable_rate
    assert source.info.frame_count == 20
    assert source.info.duration_s == pytest.approx(float(20 / rate), abs=1e-4)
    expected_s = np.arange(20) * float(1 / rate)
    np.testing.assert_allclose([frame.time_s for frame in frames], expected_s, atol=1e-4)
    assert [frame.index for frame in frames] == list(range(20))
    assert source.warnings == ()


def test_a_coarse_clock_does_not_make_an_even_rate_variable(make_video: MakeVideo) -> None:
    info = open_video(make_video("clip.mkv", time_base=Fraction(1001, 24000))).info
    assert info.rate == Fraction(24000, 1001)
    assert not info.variable_rate


def test_uneven_frames_keep_the_times_of_the_file(make_video: MakeVideo) -> None:
    stamps = [0, 33, 66, 166, 200, 233, 300, 333]
    source = open_video(make_video(stamps=stamps, time_base=Fraction(1, 1000)))
    times_s = [frame.time_s for frame in source.frames()]
    np.testing.assert_allclose(times_s, np.array(stamps) / 1000, atol=1e-9)
    assert source.info.variable_rate
    assert source.info.rate == Fraction(30)
    assert "frame rate varies" in source.warnings[0]


def test_a_source_can_be_read_again(make_video: MakeVideo) -> None:
    source = open_video(make_video())
    first, second = list(source.frames()), list(source.frames())
    assert len(first) == len(second) == 20
    np.testing.assert_array_equal(first[7].rgb, second[7].rgb)


def test_reading_can_start_in_the_middle_with_true_indices(make_video: MakeVideo) -> None:
    source = open_video(make_video(count=40, options={"crf": "4", "g": "10"}))
    whole = list(source.frames())
    late = list(source.frames(start_s=0.75))
    assert [frame.index for frame in late] == list(range(23, 40))
    assert late[0].time_s == pytest.approx(23 / 30, abs=1e-4)
    np.testing.assert_array_equal(late[0].rgb, whole[23].rgb)


def test_reading_from_after_the_end_gives_nothing(make_video: MakeVideo) -> None:
    assert list(open_video(make_video()).frames(start_s=99.0)) == []


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format", "full_range"),
    [
        pytest.param("a.mp4", "libx264", "yuv420p", False, id="8 bit"),
        pytest.param("a.mp4", "libx264", "yuv420p", True, id="full range"),
        pytest.param("a.mp4", "libx264", "yuv444p", False, id="4:4:4"),
        pytest.param("a.mp4", "libx264", "yuv420p10le", False, id="10 bit"),
        pytest.param("a.mp4", "libx264", "yuv420p10le", True, id="10 bit full range"),
        pytest.param("a.mkv", "ffv1", "gray", True, id="grey"),
        pytest.param("a.mkv", "ffv1", "gray16le", True, id="16-bit grey"),
        pytest.param("a.mkv", "ffv1", "bgr0", True, id="rgb"),
        pytest.param("a.avi", "mpeg4", "yuv420p", False, id="avi"),
        pytest.param("a.avi", "mjpeg", "yuvj420p", True, id="motion jpeg"),
    ],
)
def test_grey_levels_survive_every_pixel_format(
    make_video: MakeVideo, name: str, codec: str, pixel_format: str, *, full_range: bool
) -> None:
    path = make_video(name, codec=codec, pixel_format=pixel_format, full_range=full_range)
    frames = list(open_video(path).frames())
    levels = [_middle(frame.rgb) for frame in frames]
    np.testing.assert_allclose(levels, 40 + 5 * np.arange(20), atol=3)
    assert frames[0].rgb.dtype == np.uint8


def test_colour_without_a_tag_is_read_by_the_custom_of_its_size(tmp_path: Path) -> None:
    for height, matrix in ((480, 5), (720, 1)):
        path = tmp_path / f"{height}.mkv"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("ffv1", rate=30)
            stream.width, stream.height, stream.pix_fmt = 64, height, "yuv444p"
            picture = np.full((height, 64, 3), (200, 90, 40), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv444p", dst_colorspace=matrix
            )
            frame.colorspace = 2
            frame.pts = 0
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        (decoded,) = open_video(path).frames()
        np.testing.assert_allclose(decoded.rgb[height // 2, 32], (200, 90, 40), atol=3)


def test_an_odd_size_is_kept(make_video: MakeVideo) -> None:
    path = make_video("a.mkv", codec="ffv1", pixel_format="bgr0", size=(63, 47))
    source = open_video(path)
    assert (source.info.width_px, source.info.height_px) == (63, 47)
    assert next(iter(source.frames())).rgb.shape == (47, 63, 3)


@pytest.mark.parametrize(
    ("rotation_deg", "size", "corner"),
    [(90, (48, 64), "bottom left"), (180, (64, 48), "bottom right"), (270, (48, 64), "top right")],
)
def test_the_rotation_of_the_file_is_applied(
    make_video: MakeVideo, rotation_deg: int, size: tuple[int, int], corner: str
) -> None:
    source = open_video(make_video(rotation_deg=rotation_deg))
    frame = next(iter(source.frames()))
    assert (source.info.width_px, source.info.height_px) == size
    assert source.info.rotation_deg == rotation_deg
    assert frame.rgb.shape[:2] == size[::-1]
    rows = slice(-6, None) if "bottom" in corner else slice(6)
    columns = slice(-6, None) if "right" in corner else slice(6)
    assert frame.rgb[rows, columns].mean() > 240


def test_frames_that_avi_stamps_in_decoding_order_come_in_the_order_of_time(
    make_video: MakeVideo,
) -> None:
    frames = list(open_video(make_video("b.avi")).frames())
    assert len(frames) == 20
    assert np.diff([frame.time_s for frame in frames]).min() == pytest.approx(1 / 30)
    assert np.all(np.diff([_middle(frame.rgb) for frame in frames]) > 0)


def test_a_stream_without_time_stamps_is_refused(make_video: MakeVideo) -> None:
    with pytest.raises(VideoError, match=r"raw\.h264 has no time stamps.*container"):
        open_video(make_video("raw.h264"))


def _write_with_stamps(path: Path, stamps_ms: list[int]) -> None:
    """Write key frames whose stamps may repeat or go back, but stay above 0, 1, 2 ..."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=1000)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for index, stamp in enumerate(stamps_ms):
            picture = np.full((48, 64, 3), 40 + index, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 1000)
            for packet in stream.encode(frame):
                packet.pts, packet.dts, packet.time_base = stamp, index, Fraction(1, 1000)
                container.mux(packet)


def test_frames_with_a_time_that_was_given_before_are_left_out_and_counted(
    tmp_path: Path,
) -> None:
    stamps_ms = [33 * index for index in range(30)]
    stamps_ms[10] = stamps_ms[9]
    stamps_ms[20] = stamps_ms[18] + 5
    path = tmp_path / "stuck.mkv"
    _write_with_stamps(path, stamps_ms)
    source = open_video(path)
    frames = list(source.frames())
    kept_ms = [stamp for index, stamp in enumerate(stamps_ms) if index not in {10, 20}]
    np.testing.assert_allclose([frame.time_s * 1000 for frame in frames], kept_ms)
    assert [frame.index for frame in frames] == list(range(28))
    assert "2 frames were left out: the time stamp repeats" in source.warnings[-1]


def test_a_file_in_which_many_frames_share_a_time_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "stuck.mkv"
    _write_with_stamps(path, [33 * (index // 3) + 30 for index in range(30)])
    with pytest.raises(VideoError, match=r"20 of the first 30 frames of stuck\.mkv have the time"):
        open_video(path)


def test_a_truncated_file_gives_what_is_there_and_says_how_far(make_video: MakeVideo) -> None:
    path = make_video("clip.mkv", codec="mjpeg", pixel_format="yuvj420p", count=30, size=(320, 240))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    source = open_video(path)
    frames = list(source.frames())
    assert 15 <= len(frames) <= 21
    assert frames[10].time_s == pytest.approx(10 / 30, abs=1e-3)


def test_a_truncated_mp4_with_its_index_in_front_is_read_as_far_as_it_goes(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    whole = make_video(count=40, size=(320, 240))
    front = tmp_path / "front.mp4"
    options = {"movflags": "+faststart"}
    with av.open(str(whole)) as source, av.open(str(front), "w", options=options) as sink:
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    data = front.read_bytes()
    front.write_bytes(data[: len(data) * 3 // 4])
    opened = open_video(front)
    frames = list(opened.frames())
    assert 5 < len(frames) < 40
    assert any("cut short" in text or "could be read" in text for text in opened.warnings)


def test_a_decoding_error_ends_the_reading_with_the_time_reached(
    make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = open_video(make_video())

    def breaking(
        container: av.container.InputContainer, stream: av.VideoStream
    ) -> Iterator[av.VideoFrame]:
        yield from islice(container.decode(stream), 12)
        raise av.InvalidDataError(1, "Invalid data found when processing input")

    monkeypatch.setattr("mien.video.container._decode", breaking)
    frames = list(source.frames())
    assert len(frames) == 12
    assert "Reading stopped after 0.367 s: Invalid data found" in source.warnings[0]


def test_a_video_of_one_frame_is_readable(make_video: MakeVideo) -> None:
    source = open_video(make_video(count=1))
    assert len(list(source.frames())) == 1
    assert source.info.frame_count == 1


def test_a_file_with_sound_only_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(VideoError, match=r"sound\.mp4 holds only audio\. Give a file"):
        open_video(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", r"x\.mp4 is empty \(0 bytes\)", id="empty"),
        pytest.param(b"not a video at all" * 50, r"x\.mp4 cannot be read as one", id="text"),
    ],
)
def test_a_file_that_is_no_video_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoError, match=sentence):
        open_video(path)


def test_a_file_whose_index_is_missing_is_refused(make_video: MakeVideo) -> None:
    path = make_video()
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(VideoError, match=r"clip\.mp4 .*copy it again"):
        open_video(path)


def test_a_file_without_a_frame_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    with pytest.raises(VideoError, match=r"none\.mp4"):
        open_video(path)


def test_a_file_that_may_not_be_read_is_told(
    make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video()

    def refused(*_: object, **__: object) -> None:
        raise av.PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("mien.video.container.av.open", refused)
    with pytest.raises(VideoError) as caught:
        open_video(path)
    assert str(caught.value) == (
        f"Cannot open {path}: permission denied. Check the path and who may read it."
    )


def test_a_single_picture_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "photo.JPG"
    path.write_bytes(b"\xff\xd8\xff")
    with pytest.raises(VideoError, match=r"photo\.JPG is a single picture\. Give the folder"):
        open_video(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(VideoError, match=r"pipe\.mp4 is a pipe or a device.*into a file first"):
        open_video(tmp_path / "pipe.mp4")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"There is no file or folder .*gone\.mp4"):
        open_video(tmp_path / "gone.mp4")


def test_a_rate_for_a_file_is_refused(make_video: MakeVideo) -> None:
    with pytest.raises(UsageError, match="own time stamps"):
        open_video(make_video(), rate=Fraction(25))


def test_key_frames_of_the_encoder_are_told(tmp_path: Path) -> None:
    path = tmp_path / "keys.mp4"
    pictures = (np.full((48, 64, 3), 3 * i, np.uint8) for i in range(65))
    write_video(path, pictures, rate=Fraction(30))
    keys = [frame.index for frame in open_video(path).frames() if frame.key]
    assert keys == [0, 30, 60]
