"""The verb `synth`: footage and motion with known truth."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.batch import work_through
from mien.cli.inputs import Job, refuse_standard_output
from mien.cli.voice import voice_for
from mien.core.errors import UsageError
from mien.pipeline.result import RunResult
from mien.work import Progress
from mien.work.on_ray import LOCAL

Out = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help="Folder of the corpus. One that was begun with the same settings is gone on with.",
    ),
]
Like = Annotated[
    str | None,
    typer.Option(
        "--like",
        metavar="CORPUS",
        help="A published corpus (casme2) whose numbers are taken: as many subjects, clips of "
        "each and labels, drawn from its statistics.",
    ),
]
Clips = Annotated[
    int | None,
    typer.Option("--clips", metavar="N", min=0, help="Short clips, a micro-expression in each."),
]
Long = Annotated[
    int | None,
    typer.Option(
        "--long", metavar="N", min=0, help="Long videos with several movements, for spotting."
    ),
]
LongSeconds = Annotated[
    float | None,
    typer.Option("--long-seconds", metavar="SECONDS", help="Length of a long video: 5 to 600."),
]
MotionOnly = Annotated[
    bool,
    typer.Option(
        "--motion-only",
        help="Write flow images and volumes straight from the geometry, and draw no pictures.",
    ),
]
Measured = Annotated[
    bool,
    typer.Option(
        "--measured",
        help="With --motion-only: draw the faces after all, as a camera records them, and measure "
        "their flow; the pictures are not kept.",
    ),
]
Images = Annotated[
    int | None,
    typer.Option("--images", metavar="N", min=0, help="Flow images of --motion-only."),
]
Volumes = Annotated[
    int | None,
    typer.Option("--volumes", metavar="N", min=0, help="Flow volumes of --motion-only."),
]
Prior = Annotated[
    str | None,
    typer.Option(
        "--prior",
        metavar="NAME",
        help="Published statistics to draw from: dfme, casme2, emfacs, or several joined by +.",
    ),
]
People = Annotated[
    list[str] | None,
    typer.Option("--person", metavar="NAME", help="An identity; give it several times, or all."),
]
Emotions = Annotated[
    list[str] | None,
    typer.Option("--emotion", metavar="NAME", help="An emotion; give it several times, or all."),
]
Units = Annotated[
    list[str] | None,
    typer.Option(
        "--unit",
        metavar="UNIT",
        help="An action unit that may move, such as AU12; give it several times, or all.",
    ),
]
SideOption = Annotated[
    str | None,
    typer.Option(
        "--side",
        metavar="SIDE",
        help="Sides that move: natural (some expressions on one side), both, left or right.",
    ),
]
Intensity = Annotated[
    str | None,
    typer.Option(
        "--intensity", metavar="LOW-HIGH", help="Range of the peaks, such as 0.1-0.5; 1 is FACS E."
    ),
]
Rate = Annotated[
    str | None,
    typer.Option("--fps", metavar="RATE", help="Frames per second, 15 to 500; 200 when not given."),
]
Size = Annotated[
    int | None,
    typer.Option("--size-px", metavar="N", help="Side of the pictures in pixels, 64 to 4096."),
]
QualityName = Annotated[
    str | None,
    typer.Option("--quality", metavar="QUALITY", help="fast or portrait; fast when not given."),
]
Without = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="PART",
        help="Leave out blinks, saccades, head, breathing, asymmetry, macro, speech, light, noise, "
        "blur, compression or mismatch (of the shapes); give it several times.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="Processes; all cores when not given."),
]
Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Spread the work over a Ray cluster (needs the extra ray): its address, auto for one "
        "that runs on this machine, or local to start one here.",
    ),
]


def synth_verb(  # noqa: PLR0913 - one for each option
    *,
    out: Out,
    like: Like = None,
    clips: Clips = None,
    long: Long = None,
    long_seconds: LongSeconds = None,
    motion_only: MotionOnly = False,
    measured: Measured = False,
    images: Images = None,
    volumes: Volumes = None,
    prior: Prior = None,
    person: People = None,
    emotion: Emotions = None,
    unit: Units = None,
    side: SideOption = None,
    intensity: Intensity = None,
    fps: Rate = None,
    size_px: Size = None,
    quality: QualityName = None,
    without: Without = None,
    seed: options.Seed = None,
    workers: Workers = None,
    ray: Ray = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Draw footage with known truth, in the layout of CASME II.

    Every clip comes with its exact action units, events, landmarks and optical flow. A run that
    was ended goes on where it was when the same command is given again.
    """
    common = {
        "prior": prior,
        "people": _several(person),
        "emotions": _several(emotion),
        "units": None if unit is None else tuple(unit_number(one) for one in unit),
        "side": side,
        "intensity": None if intensity is None else intensity_range(intensity),
        "seed": seed,
    }
    footage = {
        "like": like,
        "clips": clips,
        "long_videos": long,
        "long_s": long_seconds,
        "rate": None if fps is None else _rate(fps),
        "size_px": size_px,
        "quality": quality,
        "without": _several(without),
    }
    motion = {"images": images, "volumes": volumes, "measured": measured or None}
    refuse_standard_output(out)
    _refuse_strangers(motion_only=motion_only, footage=footage, motion=motion)
    if like is not None:
        _refuse_beside_like(clips=clips, prior=prior, emotion=emotion)
    if workers is not None and ray not in (None, LOCAL):
        msg = f"--workers cannot go with --ray {ray}: that cluster has its own. Leave one out."
        raise UsageError(msg)

    from mien.pipeline.synthesis import synthesise  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.synth.motion_options import MotionOptions  # noqa: PLC0415
    from mien.synth.options import SynthOptions  # noqa: PLC0415

    kind = MotionOptions if motion_only else SynthOptions
    given = {**common, **(motion if motion_only else footage)}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = kind(**chosen)  # type: ignore[arg-type]  # the options' types are the fields'

    def work(job: Job, progress: Progress) -> RunResult:
        return synthesise(job.out, settings, progress, workers=workers, ray=ray)

    job = Job(out / "synth", "synth", out)
    return work_through((job,), work, voice_for("synth", as_json=as_json), debug=debug)


def _refuse_beside_like(**others: object) -> None:
    """Refuse what the published corpus settles."""
    for name, value in others.items():
        if value is not None:
            msg = f"--{name} cannot go with --like, which settles it. Leave one out."
            raise UsageError(msg)


def unit_number(text: str) -> int:
    """Read a unit without a side: ``AU12`` or ``12``.

    Raises:
        UsageError: neither.
    """
    digits = text.upper().removeprefix("AU")
    if not (digits.isascii() and digits.isdigit()):
        msg = f"Expected --unit such as AU12 (sides have --side), but got {text!r}."
        raise UsageError(msg)
    return int(digits)


def intensity_range(text: str) -> tuple[float, float]:
    """Read a range of activations: ``0.1-0.5``, or one number for both ends.

    Raises:
        UsageError: not numbers, or not within 0..1.
    """
    low, _, high = text.partition("-")
    try:
        return float(low), float(high or low)
    except ValueError:
        msg = f"Expected --intensity such as 0.1-0.5, but got {text!r}."
        raise UsageError(msg) from None


def _rate(text: str) -> object:
    try:
        return options.rate_of(text)
    except ValueError as error:
        sentence = str(error)
        raise UsageError(sentence[0].upper() + sentence[1:]) from None


def _several(names: list[str] | None) -> tuple[str, ...] | None:
    return None if not names else tuple(names)


def _refuse_strangers(
    *, motion_only: bool, footage: Mapping[str, object], motion: Mapping[str, object]
) -> None:
    """Refuse options that would have no effect."""
    flags = {"long_videos": "long", "long_s": "long-seconds", "rate": "fps", "size_px": "size-px"}
    others = footage if motion_only else motion
    stray = [flags.get(name, name) for name, value in others.items() if value is not None]
    if stray:
        how = "cannot go with" if motion_only else "goes only with"
        msg = f"--{stray[0]} {how} --motion-only."
        raise UsageError(msg)
