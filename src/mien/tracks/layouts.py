"""What stands in mien's JSON documents: the parts that tracks and performances share."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from mien.core.track import EventKind

Number = float | Literal["inf", "-inf"] | None
"""A number as strict JSON holds it: null where it is not defined."""

ChannelName = Annotated[str, Field(pattern=r"^AU[0-9]{2}[LR]?$")]
"""Such as AU12L; L and R are the subject's left and right."""

FrameIndex = Annotated[str, Field(pattern=r"^[0-9]+$")]
DESCRIBED = ConfigDict(use_attribute_docstrings=True)
"""For layouts whose docstrings belong into the schema."""


@with_config(DESCRIBED)
class UnitLayout(TypedDict):
    """An action unit that moved in an event."""

    channel: ChannelName
    activation: Number
    """At the apex; 1 is the unit's full shape, letter E of FACS."""

    confidence: Number
    """0..1."""

    family: str
    """Name of the units that could not be told apart from this one, or nothing."""


@with_config(DESCRIBED)
class EmotionLayout(TypedDict):
    """Which emotion label fits the units that moved; not what the person feels."""

    probabilities: dict[str, float]
    prior: str
    """Label statistics behind the probabilities."""

    method: str
    undecided: str
    """Why no label is to be named; empty where one stands out."""


@with_config(DESCRIBED)
class OpinionLayout(TypedDict):
    """What one recogniser says of an event by itself."""

    source: str
    units: dict[str, float]
    """Probability by unit, such as AU12."""

    emotion: dict[str, float]
    """Probability by label, or nothing."""


@with_config(DESCRIBED)
class EventLayout(TypedDict):
    """A micro-expression, a longer movement or a blink."""

    kind: EventKind
    onset_s: float
    apex_s: float
    offset_s: float
    """Inclusive."""

    units: list[UnitLayout]
    """Strongest evidence first."""

    confidence: Number
    emotion: EmotionLayout | None
    reference: str
    """What the change is measured against."""

    evidence: dict[str, Number]
    opinions: list[OpinionLayout]
    """What each recogniser said by itself."""


@with_config(DESCRIBED)
class ProvenanceLayout(TypedDict):
    """How the result came to be."""

    source: str
    """Name of the input, without its folder."""

    source_sha256: str
    software: dict[str, str]
    """Version by package name."""

    models: dict[str, str]
    """sha256 by model file name."""

    settings: dict[str, str]
    """Every setting that was not its default."""

    seed: int | None


@with_config(DESCRIBED)
class TimeLayout(TypedDict):
    """Even samples."""

    rate: Annotated[str, Field(pattern=r"^[1-9][0-9]*(/[1-9][0-9]*)?$")]
    """Samples a second as a fraction, such as 30000/1001."""

    count: Annotated[int, Field(ge=1)]
    start_s: float
    """Time of the first sample."""
