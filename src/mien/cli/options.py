"""The options that several verbs share, each with its one sentence of help."""

import re
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from mien.core.label_statistics import label_statistics
from mien.pipeline.settings import RunSettings
from mien.recognition.sensitivity import DEFAULT_CONFIDENCE, SHOWN_COSTS, cost_words


class Quality(StrEnum):
    """How the digital human is drawn."""

    FAST = "fast"
    PORTRAIT = "portrait"


def rate_of(text: str) -> Fraction:
    """Read frames per second: ``25``, ``29.97`` or ``30000/1001``.

    Raises:
        ValueError: no rate above 0; the sentence says what was expected.
    """
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if rate <= 0:
        msg = f"expected frames per second such as 200 or 30000/1001, but got {text!r}."
        raise ValueError(msg)
    return rate


def _rate_option(value: str | None) -> str | None:
    """Refuse at the parser what is no rate, so that it counts as a wrong call."""
    if value is not None:
        try:
            rate_of(value)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    return value


_STRETCH = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


def neutral_of(text: str) -> tuple[float, float] | Path:
    """Read where a face is neutral: ``0.5-2`` in seconds, or a file.

    Raises:
        ValueError: a stretch that ends before it begins.

    >>> neutral_of("0.5-2")
    (0.5, 2.0)
    """
    match = _STRETCH.fullmatch(text)
    if match is None:
        return Path(text)
    start_s, end_s = (float(one) for one in match.groups())
    if start_s >= end_s:
        msg = f"expected seconds from and to such as 0.5-2, the first below the second; got {text}."
        raise ValueError(msg)
    return start_s, end_s


def _neutral_option(value: str | None) -> str | None:
    if value is not None:
        try:
            neutral_of(value)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    return value


Inputs = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[VIDEO]...",
        help="Video files, folders of numbered images, or folders of videos.",
        show_default=False,
    ),
]
Camera = Annotated[
    int | None,
    typer.Option("--camera", metavar="N", min=0, help="Record from camera N (0 is the first)."),
]
CameraSeconds = Annotated[
    float | None,
    typer.Option(
        "--camera-seconds",
        metavar="SECONDS",
        min=0.5,
        help="How long to record from the camera; 10 when not given.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help="Folder for the results; several inputs get one sub-folder each. "
        "Without it: mien-out/NAME.",
    ),
]
DemoOut = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", help="Folder for the results; mien-demo without."),
]
Fps = Annotated[
    str | None,
    typer.Option(
        "--fps",
        metavar="RATE",
        callback=_rate_option,
        help="Frames per second of a folder of images, such as 200 or 30000/1001.",
    ),
]
Face = Annotated[
    int | None,
    typer.Option(
        "--face",
        metavar="N",
        min=0,
        help="Which face to read, counted from 0 by size; the largest when not given.",
    ),
]
Neutral = Annotated[
    str | None,
    typer.Option(
        "--neutral",
        metavar="FROM-TO|FILE",
        callback=_neutral_option,
        help="Where the face is neutral: seconds of the video such as 0.5-2, or a picture or short "
        "video of the same person; looked for in the video when not given.",
    ),
]
Prior = Annotated[
    str | None,
    typer.Option(
        "--prior",
        metavar="NAME",
        help="Label statistics behind the emotions: emfacs, dfme, casme2, or several joined by +; "
        "emfacs+dfme when not given.",
    ),
]
Recogniser = Annotated[
    str | None,
    typer.Option(
        "--recogniser",
        metavar="NAME",
        help="What judges each movement beside analysis by synthesis: packaged, the trained "
        "networks that come with mien; the folder of others; or none. packaged when not given.",
    ),
]
Confidence = Annotated[
    float | None,
    typer.Option(
        "--confidence",
        metavar="P",
        min=0.0,
        max=1.0,
        help="Report a brief movement that is at least so probably a true one, 0 to 1; "
        f"{DEFAULT_CONFIDENCE:g} when not given. On drawn videos of people who talk, "
        f"{cost_words(*SHOWN_COSTS)}.",
    ),
]
QualityOption = Annotated[
    Quality | None,
    typer.Option(
        "--quality",
        metavar="QUALITY",
        help="How the digital human is drawn: fast or portrait; fast when not given.",
    ),
]
NoLoop = Annotated[
    bool,
    typer.Option("--no-loop", help="Leave out reading the digital human back and comparing."),
]
FaceModel = Annotated[
    Path | None,
    typer.Option(
        "--face-model",
        metavar="PATH",
        help="Landmark models to use: a face_landmarker.task file or a folder with the models.",
    ),
]
Live = Annotated[
    bool,
    typer.Option(
        "--live",
        help="Read every frame from its past alone, as it comes, and print it as one JSON document "
        "a line; with --out DIR, write tables at the end instead.",
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Compute everything anew and keep nothing for later.")
]
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed", metavar="N", min=0, help="Start of everything random; 0 when not given."
    ),
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print one JSON document on standard output, and JSON lines on standard error.",
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


def run_settings(  # noqa: PLR0913 - one for each option
    *,
    fps: str | None = None,
    face: int | None = None,
    neutral: str | None = None,
    prior: str | None = None,
    recogniser: str | None = None,
    confidence: float | None = None,
    quality: Quality | None = None,
    no_loop: bool = False,
    face_model: Path | None = None,
    no_cache: bool = False,
    seed: int | None = None,
    camera_seconds: float | None = None,
) -> RunSettings:
    """Put the options that were given into settings; all others keep the settings' own default.

    Raises:
        UsageError: label statistics that do not come with mien.
    """
    if prior is not None:
        label_statistics(prior)
    given = {
        "rate": None if fps is None else rate_of(fps),
        "face": face,
        "neutral": None if neutral is None else neutral_of(neutral),
        "prior": prior,
        "recogniser": recogniser,
        "confidence": confidence,
        "quality": None if quality is None else quality.value,
        "loop": False if no_loop else None,
        "face_model": face_model,
        "use_cache": False if no_cache else None,
        "seed": seed,
        "camera_duration_s": camera_seconds,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    return RunSettings(**chosen)  # type: ignore[arg-type]  # the options' types are the fields'
