"""One piece of work for each input; a bad input never ends the batch."""

import sys
import traceback
from collections.abc import Callable, Sequence

from mien.cli.inputs import Job, ResultsFolder, refuse_empty_folder
from mien.cli.interruption import is_interruption
from mien.cli.sentences import MISSING, Outcome, outcome_of
from mien.cli.voice import Voice
from mien.pipeline.result import RunResult
from mien.work import Progress

Work = Callable[[Job, Progress], RunResult]


def work_through(jobs: Sequence[Job], work: Work, voice: Voice, *, debug: bool) -> int:
    """Do ``work`` for each job and say what came of it; return the exit code.

    One job ends with the code of its own error. Of several, a failed one is told and the next
    begins; the batch stops early only where the others would fail likewise: something is missing
    before anything has worked, or the disk is full.
    """
    failures: list[tuple[Job, Outcome]] = []
    untried: tuple[Job, ...] = ()
    code = 0
    for number, job in enumerate(jobs, start=1):
        voice.next_job(job, number, len(jobs))
        try:
            _work_on(job, work, voice)
        except BrokenPipeError:
            raise
        except Exception as error:
            if is_interruption(error):
                raise KeyboardInterrupt from error
            if debug:
                traceback.print_exc(file=sys.stderr)
            outcome = outcome_of(error)
            failures.append((job, outcome))
            voice.failure(job, outcome)
            missing_for_all = outcome.exit_code == MISSING and len(failures) == number
            code = outcome.exit_code if len(jobs) == 1 or missing_for_all else 1
            if missing_for_all or outcome.ends_batch:
                untried = tuple(jobs[number:])
                break
    voice.close(failures, untried, count=len(jobs), exit_code=code)
    return code


def _work_on(job: Job, work: Work, voice: Voice) -> None:
    if job.is_footage:
        refuse_empty_folder(job.source)
    with ResultsFolder(job.out):
        with voice.progress() as progress:
            result = work(job, progress)
        voice.result(job, result, progress.told)
