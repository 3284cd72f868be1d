"""What the user named -> the list of jobs, each with its own folder for results."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import InputError, OutputError, UsageError
from mien.store.atomic import DISK_FULL

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".pgm"})
VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".wmv", ".mpg", ".mpeg", ".mts", ".m2ts"}
    | {".ts", ".flv", ".ogv", ".3gp", ".mxf", ".y4m"}
)

RESULTS_FOLDER = Path("mien-out")
"""Where results go when no --out is given, in a sub-folder named like the input."""

DEMO_FOLDER = Path("mien-demo")

STANDARD_OUTPUT = Path("-")
"""What ``--out`` says where the result is one document on standard output."""


@dataclass(frozen=True)
class Job:
    """One input and the folder that its results go to."""

    source: Path | int
    """A file, a folder of images, or the number of a camera."""

    name: str
    """What the input is called in messages."""

    out: Path
    is_footage: bool = True
    """Whether a folder as source has to hold images or videos."""


def jobs_for(inputs: Sequence[Path], *, camera: int | None, out: Path | None) -> tuple[Job, ...]:
    """Give one job for each video named by ``inputs`` and ``camera``.

    A folder that holds images is one video; a folder that holds only videos stands for all of
    them. With one job the results go to ``out`` itself, with several to one sub-folder each,
    named by the input without its suffix.

    Raises:
        UsageError: nothing to do, or two inputs whose results would go to the same folder.
    """
    _refuse_standard_input(inputs)
    sources: list[Path | int] = [one for path in inputs for one in _videos_in(path)]
    if camera is not None:
        sources.append(camera)
    if not sources:
        msg = "Expected a video, a folder of images or --camera N, but got none. Name at least one."
        raise UsageError(msg)
    refuse_standard_output(out)
    if len(sources) == 1 and out is not None:
        _refuse_own_folder(inputs, sources[0], out)
        return (Job(sources[0], _name(sources[0]), out),)
    folder = RESULTS_FOLDER if out is None else out
    jobs = tuple(Job(source, _name(source), folder / _stem(source)) for source in sources)
    _refuse_shared_folders(jobs)
    return jobs


def playable_jobs(inputs: Sequence[Path], out: Path | None) -> tuple[Job, ...]:
    """Give one job for each performance or track named by ``inputs``.

    With one job the results go to ``out`` itself, with several to one sub-folder each, named by
    the input without its suffix. Without ``out`` they go beside those of other verbs.

    Raises:
        UsageError: nothing to do, or two inputs whose results would go to the same folder.
    """
    if not inputs:
        msg = "Expected a performance or a track, but got none. Name at least one file or folder."
        raise UsageError(msg)
    if out == STANDARD_OUTPUT:
        msg = "Expected --out DIR, since the results are files."
        raise UsageError(msg)
    names = ["standard input" if one == Path("-") else _name(one) for one in inputs]
    if len(inputs) == 1 and out is not None:
        return (Job(inputs[0], names[0], out, is_footage=False),)
    stems = ["standard-input" if one == Path("-") else _stem(one) for one in inputs]
    folders = [RESULTS_FOLDER / f"{stem}-render" if out is None else out / stem for stem in stems]
    jobs = tuple(
        Job(source, name, folder, is_footage=False)
        for source, name, folder in zip(inputs, names, folders, strict=True)
    )
    _refuse_shared_folders(jobs)
    return jobs


def demo_job(out: Path | None) -> Job:
    """Give the job of the demo, whose input is drawn into the results.

    Raises:
        UsageError: ``out`` is standard output.
    """
    refuse_standard_output(out)
    folder = DEMO_FOLDER if out is None else out
    return Job(folder / "demo.mp4", "demo", folder)


def refuse_standard_output(out: Path | None) -> None:
    """Say that results of several files cannot go to standard output.

    Raises:
        UsageError: they were sent there.
    """
    if out == STANDARD_OUTPUT:
        msg = (
            "Expected --out DIR, since the results are several files. "
            "`mien analyze VIDEO --out -` gives one document on standard output."
        )
        raise UsageError(msg)


def _videos_in(path: Path) -> tuple[Path, ...]:
    if not path.is_dir():
        return (path,)
    try:
        files = [file for file in sorted(path.iterdir()) if not file.name.startswith(".")]
    except OSError:
        return (path,)  # opening it says what is wrong
    if any(file.suffix.lower() in IMAGE_SUFFIXES for file in files):
        return (path,)
    videos = tuple(file for file in files if file.suffix.lower() in VIDEO_SUFFIXES)
    return videos or (path,)


def _refuse_standard_input(inputs: Sequence[Path]) -> None:
    if Path("-") in inputs:
        msg = (
            "A video cannot be read from standard input, since it is read more than once. "
            "Write it into a file first, and name that."
        )
        raise UsageError(msg)


def _refuse_own_folder(inputs: Sequence[Path], source: Path | int, out: Path) -> None:
    """Refuse results beside the one video that a folder stands for: they hold videos too."""
    if isinstance(source, int) or source in inputs or source.parent.resolve() != out.resolve():
        return
    msg = (
        f"The results would lie among the inputs in {out}, and the next run would read them as "
        "videos. Choose another folder with --out."
    )
    raise UsageError(msg)


def _name(source: Path | int) -> str:
    return f"camera {source}" if isinstance(source, int) else source.name or str(source)


def _stem(source: Path | int) -> str:
    if isinstance(source, int):
        return f"camera-{source}"
    resolved = source if source.name not in {"", ".", ".."} else source.resolve()
    # A folder's name may hold dots that are no suffix.
    name = resolved.name if resolved.is_dir() else resolved.stem
    return name or "video"


def _refuse_shared_folders(jobs: Sequence[Job]) -> None:
    first: dict[str, Job] = {}
    for job in jobs:
        # Windows and macOS do not tell A from a.
        other = first.setdefault(job.out.name.casefold(), job)
        if other is not job:
            if _one_source(other.source, job.source):
                msg = f"{job.source} is given twice. Name it once."
                raise UsageError(msg)
            msg = (
                f"{other.source} and {job.source} would both write to {job.out}. "
                "Rename one of them, or run them apart with their own --out."
            )
            raise UsageError(msg)


def _one_source(one: Path | int, other: Path | int) -> bool:
    if isinstance(one, int) or isinstance(other, int):
        return one == other
    return one.resolve() == other.resolve()


def refuse_empty_folder(source: Path | int) -> None:
    """Say what a folder without images and videos lacks.

    Raises:
        InputError: a folder that holds neither.
    """
    if isinstance(source, int) or not source.is_dir():
        return
    names = [file.suffix.lower() for file in source.iterdir() if not file.name.startswith(".")]
    if not IMAGE_SUFFIXES.union(VIDEO_SUFFIXES).intersection(names):
        msg = (
            f"Expected images or videos in the folder {source}, found none. "
            "Name the folder that holds the files themselves."
        )
        raise InputError(msg)


class ResultsFolder:
    """A folder that is there and writable for a block, and gone if the block left it empty.

    Raises:
        OutputError: the folder cannot be made or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made: list[Path] = []

    def __enter__(self) -> Path:
        """Make the folder and prove that a file can be written in it."""
        missing = self._path
        while not missing.exists() and missing != missing.parent:
            self._made.append(missing)
            missing = missing.parent
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path, prefix=".mien-")
            os.close(handle)
            Path(name).unlink()
        except OSError as error:
            self._remove_if_empty()
            remedy = "Free space, or choose" if error.errno in DISK_FULL else "Choose"
            msg = (
                f"Cannot write to the folder {self._path}: {self._reason(error)}. "
                f"{remedy} another folder with --out."
            )
            raise OutputError(msg) from error
        return self._path

    def __exit__(self, *_: object) -> None:
        """Remove the folders made by this block that hold nothing."""
        self._remove_if_empty()

    def _reason(self, error: OSError) -> str:
        """Name the file that is in the way, where there is one."""
        for place in (self._path, *self._path.parents):
            if place.exists():
                return f"{place} is a file" if place.is_file() else error.strerror or str(error)
        return error.strerror or str(error)

    def _remove_if_empty(self) -> None:
        for folder in self._made:
            try:
                folder.rmdir()
            except OSError:
                return  # it holds results, which is what it is for
