"""Makes every picture and generated table of the documentation, with mien's own functions.

Usage: python tools/make_docs.py [--all] [NAME...]
       python tools/make_docs.py --check

Without names, everything that is missing or whose sources changed is made anew; with ``--all``
everything. A name is a path below docs/, such as ``pictures/curve.png``. Some pictures need the
face landmark models, which are found or fetched as by ``mien run``. About three minutes.

``--check`` makes nothing. It names every file that is missing or was edited by hand, and ends
with 1 if there is one; files whose sources changed since are named too, without harm.
"""

import argparse
import sys
import time

from docs_making.items import ITEMS
from docs_making.manifest import Item, fault_of, is_current, note_of, read_manifest, write_manifest

LARGEST_BYTES = 250_000


def check() -> int:
    """Compare the files with the manifest."""
    notes = read_manifest()
    faults = 0
    for item in ITEMS:
        fault = fault_of(item, notes)
        if fault:
            faults += 1
            print(f"{item.name}: {fault}; run: {item.command}")
        elif not is_current(item, notes):
            print(f"{item.name}: stale, its sources changed; run: {item.command}")
        else:
            print(f"{item.name}: current")
    return 1 if faults else 0


def make(items: list[Item]) -> int:
    """Make files and note each in the manifest."""
    for item in items:
        start_s = time.perf_counter()
        item.path.parent.mkdir(parents=True, exist_ok=True)
        item.make(item.path)
        size = item.path.stat().st_size
        print(f"{item.name}: {size / 1000:.0f} kB, {time.perf_counter() - start_s:.1f} s")
        if size > LARGEST_BYTES:
            print(f"{item.name} is larger than {LARGEST_BYTES / 1000:.0f} kB: make it smaller.")
            return 1
        write_manifest({**read_manifest(), item.name: note_of(item)}, ITEMS)
    return 0


def main() -> int:
    """Read the arguments and do what they say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a path below docs/")
    parser.add_argument("--all", action="store_true", help="make everything anew")
    parser.add_argument("--check", action="store_true", help="make nothing, compare")
    arguments = parser.parse_args()
    if arguments.check:
        return check()
    known = {item.name: item for item in ITEMS}
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        parser.error(f"expected names among {', '.join(known)}, but got {', '.join(unknown)}")
    if arguments.names:
        return make([known[name] for name in arguments.names])
    notes = read_manifest()
    return make([item for item in ITEMS if arguments.all or not is_current(item, notes)])


if __name__ == "__main__":
    sys.exit(main())
