"""Small videos with known content, written with PyAV itself and not by mien."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

MakeVideo = Callable[..., Path]


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Write frames of one grey level each (frame i has level 40 + 5 i) with a white corner."""

    def make(  # noqa: PLR0913 - everything a file can differ in
        name: str = "clip.mp4",
        *,
        codec: str = "libx264",
        pixel_format: str = "yuv420p",
        size: tuple[int, int] = (64, 48),
        stamps: list[int] | None = None,
        time_base: Fraction = Fraction(1, 30),
        count: int = 20,
        rotation_deg: int = 0,
        full_range: bool = False,
        options: dict[str, str] | None = None,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream: Any = container.add_stream(codec, rate=1 / time_base)
            stream.width, stream.height = size
            stream.pix_fmt = pixel_format
            stream.time_base = time_base
            quality = {"crf": "4"} if codec == "libx264" else {"qmin": "1", "qmax": "2"}
            stream.options = options or quality
            stream.codec_context.bit_rate = 4_000_000
            wanted = 2 if full_range else 1
            if "rgb" not in pixel_format and "gray" not in pixel_format:
                stream.codec_context.color_range = wanted
            if rotation_deg:
                stream.set_display_rotation(rotation_deg)
            for index, stamp in enumerate(stamps or range(count)):
                picture = np.full((size[1], size[0], 3), 40 + 5 * index, np.uint8)
                picture[: size[1] // 4, : size[0] // 4] = 255
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                    format=pixel_format, dst_color_range=wanted
                )
                frame.pts, frame.time_base = stamp, time_base
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make
