"""A master gives every byte back, and both masters and stills say how they came to be."""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import PIL.Image
import pytest

from mien.core.arrays import ImageRgb
from mien.core.errors import MissingError, UsageError
from mien.video import lossless_encoder, open_video, write_still, write_video


def _noise(count: int, height: int = 46, width: int = 63) -> list[ImageRgb]:
    rng = np.random.default_rng(5)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


def _master(path: Path, pictures: list[ImageRgb], comment: str = "") -> None:
    with lossless_encoder(path, pictures[0], Fraction(60), comment=comment) as sink:
        for stamp, picture in enumerate(pictures):
            sink.write(picture, stamp)


def test_every_byte_of_noise_in_an_odd_size_comes_back(tmp_path: Path) -> None:
    pictures = _noise(5)
    _master(tmp_path / "master.mkv", pictures)
    with av.open(str(tmp_path / "master.mkv")) as container:
        frames = [one.to_ndarray(format="rgb24") for one in container.decode(video=0)]
        assert container.streams.video[0].codec_context.name == "ffv1"
    np.testing.assert_array_equal(np.stack(frames), np.stack(pictures))


def test_mien_reads_its_own_master_with_its_times(tmp_path: Path) -> None:
    _master(tmp_path / "master.mkv", _noise(31))
    source = open_video(tmp_path / "master.mkv")
    times_s = [frame.time_s for frame in source.frames()]
    np.testing.assert_allclose(times_s, np.arange(31) / 60, atol=6e-4)


def test_the_same_pictures_give_the_same_master(tmp_path: Path) -> None:
    for name in ("a.mkv", "b.mkv"):
        _master(tmp_path / name, _noise(4), "made by a test")
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()


def test_master_and_video_carry_their_comment(tmp_path: Path) -> None:
    text = '{"seed": 7}'
    _master(tmp_path / "a.mkv", _noise(2), text)
    write_video(tmp_path / "a.mp4", _noise(2), rate=Fraction(30), comment=text)
    for name in ("a.mkv", "a.mp4"):
        with av.open(str(tmp_path / name)) as container:
            told = {key.lower(): value for key, value in container.metadata.items()}
        assert told["comment"] == text


def test_a_build_without_ffv1_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.video.lossless.av.codecs_available", set())
    with pytest.raises(MissingError, match="pip install"):
        _master(tmp_path / "a.mkv", _noise(1))


def test_a_still_is_the_picture_with_its_texts(tmp_path: Path) -> None:
    (picture,) = _noise(1)
    write_still(tmp_path / "a.png", picture, {"Software": "mien 1", "Comment": '{"seed": 7}'})
    with PIL.Image.open(tmp_path / "a.png") as read:
        read.load()
        assert read.info["Software"] == "mien 1"
        assert read.info["Comment"] == '{"seed": 7}'
        np.testing.assert_array_equal(np.asarray(read), picture)
    own = cv2.imread(str(tmp_path / "a.png"))
    assert own is not None
    np.testing.assert_array_equal(own[..., ::-1], picture)


def test_a_text_that_png_cannot_hold_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Latin-1 text under 'Comment'"):
        write_still(tmp_path / "a.png", _noise(1)[0], {"Comment": "表情"})
    assert list(tmp_path.iterdir()) == []
