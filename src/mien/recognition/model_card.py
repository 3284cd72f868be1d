"""The card of the networks that come with mien: what each file is, says, and was made from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from mien.core.errors import FormatError, MissingError
from mien.core.facs import EMOTIONS
from mien.recognition.atoms import READ_UNITS

CARD = "default.json"
SCHEMA, VERSION = "mien/trained-recogniser", 1

_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)


class NetworkEntry(BaseModel):
    """One network file."""

    model_config = _STRICT

    file: str
    sha256: str
    bytes: int
    parameters: int
    kind: str
    """``image`` or ``volume``."""

    steps: int
    """Pictures of a clip; 1 for an image."""


class SourceCalibration(BaseModel):
    """How what one recogniser says becomes the logarithm of odds."""

    model_config = _STRICT

    slopes: tuple[float, ...]
    """Weight of each number that it gives for a unit."""

    offsets: tuple[float, ...]
    """Added, by unit."""

    emotion_sharpness: float
    """Factor on its logarithms of emotions' probabilities."""


class RecogniserCard(BaseModel):
    """Everything that reading with the trained networks needs to know, and what it stems from."""

    model_config = _STRICT

    schema_name: str
    version: int
    mien: str
    units: tuple[int, ...]
    classes: tuple[str, ...]
    networks: tuple[NetworkEntry, ...]
    sources: dict[str, SourceCalibration]
    """By the recogniser's name."""

    fused_slope: float
    fused_offsets: tuple[float, ...]
    emotion_sharpness: float
    threshold: float
    """Probability from which a unit counts as seen."""

    priors: tuple[str, ...]
    """Label statistics that the training samples were drawn from."""

    corpora: tuple[str, ...]
    """Licensed corpora that any training clip stems from; none for the one that comes with mien."""

    training: dict[str, Any]
    """How it was made: sets, seeds, people, epochs."""


@dataclass(frozen=True)
class CardFolder:
    """A card and the folder of its networks."""

    card: RecogniserCard
    folder: Path

    def entry(self, kind: str) -> NetworkEntry:
        """Give the network of one kind.

        Raises:
            FormatError: the card names none.
        """
        for one in self.card.networks:
            if one.kind == kind:
                return one
        msg = f"Expected a network on {kind}s in {self.folder / CARD}, but it names none."
        raise FormatError(msg)


def packaged_folder() -> Path:
    """Folder of the networks that come with mien."""
    return Path(str(files("mien.recognition").joinpath("data")))


def read_card(folder: Path) -> CardFolder:
    """Read the card of a folder of networks.

    Raises:
        MissingError: no such folder, or no card in it.
        FormatError: no card, one of another version, or one of other units or emotions.
    """
    path = folder / CARD
    if not path.is_file():
        msg = (
            f"Expected the recogniser's card {CARD} in {folder}, but it is not there. Install mien "
            "anew, or give the folder that tools/train_default.py wrote."
        )
        raise MissingError(msg)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        msg = f"Expected JSON in {path}, but it cannot be read: {error}. Copy it again."
        raise FormatError(msg) from error
    _refuse_other(content, path)
    try:
        # In the mode of JSON, which has lists where the card has tuples.
        card = RecogniserCard.model_validate_json(json.dumps(content))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        msg = f"Expected a card of a recogniser in {path}, but {where}: {first['msg']}."
        raise FormatError(msg) from error
    strange = sorted(set(card.classes) - set(EMOTIONS))
    if card.units != READ_UNITS or strange:
        others = f"the emotions {', '.join(strange)}" if strange else f"the units {card.units}"
        msg = (
            f"Expected networks for the units {READ_UNITS} and mien's emotions, but those of "
            f"{path} have {others}. Train them with this version: tools/train_default.py"
        )
        raise FormatError(msg)
    return CardFolder(card, folder)


def _refuse_other(content: object, path: Path) -> None:
    if not isinstance(content, Mapping) or content.get("schema_name") != SCHEMA:
        msg = f"Expected the card of a recogniser ({SCHEMA}) in {path}, but it is something else."
        raise FormatError(msg)
    if content.get("version") != VERSION:
        msg = (
            f"Expected version {VERSION} of the recogniser's card in {path}, but it has "
            f"{content.get('version')}. Use the mien that wrote it ({content.get('mien')}), or "
            "train anew: tools/train_default.py"
        )
        raise FormatError(msg)
