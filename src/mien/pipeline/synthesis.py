"""A synthetic corpus as a result of the command line."""

from pathlib import Path

from mien.pipeline.result import RunResult
from mien.synth.corpus import write_corpus
from mien.synth.motion_options import MotionOptions
from mien.synth.motion_set import write_motion
from mien.synth.options import SynthOptions
from mien.work import Progress


def synthesise(
    out: Path,
    options: SynthOptions | MotionOptions,
    progress: Progress,
    *,
    workers: int | None = 1,
    ray: str | None = None,
) -> RunResult:
    """Write footage or motion and say what was written.

    Raises:
        UsageError: the folder holds something else.
        MissingError: Ray is asked for, but not installed.
        OutputError: a file cannot be written.
    """
    if isinstance(options, MotionOptions):
        files = write_motion(out, options, progress, workers=workers, ray=ray)
        line = f"{options.images} flow images and {options.volumes} flow volumes"
        data: dict[str, object] = {"images": options.images, "volumes": options.volumes}
    else:
        files = write_corpus(out, options, progress, workers=workers, ray=ray)
        line = f"{options.clips} clips and {options.long_videos} long videos"
        data = {"clips": options.clips, "long_videos": options.long_videos}
    return RunResult(
        out=out,
        files=files,
        lines=(f"{line}, drawn from the prior {options.prior}, seed {options.seed}.",),
        data={**data, "prior": options.prior, "seed": options.seed},
    )
