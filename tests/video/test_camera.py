"""Recording from a camera; a generated test picture stands in for one."""

from pathlib import Path

import av
import numpy as np
import pytest

from mien.core.errors import UsageError, VideoError
from mien.video import open_video, record_camera
from mien.video.camera import record_stream


def test_a_stream_is_recorded_with_its_own_times(tmp_path: Path) -> None:
    path = tmp_path / "camera.mp4"
    with av.open("testsrc=size=64x48:rate=25", format="lavfi") as camera:
        record_stream(camera, path, duration_s=1.0)
    source = open_video(path)
    times_s = [frame.time_s for frame in source.frames()]
    assert len(times_s) == 25
    np.testing.assert_allclose(times_s, np.arange(25) / 25, atol=1e-4)


def test_no_camera_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match=r"^Cannot open camera 97.*: .*give a video file\.$"):
        open_video(97, record_to=tmp_path / "camera.mp4", record_s=1.0)
    assert list(tmp_path.iterdir()) == []


def test_a_camera_without_a_duration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="record_to and record_s"):
        open_video(0)
    with pytest.raises(UsageError, match="duration above 0"):
        record_camera(0, tmp_path / "camera.mp4", duration_s=0.0)
