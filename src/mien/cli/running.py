"""The verbs of the main job: `run`, `analyze` and `demo`."""

from mien.cli import options
from mien.cli.batch import work_through
from mien.cli.inputs import STANDARD_OUTPUT, Job, demo_job, jobs_for
from mien.cli.live_streaming import is_streamed, stream_live
from mien.cli.piping import is_piped, pipe_track
from mien.cli.voice import voice_for
from mien.pipeline.result import RunResult
from mien.work import Progress


def run_verb(  # noqa: PLR0913 - one for each option
    inputs: options.Inputs = None,
    *,
    camera: options.Camera = None,
    camera_seconds: options.CameraSeconds = None,
    out: options.Out = None,
    fps: options.Fps = None,
    face: options.Face = None,
    neutral: options.Neutral = None,
    prior: options.Prior = None,
    recogniser: options.Recogniser = None,
    confidence: options.Confidence = None,
    quality: options.QualityOption = None,
    no_loop: options.NoLoop = False,
    face_model: options.FaceModel = None,
    no_cache: options.NoCache = False,
    seed: options.Seed = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Read micro-expressions in videos and animate a digital human.

    Writes the action units and events, a report, animation for engines and a rendered video.
    """
    settings = options.run_settings(
        fps=fps,
        face=face,
        neutral=neutral,
        prior=prior,
        recogniser=recogniser,
        confidence=confidence,
        quality=quality,
        no_loop=no_loop,
        face_model=face_model,
        no_cache=no_cache,
        seed=seed,
        camera_seconds=camera_seconds,
    )

    jobs = jobs_for(inputs or (), camera=camera, out=out)
    from mien.pipeline.run import run_video  # noqa: PLC0415 - keeps `mien --help` quick

    def work(job: Job, progress: Progress) -> RunResult:
        return run_video(job.source, job.out, settings, progress)

    return work_through(jobs, work, voice_for("run", as_json=as_json), debug=debug)


def analyze_verb(  # noqa: PLR0913 - one for each option
    inputs: options.Inputs = None,
    *,
    camera: options.Camera = None,
    camera_seconds: options.CameraSeconds = None,
    live: options.Live = False,
    out: options.Out = None,
    fps: options.Fps = None,
    face: options.Face = None,
    neutral: options.Neutral = None,
    prior: options.Prior = None,
    recogniser: options.Recogniser = None,
    confidence: options.Confidence = None,
    face_model: options.FaceModel = None,
    no_cache: options.NoCache = False,
    seed: options.Seed = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Read micro-expressions in videos: action units, events, report.

    Writes the tracks as parquet, CSV and JSON, the events as a table, and a report. With `--out -`,
    or without `--out` where standard output is no terminal, the track of one input goes to standard
    output as one JSON document, and no file is written.

    With `--live` the values of each frame are printed as soon as it is there, and events when they
    are over; a camera is read until `--camera-seconds` have passed, or until it is stopped.
    """
    settings = options.run_settings(
        fps=fps,
        face=face,
        neutral=neutral,
        prior=prior,
        recogniser=recogniser,
        confidence=confidence,
        face_model=face_model,
        no_cache=no_cache,
        seed=seed,
        camera_seconds=camera_seconds,
    )

    folder = None if out == STANDARD_OUTPUT else out
    jobs = jobs_for(inputs or (), camera=camera, out=folder)
    voice = voice_for("analyze", as_json=as_json)
    if live:
        if is_streamed(out, jobs, as_json=as_json):
            return stream_live(jobs[0], settings, voice, camera_s=camera_seconds)
        from mien.pipeline.live_reading import write_live  # noqa: PLC0415

        def follow(job: Job, progress: Progress) -> RunResult:
            return write_live(job.source, job.out, settings, progress)

        return work_through(jobs, follow, voice, debug=debug)
    if is_piped(out, jobs, as_json=as_json):
        return pipe_track(jobs[0], settings, voice)
    from mien.pipeline.analysis import analyse_video  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.pipeline.run import write_analysis  # noqa: PLC0415

    def work(job: Job, progress: Progress) -> RunResult:
        return write_analysis(analyse_video(job.source, settings, progress), job.out)

    return work_through(jobs, work, voice, debug=debug)


def demo_verb(  # noqa: PLR0913 - one for each option
    *,
    out: options.DemoOut = None,
    prior: options.Prior = None,
    recogniser: options.Recogniser = None,
    quality: options.QualityOption = None,
    no_loop: options.NoLoop = False,
    face_model: options.FaceModel = None,
    no_cache: options.NoCache = False,
    seed: options.Seed = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Make a clip with known micro-expressions, read it and compare.

    Needs no video: the clip is drawn, so that the truth is exact. Writes all that `run` writes.
    """
    settings = options.run_settings(
        prior=prior,
        recogniser=recogniser,
        quality=quality,
        no_loop=no_loop,
        face_model=face_model,
        no_cache=no_cache,
        seed=seed,
    )

    from mien.pipeline.demo import run_demo  # noqa: PLC0415 - keeps `mien --help` quick

    def work(job: Job, progress: Progress) -> RunResult:
        return run_demo(job.out, settings, progress)

    return work_through((demo_job(out),), work, voice_for("demo", as_json=as_json), debug=debug)
