"""The optional extras that this version has, and what each would add."""

import re
from importlib.metadata import PackageNotFoundError, distribution, metadata

from mien.cli.doctor.finding import Finding, State

ADDS = {
    "docs": "builds this documentation",
    "evaluate": "baselines and tables of recognisers",
    "gpu": "draws on a graphics card",
    "head": "bakes the built-in head anew",
    "ray": "spreads work over machines",
    "test": "runs the tests and checks",
    "train": "trains recognisers",
    "usd": "writes the head as USD",
}
"""What an extra is good for, by its name."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def extras() -> tuple[Finding, ...]:
    """Tell for each extra whether its packages are here."""
    try:
        about = metadata("mien")
    except PackageNotFoundError:
        return ()  # run from a folder that was never installed
    wanted = about.get_all("Requires-Dist") or []
    return tuple(_extra(name, wanted) for name in sorted(about.get_all("Provides-Extra") or []))


def _extra(extra: str, wanted: list[str]) -> Finding:
    marked = re.compile(rf"extra\s*==\s*['\"]{re.escape(extra)}['\"]")
    names = [
        found.group() for line in wanted if marked.search(line) if (found := _NAME.match(line))
    ]
    lacking = sorted({name for name in names if name != "mien" and not _is_installed(name)})
    purpose = ADDS.get(extra, "")
    value = purpose if not lacking else f"{purpose} (lacks {_shortened(lacking)})"
    return Finding(
        f"[{extra}]",
        State.NOTE if lacking else State.GOOD,
        value,
        remedy=f'pip install "mien[{extra}]"' if lacking else "",
        data={"extra": extra, "adds": purpose, "lacks": lacking},
    )


def _shortened(names: list[str], shown: int = 3) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
