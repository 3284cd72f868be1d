"""Says to a person or to a program what came of the inputs."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mien.cli.documents import document, json_text
from mien.cli.inputs import Job
from mien.cli.progress import ShownProgress, chosen_progress
from mien.cli.sentences import Outcome
from mien.pipeline.result import RunResult

_WIDE_COLUMNS = 200  # of a table that goes to a file or a pipe, where nothing needs to wrap

Failures = Sequence[tuple[Job, Outcome]]


class Voice(ABC):
    """Everything that a verb says: results on standard output, all else on standard error."""

    @abstractmethod
    def progress(self) -> ShownProgress:
        """Give a new progress display."""

    @abstractmethod
    def next_job(self, job: Job, number: int, count: int) -> None:
        """Say which of several inputs comes now."""

    @abstractmethod
    def result(self, job: Job, result: RunResult, told: Sequence[str]) -> None:
        """Say what came out of an input, without the warnings ``told`` before."""

    @abstractmethod
    def failure(self, job: Job | None, outcome: Outcome) -> None:
        """Say why an input, or the whole call, gave no result."""

    @abstractmethod
    def interrupted(self) -> None:
        """Say that the user stopped mien."""

    @abstractmethod
    def close(
        self, failures: Failures, untried: Sequence[Job], *, count: int, exit_code: int
    ) -> None:
        """Say the rest, when all inputs are done or the rest was given up."""


class HumanVoice(Voice):
    """Lines and tables."""

    def progress(self) -> ShownProgress:
        """Give bars or plain lines."""
        return chosen_progress(as_json=False)

    def next_job(self, job: Job, number: int, count: int) -> None:
        """Say which of several inputs comes now."""
        if count > 1:
            _err(f"[{number}/{count}] {job.name}")

    def result(self, job: Job, result: RunResult, told: Sequence[str]) -> None:
        """Print the summary, the tables and the files."""
        for sentence in result.warnings:
            if sentence not in told:
                _err(f"warning: {sentence}")
        for line in result.lines:
            _out(line)
        for table in result.tables:
            if table.rows:
                print_table(table.title, table.columns, table.rows)
        if result.files:
            names = ", ".join(_shown(file, result.out) for file in result.files)
            _out(f"{job.name} -> {result.out}: {names}")

    def failure(self, job: Job | None, outcome: Outcome) -> None:
        """Print one sentence."""
        _err(outcome.sentence if job is None else _about(job, outcome))

    def interrupted(self) -> None:
        """Print one line."""
        _err("interrupted")

    def close(
        self,
        failures: Failures,
        untried: Sequence[Job],
        *,
        count: int,
        exit_code: int,  # noqa: ARG002 - the code goes to the shell
    ) -> None:
        """List the inputs that gave no result, after a batch."""
        if count == 1 or not failures:
            return
        _err(f"{len(failures)} of {count} inputs gave no result:")
        for job, outcome in failures:
            _err(f"  {_about(job, outcome)}")
        if untried:
            names = ", ".join(job.name for job in untried)
            _err(f"Not tried, since it would fail likewise: {names}")


class JsonVoice(Voice):
    """One document on standard output at the end, and JSON lines on standard error before."""

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._results: list[Mapping[str, object]] = []

    def progress(self) -> ShownProgress:
        """Give JSON lines."""
        return chosen_progress(as_json=True)

    def next_job(self, job: Job, number: int, count: int) -> None:
        """Write an ``input`` event."""
        _err_event("input", input=str(job.source), number=number, count=count)

    def result(self, job: Job, result: RunResult, told: Sequence[str]) -> None:
        """Keep the result for the document."""
        warnings = [*told, *(one for one in result.warnings if one not in told)]
        self._results.append(
            {
                "input": job.source,
                "out": result.out,
                "files": result.files,
                "warnings": warnings,
                "data": result.data,
            }
        )

    def failure(self, job: Job | None, outcome: Outcome) -> None:
        """Write an ``error`` event."""
        source = None if job is None else job.source
        _err_event("error", input=source, kind=outcome.kind, sentence=outcome.sentence)

    def interrupted(self) -> None:
        """Write an ``interrupted`` event."""
        _err_event("interrupted")

    def close(
        self, failures: Failures, untried: Sequence[Job], *, count: int, exit_code: int
    ) -> None:
        """Print the document."""
        failed = [
            {"input": job.source, "kind": one.kind, "sentence": one.sentence}
            for job, one in failures
        ]
        content = {
            "verb": self._verb,
            "inputs": count,
            "exit_code": exit_code,
            "results": self._results,
            "failed": failed,
            "not_tried": [job.source for job in untried],
        }
        _out(document("mien/results", 1, content))


def voice_for(verb: str, *, as_json: bool) -> Voice:
    """Give the voice that the user asked for."""
    return JsonVoice(verb) if as_json else HumanVoice()


def say_lines(lines: Iterable[str]) -> None:
    """Print lines of a result on standard output."""
    for line in lines:
        _out(line)


def _out(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the command line is where mien prints


def _err(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def _err_event(event: str, **fields: object) -> None:
    _err(json_text({"event": event, **fields}))


def _about(job: Job, outcome: Outcome) -> str:
    """Give the sentence with the input's name before it, unless it begins with the name."""
    named = outcome.sentence.startswith(f"{job.name} ")
    return outcome.sentence if named else f"{job.name}: {outcome.sentence}"


def _shown(file: Path, out: Path) -> str:
    """Path of a file inside the folder of results, with forward slashes on every system."""
    return file.relative_to(out).as_posix() if file.is_relative_to(out) else str(file)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table on standard output; unwrapped where that is no terminal."""
    from rich import box  # noqa: PLC0415 - keeps `mien --help` quick
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415

    width = None if sys.stdout.isatty() else _WIDE_COLUMNS
    shown = RichTable(
        title=escape(title) if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_header=any(columns),
        pad_edge=False,
    )
    for column in columns:
        shown.add_column(escape(column), overflow="fold")
    for row in rows:
        shown.add_row(*(escape(cell) for cell in row))
    Console(width=width, highlight=False).print(shown)
