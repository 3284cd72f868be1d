"""The border between mien and the shell: every verb ends with an exit code and a sentence."""

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec

import typer

from mien.cli.interruption import is_interruption
from mien.cli.sentences import INTERRUPTED, outcome_of
from mien.cli.voice import voice_for

Parameters = ParamSpec("Parameters")


def guarded(verb: Callable[Parameters, int]) -> Callable[Parameters, None]:
    """Wrap a verb so that its exit code and its errors reach the shell as the user expects.

    A traceback is shown only with ``--debug``.
    """

    @functools.wraps(verb)
    def answered(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        name = verb.__name__.removesuffix("_verb")
        voice = voice_for(name, as_json=bool(kwargs.get("as_json")))
        try:
            code = verb(*args, **kwargs)
        except KeyboardInterrupt:
            voice.interrupted()
            code = INTERRUPTED
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            stop_writing()
            code = 1
        except Exception as error:  # noqa: BLE001 - nothing may reach the user as a traceback
            if kwargs.get("debug"):
                traceback.print_exc()
            if is_interruption(error):
                voice.interrupted()
                code = INTERRUPTED
            else:
                outcome = outcome_of(error)
                voice.failure(None, outcome)
                code = outcome.exit_code
        raise typer.Exit(code)

    # The parser reads the options from here; the wrapped verb's own result is not shown.
    return answered


def stop_writing() -> None:
    """Let nothing more be written to a pipe whose reader has gone."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # no real file, so nothing is flushed to it at the end
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
