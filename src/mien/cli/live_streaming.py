"""Live frames on standard output, one JSON document a line, as they are read."""

from collections.abc import Sequence
from pathlib import Path

from mien.cli.inputs import STANDARD_OUTPUT, Job, refuse_empty_folder
from mien.cli.voice import Voice, say_lines
from mien.core.errors import UsageError
from mien.pipeline.settings import RunSettings


def is_streamed(out: Path | None, jobs: Sequence[Job], *, as_json: bool) -> bool:
    """Whether live frames go to standard output rather than tables into a folder.

    Raises:
        UsageError: standard output with several inputs, or with ``--json``.
    """
    if out is not None and out != STANDARD_OUTPUT:
        return False
    if len(jobs) > 1 or as_json:
        msg = (
            "--live prints the frames of one input, a document a line: "
            "give one input and leave --json out, or give --out DIR."
        )
        raise UsageError(msg)
    return True


def stream_live(job: Job, settings: RunSettings, voice: Voice, *, camera_s: float | None) -> int:
    """Print every frame as it is read; progress and warnings go to standard error."""
    from mien.pipeline.live_document import live_to_json  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.pipeline.live_reading import read_live  # noqa: PLC0415

    refuse_empty_folder(job.source)
    with voice.progress() as progress:
        for frame in read_live(job.source, settings, progress, camera_s=camera_s):
            say_lines([live_to_json(frame)])
    return 0
