"""The columns of a table of one's own clips, what each holds, and a table to begin with."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from mien.core.errors import UsageError
from mien.datasets.manifest_flow import MINMAX8, PIXELS
from mien.store.atomic import write_text_atomic

COLUMN_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "path": "folder of numbered pictures, video file, or optical flow as a picture or an array "
        "(.npy); relative to the table",
        "subject": "the person",
        "label": "the emotion: a label of mien, or any word of one's own",
        "name": "optional: name of the clip; else that of the path",
        "onset": "optional: first frame of the movement, inclusive, by the number in the name of "
        "the picture; of a video file from 1",
        "apex": "optional: frame of the strongest movement, counted alike",
        "offset": "optional: last frame of the movement, inclusive, counted alike",
        "units": "optional: action units such as 4+L12; ? or nothing where not known, 0 for none",
        "rate": "frames a second; needed for folders",
        "corpus": "optional: name of the corpus; else that of the table",
        "channels": "of flow: what red, green and blue (the last axis of an array) hold, such as "
        "u v strain; BGR: strain v u lists them as OpenCV does; -v where v points up",
        "scaling": f"of flow: {MINMAX8} (each channel stretched to its own range), {PIXELS} (an "
        "array of floats), or the values in px of the darkest and brightest grey, such as -8:8, or "
        "one for each channel",
        "registered": "of flow: yes where the face lies as mien's canonical one does; else its "
        "place is fitted",
    }
)
"""What each column holds, in the order of the template."""

MANIFEST_COLUMNS = tuple(COLUMN_MEANINGS)
REQUIRED_COLUMNS = ("path", "subject", "label")
_DELIMITERS = {".csv": ",", ".tsv": "\t"}


def write_manifest_template(path: Path) -> None:
    """Write a manifest with three rows to be replaced, one for each kind of source.

    Raises:
        UsageError: the file is there already, or its ending is neither .csv nor .tsv.
        OutputError: it cannot be written.
    """
    delimiter = _DELIMITERS.get(path.suffix.lower())
    if delimiter is None:
        msg = (
            f"Expected a table ending in .csv or .tsv, but got --out {path}. "
            "Give it one of these endings; a spreadsheet program opens both."
        )
        raise UsageError(msg)
    if path.exists():
        msg = (
            f"Expected the name of a new table, but {path} is there already and may be filled in. "
            "Choose another name with --out, or move the file away."
        )
        raise UsageError(msg)
    rows = (
        MANIFEST_COLUMNS,
        (
            "clips/anna_01",
            "anna",
            "happiness",
            "",
            "1",
            "14",
            "30",
            "6+L12",
            "200",
            "mine",
            "",
            "",
            "",
        ),
        ("videos/ben.mp4", "ben", "surprise", "", "", "", "", "1+2", "", "mine", "", "", ""),
        (
            *("flow/cleo_01.png", "cleo", "disgust", "", "", "", "", "?", "", "mine"),
            *("u v strain", MINMAX8, ""),
        ),
    )
    write_text_atomic(path, "".join(delimiter.join(row) + "\n" for row in rows))
