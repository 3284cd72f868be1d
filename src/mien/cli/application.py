"""The tree of verbs, and the way into it."""

import contextlib
import signal
import sys
from typing import Annotated

import typer

from mien import __version__
from mien.cli.boundary import guarded, stop_writing
from mien.cli.checking_systems import check_system_verb
from mien.cli.corpora import (
    check_corpus_verb,
    graph_verb,
    list_corpora_verb,
    prepare_corpus_verb,
    template_verb,
)
from mien.cli.doctor import doctor_verb
from mien.cli.evaluating import list_systems_verb, run_folds_verb, tables_verb
from mien.cli.evaluating_flow import evaluate_flow_verb
from mien.cli.head_export import export_head_verb
from mien.cli.head_people import list_people_verb, show_verb
from mien.cli.head_sheet import sheet_verb
from mien.cli.joining import join_corpora_verb
from mien.cli.model_files import convert_verb, fetch_verb, list_verb
from mien.cli.rendering import render_verb
from mien.cli.running import analyze_verb, demo_verb, run_verb
from mien.cli.schema import schema_verb
from mien.cli.sentences import INTERRUPTED, outcome_of
from mien.cli.streams import prepare_streams
from mien.cli.synthesis import synth_verb
from mien.cli.training import train_verb
from mien.cli.voice import HumanVoice, voice_for
from mien.cli.words import refuse_odd_words
from mien.core.errors import UsageError

_TERSE = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="mien",
    help="Reads expressions that last less than half a second, and gives them to digital humans.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=_TERSE,
)


def _show_version(wanted: bool) -> bool:  # noqa: FBT001 - called by the parser
    if wanted:
        typer.echo(f"mien {__version__}")
        raise typer.Exit
    return wanted


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    """Reads expressions that last less than half a second, and gives them to digital humans."""


app.command("doctor")(guarded(doctor_verb))
app.command("demo")(guarded(demo_verb))
app.command("run")(guarded(run_verb))
app.command("analyze")(guarded(analyze_verb))
app.command("render")(guarded(render_verb))
app.command("synth")(guarded(synth_verb))
app.command("schema")(guarded(schema_verb))

app.command("train")(guarded(train_verb))

dataset_app = typer.Typer(
    help="Corpora: what is known, what is on disk, and making it ready to train on.",
    no_args_is_help=True,
    context_settings=_TERSE,
    rich_markup_mode=None,
)
dataset_app.command("list")(guarded(list_corpora_verb))
dataset_app.command("check")(guarded(check_corpus_verb))
dataset_app.command("prepare")(guarded(prepare_corpus_verb))
dataset_app.command("join")(guarded(join_corpora_verb))
dataset_app.command("template")(guarded(template_verb))
dataset_app.command("graph")(guarded(graph_verb))
app.add_typer(dataset_app, name="dataset")

evaluate_app = typer.Typer(
    help="Recognisers and spotters on a prepared corpus, and the paper's tables.",
    no_args_is_help=True,
    context_settings=_TERSE,
    rich_markup_mode=None,
)
evaluate_app.command("systems")(guarded(list_systems_verb))
evaluate_app.command("check")(guarded(check_system_verb))
evaluate_app.command("run")(guarded(run_folds_verb))
evaluate_app.command("tables")(guarded(tables_verb))
evaluate_app.command("flow")(guarded(evaluate_flow_verb))
app.add_typer(evaluate_app, name="evaluate")

models_app = typer.Typer(
    help="Model files: face landmarks on this machine, published weights.",
    no_args_is_help=True,
    context_settings=_TERSE,
    rich_markup_mode=None,
)
models_app.command("list")(guarded(list_verb))
models_app.command("fetch")(guarded(fetch_verb))
models_app.command("convert")(guarded(convert_verb))
app.add_typer(models_app, name="models")

head_app = typer.Typer(
    help="The built-in head.",
    no_args_is_help=True,
    context_settings=_TERSE,
    rich_markup_mode=None,
)
head_app.command("list")(guarded(list_people_verb))
head_app.command("show")(guarded(show_verb))
head_app.command("sheet")(guarded(sheet_verb))
head_app.command("export")(guarded(export_head_verb))


# A group of one verb would otherwise be taken for the verb itself.
@head_app.callback()
def _head() -> None:
    """Group the verbs about the built-in head."""


app.add_typer(head_app, name="head")


def main() -> None:
    """Run the command line and leave with its exit code."""
    prepare_streams()
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        try:
            refuse_odd_words(sys.argv[1:])
            app(prog_name="mien")
        finally:
            sys.stdout.flush()
    except UsageError as error:
        outcome = outcome_of(error)
        voice_for("mien", as_json="--json" in sys.argv).failure(None, outcome)
        sys.exit(outcome.exit_code)
    except KeyboardInterrupt:
        HumanVoice().interrupted()
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        stop_writing()
        sys.exit(1)


def _interrupt(*_: object) -> None:
    """End like Ctrl-C, so that half-written files are removed."""
    raise KeyboardInterrupt
