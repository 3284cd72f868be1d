"""A track as one JSON document on standard output, for the next program in a pipe."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.inputs import STANDARD_OUTPUT, Job, refuse_empty_folder
from mien.cli.voice import Voice, say_lines
from mien.core.errors import UsageError
from mien.pipeline.settings import RunSettings

if TYPE_CHECKING:
    from mien.pipeline.analysis import Analysis


def is_piped(out: Path | None, jobs: Sequence[Job], *, as_json: bool) -> bool:
    """Whether the result is one document on standard output rather than a folder of files.

    It is for ``--out -``, and for one input without ``--out`` where standard output is no
    terminal.

    Raises:
        UsageError: ``--out -`` with several inputs, or with ``--json``.
    """
    if out == STANDARD_OUTPUT:
        if len(jobs) > 1 or as_json:
            msg = (
                "--out - writes one document to standard output: "
                "give one input and leave --json out, or give --out DIR."
            )
            raise UsageError(msg)
        return True
    return out is None and len(jobs) == 1 and not as_json and not sys.stdout.isatty()


def pipe_track(job: Job, settings: RunSettings, voice: Voice) -> int:
    """Read one input and print its track; warnings go to standard error."""
    from mien.pipeline.analysis import analyse_video  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.tracks import track_to_json  # noqa: PLC0415

    refuse_empty_folder(job.source)
    with voice.progress() as progress:
        analysis: Analysis = analyse_video(job.source, settings, progress)
        for sentence in analysis.warnings:
            progress.warn(sentence)
    say_lines([track_to_json(analysis.track)])
    return 0
