"""Every verb and option explains itself."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from mien.cli import app


def verbs(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if not children:
        yield " ".join(words), command
        return
    for name, child in children.items():
        yield from verbs(child, (*words, name))


VERBS = dict(verbs(typer.main.get_command(app)))


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_says_in_one_short_sentence_what_it_does(name: str) -> None:
    first = VERBS[name].help.split("\n\n")[0]
    assert first.endswith(".")
    assert len(first) < 75


@pytest.mark.parametrize("name", VERBS)
def test_every_option_has_help_and_a_kebab_case_name(name: str) -> None:
    for option in VERBS[name].params:
        assert option.help, option.name
        assert option.help.endswith("."), option.name
        assert all("_" not in flag for flag in option.opts if flag.startswith("-"))


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_speaks_json_and_can_show_a_traceback(name: str) -> None:
    flags = {flag for option in VERBS[name].params for flag in option.opts}
    assert {"--json", "--debug"} <= flags


def test_the_help_of_the_program_lists_every_verb(invoke: Any) -> None:
    text = invoke("--help").stdout
    for name in VERBS:
        assert name.split()[0] in text


def test_mien_alone_shows_the_help(invoke: Any) -> None:
    assert "Commands:" in "".join((done := invoke()).stdout + done.stderr)
