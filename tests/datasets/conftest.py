"""Tables and folders of pictures, as small as they can be."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import openpyxl
import pytest

TableWriter = Callable[..., Path]
PictureWriter = Callable[..., Path]
VideoWriter = Callable[[Path, int], Path]


@pytest.fixture
def write_table() -> TableWriter:
    """Write rows as .xlsx, .csv or .tsv; further sheets by name."""

    def write(
        path: Path,
        rows: Iterable[Sequence[object]],
        *,
        sheet: str = "Sheet1",
        more: Mapping[str, Iterable[Sequence[object]]] | None = None,
    ) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix != ".xlsx":
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",").writerows(rows)
            return path
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, lines in {sheet: rows, **(more or {})}.items():
            page = book.create_sheet(title)
            for line in lines:
                page.append(list(line))
        book.save(path)
        return path

    return write


@pytest.fixture
def write_pictures() -> PictureWriter:
    """Make a folder of numbered pictures; names are enough to read a corpus."""

    def write(folder: Path, numbers: Iterable[int], name: str = "img{}.jpg") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for number in numbers:
            (folder / name.format(number)).touch()
        return folder

    return write


@pytest.fixture
def write_video() -> VideoWriter:
    """Make a grey video of so many frames, as .avi or .mp4."""

    def write(path: Path, count: int) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(path, "w") as container:
            stream = container.add_stream("mpeg4", rate=Fraction(25))
            stream.width = stream.height = 32
            for level in range(count):
                picture = np.full((32, 32, 3), 100 + level, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode(None))
        return path

    return write
