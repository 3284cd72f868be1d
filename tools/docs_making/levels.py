"""Pictures of the action units at the letters of FACS, on three people."""

from pathlib import Path

from docs_making.canvas import save_png

from mien.core.facs import channels_of
from mien.head import load_head
from mien.render import level_sheet
from mien.tracks import letter_activation

_PEOPLE = ("Ada", "Kenji", "Clara")
_SIZE_PX = 64
_COLOURS = 128

_BROWS_AND_LIDS = (1, 2, 4, 5, 6, 7, 43)
_NOSE_AND_CORNERS = (9, 10, 11, 12, 13, 14, 15, 20, 38, 39)
_LIPS_AND_JAW = (16, 17, 18, 22, 23, 24, 25, 26, 27, 28)


def _draw(path: Path, units: tuple[int, ...]) -> None:
    head = load_head()
    sheet = level_sheet(
        head,
        [head.people[name] for name in _PEOPLE],
        [channels_of(unit) for unit in units],
        {letter: letter_activation(letter) for letter in "ABCDE"},
        size_px=_SIZE_PX,
        quality="portrait",
    )
    save_png(path, sheet, colours=_COLOURS)


def draw_brows_and_lids(path: Path) -> None:
    """Draw the units of the upper face."""
    _draw(path, _BROWS_AND_LIDS)


def draw_nose_and_corners(path: Path) -> None:
    """Draw the units of nose, cheek and mouth corner."""
    _draw(path, _NOSE_AND_CORNERS)


def draw_lips_and_jaw(path: Path) -> None:
    """Draw the units of lips, chin and jaw."""
    _draw(path, _LIPS_AND_JAW)
