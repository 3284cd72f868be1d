"""What a word that nobody knows may have meant, as the remedy of a finding."""

from collections.abc import Iterable

from mien.core.nearest import unknown_name


def near_remedy(word: str, known: Iterable[str]) -> str:
    """Give the question that names the near words; nothing where none is near.

    >>> near_remedy("hapiness", ["happiness", "fear"]), near_remedy("boredom", ["happiness"])
    ('Did you mean happiness?', '')
    """
    sentence = unknown_name("a word", word, known, listed=0)
    _, asked, near = sentence.rpartition("Did you mean ")
    return f"{asked}{near}" if asked else ""
