"""The words of a command line as the shell hands them over, looked at before they are parsed."""

from collections.abc import Sequence
from pathlib import Path

from mien.core.errors import UsageError


def refuse_odd_words(words: Sequence[str]) -> None:
    """Refuse words that the parser would take for something else than the user meant.

    Raises:
        UsageError: an empty word, which would name the present folder, or the name of a file that
            reads like an option.
    """
    for word in words:
        if word == "--":
            break
        if word.startswith("-") and word != "-" and _is_file(word):
            msg = (
                f"The name of the file {word} begins with a dash and would be taken for an option. "
                f"Write ./{word}."
            )
            raise UsageError(msg)
    if "" in words:
        msg = (
            "One of the words of this command is empty, most likely a variable that is not set. "
            "Give a path, or leave the option out."
        )
        raise UsageError(msg)


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except (OSError, ValueError):
        return False  # no name that a file could have
