"""Zero-shot is a word: nothing that reads may stem from a corpus that is evaluated."""

import re
from collections.abc import Collection, Iterable, Mapping

from mien.core.errors import UsageError

CORPUS_OF_PRIOR: Mapping[str, str] = {"casme2": "casme2", "dfme": "dfme"}
"""Corpora whose clips label statistics were counted from; ``emfacs`` is from no corpus."""

_SPELLINGS: tuple[tuple[str, str], ...] = (
    (r"cas\W*\(?me\)?\W*\^?\s*(3|iii)", "cas_me_3"),
    (r"cas\W*\(me\)\W*\^?\s*(2|ii)|cas_me_2|casme\s*\^\s*2|casmesq|casme_squared", "cas_me_2"),
    (r"casme\W*_?\W*(2|ii)(?!\d)", "casme2"),
    (r"casme", "casme"),
    (r"samm\W*_?\W*(lv|long)", "samm_lv"),
    (r"samm", "samm"),
    (r"smic\W*_?\W*vis", "smic_vis"),
    (r"smic\W*_?\W*nir", "smic_nir"),
    (r"smic", "smic_hs"),
    (r"4\W*dme", "4dme"),
    (r"dfme", "dfme"),
    (r"mmew", "mmew"),
)


def known_corpus(name: str) -> str:
    """Give mien's name of a corpus in any of its spellings; another name comes back as it is.

    >>> [known_corpus(one) for one in ("CASME II", "casme_2", "CAS(ME)^2", "SMIC", "mine")]
    ['casme2', 'casme2', 'cas_me_2', 'smic_hs', 'mine']
    """
    plain = name.casefold().strip()
    for pattern, known in _SPELLINGS:
        if re.match(pattern, plain):
            return known
    return name


def refuse_seen(corpora: Iterable[str], stems_from: Mapping[str, Collection[str]]) -> None:
    """Refuse what was made from a corpus that is evaluated.

    Args:
        corpora: names of the evaluated corpora, in any spelling.
        stems_from: by what reads (a prior, a network): names of the label statistics and corpora
            that it was made from.

    Raises:
        UsageError: one stems from an evaluated corpus.
    """
    evaluated = {known_corpus(name): name for name in corpora}
    for reader, stems in stems_from.items():
        for stem in sorted(stems):
            corpus = CORPUS_OF_PRIOR.get(stem, known_corpus(stem))
            if corpus in evaluated:
                msg = (
                    f"Expected nothing that stems from {evaluated[corpus]}, since that is "
                    f"evaluated, but {reader} was made from {stem}: that is not zero-shot. "
                    + _remedy(reader, stem)
                )
                raise UsageError(msg)


def _remedy(reader: str, stem: str) -> str:
    if reader.startswith("the prior"):
        rest = "emfacs" if stem == "dfme" else "emfacs+dfme"
        return f"Give --prior {rest}, or leave that corpus out of the manifest."
    return "Leave that corpus out of the manifest, or that source out with --without."
