"""Writes docs/reference/command-line.md from the command line itself.

Usage: python tools/write_command_reference.py [--check]

With --check nothing is written; the exit code is 1 when the page is not current.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from mien.cli import app
from mien.render.cinema import BLENDER_VARIABLE
from mien.store.folders import CACHE_VARIABLE
from mien.store.models import MODEL_VARIABLE, OFFLINE_VARIABLE

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "command-line.md"

_TOP = """\
# The command line

<!-- Written by tools/write_command_reference.py; run it again after a change. -->

`mien VERB --help` shows the same. `python -m mien` is the same command.

| exit code | meaning |
|---|---|
| 0 | all done; a video without a face is done too: a warning, and empty results |
| 1 | at least one input gave no result; the last lines say which, and why |
| 2 | the call was wrong |
| 3 | something is missing (a model, an extra); the sentence names what mends it |
| 130 | interrupted; nothing is left half written |

Results go to standard output, all else to standard error. On a terminal progress is a bar,
elsewhere plain lines, and with `--json` one JSON object a line. `--json` also prints one versioned
JSON document on standard output; numbers that could not be measured are `null` in it.

Several inputs are worked on one after the other. A bad one never ends the others: it is told, and
told again at the end. Each gets a folder of its own below `--out`, named like the input without
its suffix. A folder of images is one video (give its `--fps`); a folder that holds only videos
stands for all of them.
"""

_VARIABLES = f"""\
## Environment variables

| variable | meaning |
|---|---|
| `{MODEL_VARIABLE}` | Landmark models to use where `--face-model` is not given. |
| `{CACHE_VARIABLE}` | Folder for what mien fetches or computes for later. |
| `{BLENDER_VARIABLE}` | Blender, or a Python that has bpy, where `--blender` is not given. |
| `{OFFLINE_VARIABLE}` | Any text but the empty one or `0` keeps mien off the network. |
"""


def page() -> str:
    """Give the whole page."""
    root = typer.main.get_command(app)
    parts = [
        _TOP,
        *(_section(words, command) for words, command in _verbs(root, ("mien",))),
        _VARIABLES,
    ]
    return "\n".join(parts)


def _verbs(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Walk the tree down to the verbs that do something."""
    children = getattr(command, "commands", None)
    if not children:
        yield words, command
        return
    for name, child in children.items():
        yield from _verbs(child, (*words, name))


def _section(words: tuple[str, ...], command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    usage = " ".join([*words, "[OPTIONS]", *(one.metavar for one in arguments)])
    paragraphs = [" ".join(block.split()) for block in (command.help or "").split("\n\n")]
    lines = [f"## {' '.join(words)}", "", f"`{usage}`", ""]
    for paragraph in paragraphs:
        lines += [paragraph, ""]
    if rows := [_row(f"`{one.metavar}`", one.help) for one in arguments]:
        lines += ["| argument | meaning |", "|---|---|", *rows, ""]
    lines += ["| option | meaning |", "|---|---|"]
    lines += [_row(_flags(one), one.help) for one in options]
    return "\n".join([*lines, ""])


def _row(name: str, meaning: str | None) -> str:
    return f"| {name} | {meaning or ''} |"


def _flags(option: Any) -> str:
    flags = ", ".join(f"`{flag}`" for flag in sorted(option.opts, key=len, reverse=True))
    return flags if option.is_flag else f"{flags} `{option.metavar}`"


def main() -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" in sys.argv[1:]:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        if not current:
            print(f"{PAGE.name} is not current: run python tools/write_command_reference.py")
        return 0 if current else 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
