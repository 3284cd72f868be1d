"""Names that nobody knows, answered with those that are near."""

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 3


def unknown_name(what: str, name: str, known: Iterable[str], *, listed: int = 12) -> str:
    """Give the sentence for a name that is not among the known ones.

    >>> unknown_name("a light", "beuty", ["soft", "beauty", "side"])
    "Expected a light among soft, beauty, side, but got 'beuty'. Did you mean beauty?"

    Args:
        what: the kind of thing with its article, such as ``a person``.
        name: what was asked for.
        known: the names there are.
        listed: from this many names on only the nearest are told.
    """
    names = list(known)
    by_fold = {one.casefold(): one for one in names}
    near = [by_fold[one] for one in get_close_matches(name.casefold(), by_fold, _MOST)]
    among = f" among {', '.join(names)}" if len(names) <= listed else ""
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    if not among and not near:
        among = f" among {', '.join(names[:listed])} and {len(names) - listed} more"
    return f"Expected {what}{among}, but got {name!r}.{hint}"
