"""What each made file of the documentation was made from, and whether it still holds."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.store.atomic import write_text_atomic

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MANIFEST = DOCS / "pictures" / "manifest.json"

_TEXT = frozenset({".py", ".json", ".md", ".svg", ".txt", ".j2"})
_SOURCES = ("*.py", "*.json", "*.npz", "*.j2", "*.txt")


@dataclass(frozen=True)
class Item:
    """One file of the documentation that a program makes."""

    name: str
    """Path below docs/."""

    make: Callable[[Path], None]
    packages: tuple[str, ...]
    """Packages of mien whose code and data it shows."""

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return DOCS / self.name

    @property
    def command(self) -> str:
        """What makes this file alone."""
        return f"python tools/make_docs.py {self.name}"

    @property
    def digest(self) -> str:
        """sha256 over everything that it is made from."""
        folders = [ROOT / "src" / "mien" / package for package in self.packages]
        files = [file for folder in folders for kind in _SOURCES for file in folder.rglob(kind)]
        here = ROOT / "tools" / "docs_making"
        files += [here / name for name in ("canvas.py", "subjects.py")]
        files.append(here / Path(self.make.__code__.co_filename).name)
        total = hashlib.sha256()
        for file in sorted(set(files)):
            total.update(f"{file.relative_to(ROOT).as_posix()}\0{sha256_of(file)}\n".encode())
        return total.hexdigest()


def sha256_of(path: Path) -> str:
    """Hash a file; line ends of text count as one, since a checkout may change them."""
    data = path.read_bytes()
    if path.suffix in _TEXT:
        data = data.replace(b"\r\n", b"\n")
    return hashlib.sha256(data).hexdigest()


def read_manifest() -> dict[str, dict[str, str]]:
    """Give the noted files by name; nothing where nothing was made yet."""
    if not MANIFEST.is_file():
        return {}
    content = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return {one["file"]: one for one in content["items"]}


def write_manifest(notes: Mapping[str, Mapping[str, str]], items: Sequence[Item]) -> None:
    """Write the notes of the known items, in their order."""
    listed = [notes[item.name] for item in items if item.name in notes]
    content = {"document": "mien/docs-pictures", "version": 1, "items": listed}
    write_text_atomic(MANIFEST, json.dumps(content, indent=1) + "\n")


def note_of(item: Item) -> dict[str, str]:
    """Note a file that was just made."""
    return {
        "file": item.name,
        "command": item.command,
        "sha256": sha256_of(item.path),
        "made_from": " ".join(("tools/docs_making", *(f"mien.{p}" for p in item.packages))),
        "made_from_sha256": item.digest,
    }


def fault_of(item: Item, notes: Mapping[str, Mapping[str, str]]) -> str:
    """Say what is wrong with a file: missing, never noted or edited by hand; empty if nothing."""
    note = notes.get(item.name)
    if not item.path.is_file():
        return "missing"
    if note is None:
        return "not in the manifest"
    if sha256_of(item.path) != note["sha256"]:
        return "edited by hand since it was made"
    return ""


def is_current(item: Item, notes: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether the file is whole and nothing that it was made from has changed."""
    return not fault_of(item, notes) and notes[item.name]["made_from_sha256"] == item.digest
