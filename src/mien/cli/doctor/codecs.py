"""The video codecs that PyAV brings, tried rather than looked up where mien depends on them."""

import io

import numpy as np

from mien.cli.doctor.finding import Finding, State

_READ = ("h264", "hevc", "vp9", "av1", "mpeg4", "mjpeg", "ffv1")
_NEEDED = ("h264", "ffv1", "vp9")
_SIZE_PX = 64
_FRAMES = 3


def codecs() -> Finding:
    """Write and read a tiny H.264 clip, and look up the other decoders."""
    try:
        import av  # noqa: PLC0415 - the doctor reports a broken install instead of dying of it
    except ImportError as error:
        return Finding("video", State.BAD, f"PyAV cannot be loaded: {error}", "pip install av")
    readable = [name for name in _READ if _is_there(name)]
    lacking = [name for name in _NEEDED if name not in readable]
    fault = _h264_fault()
    data = {"pyav": av.__version__, "reads": readable, "writes_h264": not fault}
    if fault or "h264" in lacking:
        value = f"PyAV {av.__version__} cannot write and read H.264: {fault or 'no decoder'}"
        return Finding("video", State.BAD, value, "pip install --force-reinstall av", data)
    value = f"PyAV {av.__version__}: writes H.264, reads {', '.join(readable)}"
    if lacking:
        remedy = f"Videos in {', '.join(lacking)} cannot be read; convert them first."
        return Finding("video", State.NOTE, value, remedy, data)
    return Finding("video", State.GOOD, value, data=data)


def _is_there(name: str) -> bool:
    from av.codec import Codec  # noqa: PLC0415
    from av.codec.codec import UnknownCodecError  # noqa: PLC0415

    try:
        Codec(name, "r")
    except UnknownCodecError:
        return False
    return True


def _h264_fault() -> str:
    """Say why a tiny clip cannot be written and read, or nothing."""
    import av  # noqa: PLC0415

    picture = np.full((_SIZE_PX, _SIZE_PX, 3), 128, np.uint8)
    written = io.BytesIO()
    try:
        with av.open(written, "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=25)
            stream.width = stream.height = _SIZE_PX
            stream.pix_fmt = "yuv420p"
            for _ in range(_FRAMES):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
        written.seek(0)
        with av.open(written, "r") as clip:
            read = len(list(clip.decode(video=0)))
    except (av.FFmpegError, ValueError, OSError) as error:
        return str(error)
    return "" if read == _FRAMES else f"{read} of {_FRAMES} frames came back"
