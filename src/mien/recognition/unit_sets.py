"""Named lists of action units over which graphs are made."""

from collections.abc import Mapping

UNIT_SETS: Mapping[str, tuple[int, ...]] = {
    "cd6me12": (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17),
    "casme2_19": (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 20, 24, 25, 26, 38),
    "casme2_8": (1, 2, 4, 7, 10, 12, 14, 17),
}
"""``cd6me12``: the twelve of the cross-database protocol CD6ME (Varanka et al.), also the number
that the paper's section 4.1.2 names. ``casme2_19``: every unit coded in CASME II, the 19 of its
section 3.2. ``casme2_8``: the eight that are coded most often there (17 clips or more)."""
