"""The newest picture of a camera; generated test pictures stand in for one."""

import threading
import time
from collections.abc import Generator, Iterator

import av
import numpy as np
import pytest

from mien.core.errors import VideoError
from mien.video import camera_frames
from mien.video.camera import stream_frames
from mien.video.newest import Newest


def test_who_is_slow_gets_the_newest_and_the_others_are_counted() -> None:
    asked, made = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        yield 0
        asked.wait(5)
        yield from range(1, 6)
        made.set()
        time.sleep(0.05)

    newest = Newest(items(), patience_s=5.0)
    found = []
    for item in newest:
        found.append(item)
        if item == 0:
            asked.set()
            made.wait(5)
    assert found == [0, 5]
    assert newest.dropped == 4


def test_all_items_come_in_order_where_there_is_time_for_them() -> None:
    turn = threading.Semaphore(1)

    def items() -> Iterator[int]:
        for number in range(5):
            turn.acquire()
            yield number

    newest, found = Newest(items(), patience_s=5.0), []
    for item in newest:
        found.append(item)
        turn.release()
    assert found == list(range(5))
    assert newest.dropped == 0


def test_a_camera_that_hangs_is_told_after_a_while() -> None:
    stop = threading.Event()

    def items() -> Iterator[int]:
        yield 0
        stop.wait(5)

    reading = iter(Newest(items(), patience_s=0.1))
    assert next(reading) == 0
    with pytest.raises(VideoError, match=r"gave no picture for 0\.1 s"):
        next(reading)
    stop.set()


def test_an_error_of_the_camera_is_raised_after_the_pictures_before_it() -> None:
    def items() -> Iterator[int]:
        yield 0
        msg = "The camera stopped after 1 pictures: unplugged."
        raise VideoError(msg)

    with pytest.raises(VideoError, match="unplugged"):
        list(Newest(items(), patience_s=5.0))


def test_pictures_of_a_stream_come_with_its_own_times_from_zero() -> None:
    with av.open("testsrc=size=64x48:rate=25:duration=1", format="lavfi") as camera:
        frames = list(stream_frames(camera))
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(25) / 25, atol=1e-6)
    assert frames[0].rgb.shape == (48, 64, 3)
    assert [frame.index for frame in frames] == list(range(25))


def test_no_camera_is_said_in_one_sentence() -> None:
    reading: Generator[object] = camera_frames(97)
    with pytest.raises(VideoError, match=r"^Cannot open camera 97.*: .*give a video file\.$"):
        next(reading)
