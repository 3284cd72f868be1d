"""What is written can be read, by mien and by others."""

import errno
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import skimage

from mien.core.errors import MissingError, OutputError, UsageError
from mien.video import open_video, write_video
from mien.video.writer import encoder


def _pictures(count: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    base = cv2.GaussianBlur(rng.uniform(0, 255, (height, width, 3)), (0, 0), 4)
    base = np.clip((base - base.mean()) * 4 + 128, 0, 255)
    return [np.roll(base, shift, axis=1).astype(np.uint8) for shift in range(count)]


@pytest.mark.parametrize(
    "rate", [Fraction(24000, 1001), Fraction(60), Fraction(100), Fraction(200)]
)
def test_times_come_back_exactly(tmp_path: Path, rate: Fraction) -> None:
    path = tmp_path / "out.mp4"
    write_video(path, iter(_pictures(70)), rate=rate)
    source = open_video(path)
    times_s = [frame.time_s for frame in source.frames()]
    assert source.info.rate == rate
    np.testing.assert_allclose(times_s, np.arange(70) / float(rate), atol=1e-9)


def test_pictures_come_back_nearly_unchanged(tmp_path: Path) -> None:
    pictures = _pictures(12)
    path = tmp_path / "out.mp4"
    write_video(path, pictures, rate=Fraction(30), crf=4, pixel_format="yuv444p")
    for picture, frame in zip(pictures, open_video(path).frames(), strict=True):
        assert np.abs(picture.astype(int) - frame.rgb).mean() < 2.5


def test_the_file_is_what_browsers_play(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    write_video(path, _pictures(70), rate=Fraction(60))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert int(context.colorspace) == 1
        assert int(context.color_primaries) == 1
        assert int(context.color_trc) == 1
        assert int(context.color_range) == 1
        keys = [i for i, frame in enumerate(container.decode(stream)) if frame.key_frame]
    assert keys[0] == 0
    assert max(np.diff([*keys, 70])) <= 30
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_an_odd_size_is_extended_by_its_own_border(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    write_video(path, _pictures(3, 47, 63), rate=Fraction(30), crf=4)
    frame = next(iter(open_video(path).frames()))
    assert frame.rgb.shape == (48, 64, 3)
    np.testing.assert_allclose(frame.rgb[47].astype(int), frame.rgb[46], atol=12)


def test_quarter_pixel_motion_of_a_face_survives(tmp_path: Path) -> None:
    """Nearly all of the change that a shift of 0.25 px makes in a real face is still there."""
    photo = cv2.cvtColor(skimage.data.astronaut()[20:220, 120:320], cv2.COLOR_RGB2GRAY)
    still = np.repeat(cv2.resize(photo, (320, 320))[..., None], 3, axis=2)
    matrix = np.array([[1, 0, 0.25], [0, 1, 0]])
    moved = cv2.warpAffine(
        still, matrix, (320, 320), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    path = tmp_path / "out.mp4"
    write_video(path, [still] * 10 + [moved] * 10, rate=Fraction(60))
    frames = [frame.rgb.astype(np.float64) for frame in open_video(path).frames()]
    pattern = moved.astype(np.float64) - still
    before = np.mean(frames[2:8], axis=0)
    kept = [((frame - before) * pattern).sum() / (pattern**2).sum() for frame in frames]
    assert np.max(np.abs(kept[2:10])) < 0.02
    assert np.min(kept[10:]) > 0.92
    assert np.max(kept[10:]) < 1.02


@pytest.mark.parametrize(
    ("pictures", "rate", "sentence"),
    [
        pytest.param([], 30, "at least 1 frame for out.mp4", id="no frame"),
        pytest.param(_pictures(1), 0, "rate above 0", id="no rate"),
        pytest.param(
            [*_pictures(2), *_pictures(1, 32, 32)], 30, r"frame 2 is \(32, 32, 3\)", id="sizes"
        ),
    ],
)
def test_what_cannot_be_written_leaves_no_file(
    tmp_path: Path, pictures: list[np.ndarray], rate: int, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        write_video(tmp_path / "out.mp4", pictures, rate=Fraction(rate))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_no_more_is_told_with_the_name_of_the_file_and_leaves_none(
    tmp_path: Path,
) -> None:
    resource = pytest.importorskip("resource", reason="Windows limits no file size")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (240, 320, 3), dtype=np.uint8) for _ in range(60)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(OutputError) as caught:
            write_video(tmp_path / "out.mp4", pictures, rate=Fraction(30))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(caught.value) == (
        f"Cannot write out.mp4 in {tmp_path}: File too large. Choose another folder with --out."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_full_disk_reaches_the_caller_as_what_it_is() -> None:
    picture = _pictures(1)[0]
    with (
        pytest.raises(OSError, match="No space left") as caught,
        encoder(Path("/dev/full"), picture, Fraction(30)) as sink,
    ):
        sink.write(picture, 0)
    assert caught.value.errno == errno.ENOSPC


def test_a_build_without_h264_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.video.writer.av.codecs_available", set())
    with pytest.raises(MissingError, match="pip install"):
        write_video(tmp_path / "out.mp4", _pictures(1), rate=Fraction(30))
