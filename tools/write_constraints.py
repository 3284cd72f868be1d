"""Writes constraints.txt: exact versions of everything that mien, --ray and the checks need.

Usage: python tools/write_constraints.py

Run it in the environment whose versions are to be kept, after the tests passed there. Packages
that only another platform needs are not listed, and torch keeps the version of pyproject.toml.
"""

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FILE = ROOT / "constraints.txt"

_TOP = """\
# Exact versions of everything that mien, its tests, its documentation and --ray need.
# Made by `python tools/write_constraints.py` in an environment in which all tests passed.
# torch is pinned by hand in pyproject.toml: what the index gives for it can be gigabytes.
"""


def constraints() -> str:
    """Give the text of the file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["test"], *extras["ray"]]
    roots = [Requirement(line) for line in lines]
    pinned: dict[str, str] = {}
    for requirement in roots:
        if canonicalize_name(requirement.name) == project["name"]:
            inner = [Requirement(line) for one in requirement.extras for line in extras[one]]
            for one in inner:
                _follow(one, pinned)
        else:
            _follow(requirement, pinned)
    torch = re.search(r"torch==[\d.]+", " ".join(extras["head"]))
    if torch is None:
        msg = "Expected torch==VERSION in the head extra of pyproject.toml."
        raise SystemExit(msg)
    pinned["torch"] = torch.group().removeprefix("torch==")
    return _TOP + "".join(f"{name}=={pinned[name]}\n" for name in sorted(pinned))


def _follow(requirement: Requirement, pinned: dict[str, str]) -> None:
    """Pin a package and everything that it needs here."""
    name = canonicalize_name(requirement.name)
    try:
        found = distribution(name)
    except PackageNotFoundError:
        msg = f"{name} is needed but not installed here: pip install -e '.[test,ray]' first."
        raise SystemExit(msg) from None
    known = name in pinned
    pinned[name] = found.version
    if known and not requirement.extras:
        return
    for line in found.requires or []:
        needed = Requirement(line)
        wanted = ("", *requirement.extras)
        if needed.marker is None or any(needed.marker.evaluate({"extra": one}) for one in wanted):
            _follow(needed, pinned)


def main() -> int:
    """Write the file."""
    FILE.write_text(constraints(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
