"""The two ways by which landmark models come over a network."""

import importlib.util
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

OFFICIAL_ADDRESS = (
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/"
    "face_landmarker.task"
)
"""The address that the model card of MediaPipe's Face Landmarker names."""

CONNECT_TIMEOUT_S = 10.0
_PIP_TIMEOUT_S = 300.0
_BLOCK_BYTES = 1 << 18

_WHEEL = "mediapipe==0.10.21"


class FetchFailedError(Exception):
    """One way of fetching gave nothing; the text is a phrase that says why."""


def download_official(tell: Callable[[str], None]) -> bytes:
    """Download the official bundle.

    Raises:
        FetchFailedError: no connection within 10 s, or an answer that is no file.
    """
    try:
        with urllib.request.urlopen(OFFICIAL_ADDRESS, timeout=CONNECT_TIMEOUT_S) as answer:
            parts: list[bytes] = []
            while block := answer.read(_BLOCK_BYTES):
                parts.append(block)
                tell(f"{sum(map(len, parts)) / 1e6:.1f} MB fetched.")
            return b"".join(parts)
    except (urllib.error.URLError, HTTPException, OSError) as error:
        reason = getattr(error, "reason", None) or error
        msg = f"the official address did not answer ({reason})"
        raise FetchFailedError(msg) from error


def download_wheel() -> bytes:
    """Have pip download the wheel of mediapipe 0.10.21 and give its bytes.

    The wheel is not installed: the models in it are the same for every platform.

    Raises:
        FetchFailedError: there is no pip, or it found no such wheel.
    """
    if importlib.util.find_spec("pip") is None:
        msg = "this Python has no pip (`python -m ensurepip` adds it)"
        raise FetchFailedError(msg)
    with tempfile.TemporaryDirectory(prefix="mien-") as folder:
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--only-binary=:all:", "--python-version", "3.11"),
            *("--platform", "manylinux_2_28_x86_64", "--dest", folder, _WHEEL),
        ]
        try:
            done = subprocess.run(  # noqa: S603 - fixed arguments
                command, capture_output=True, timeout=_PIP_TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            msg = f"pip could not be run ({error})"
            raise FetchFailedError(msg) from error
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode != 0 or not wheels:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
            msg = f"pip could not download {_WHEEL} ({last[0]})"
            raise FetchFailedError(msg)
        return wheels[0].read_bytes()
