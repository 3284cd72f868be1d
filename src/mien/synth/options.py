"""What a synthetic corpus is made of: every setting, checked before anything is drawn."""

from dataclasses import dataclass, fields
from fractions import Fraction

from mien.core.errors import UsageError
from mien.core.facs import ACTION_UNITS
from mien.core.label_statistics import PRIORS
from mien.core.movement_statistics import movement_statistics
from mien.core.nearest import unknown_name
from mien.directing import LAYERS, Life
from mien.head import load_head
from mien.synth.published_corpus import SUBJECTS, places_like

PARTS = (*LAYERS, "macro", "speech", "light", "noise", "blur", "compression", "mismatch")
"""What can be left out: the layers of life, slow expressions, speech, other light than the usual,
the camera's noise, blur, compression, and shapes that differ from the head's own."""

SIDES = ("natural", "left", "right", "both")
"""Which sides move; ``natural`` draws for each unit whether it moves on one side only."""

QUALITIES = ("fast", "portrait")

_RATES = (15, 500)
_SIZES_PX = (64, 4096)
_MOST = 10_000_000


@dataclass(frozen=True)
class SynthOptions:
    """A corpus: the same options give the same bytes, whatever the number of workers."""

    like: str = ""
    """A published corpus whose subjects, clips and labels are counted out exactly; none for even
    subjects and drawn labels. Its statistics are the prior, and the rest around the movements
    varies."""

    clips: int = 100
    """Short clips of one micro-expression each; as many as the published corpus has, with one."""

    long_videos: int = 0
    """Long videos with several movements and quiet stretches, for spotting."""

    long_s: float = 20.0
    """Length of each of them."""

    prior: str = "dfme"
    """Published statistics behind emotions, sets of units and durations; several joined by +."""

    people: tuple[str, ...] = ()
    """Identities, a subject each; none for everybody."""

    emotions: tuple[str, ...] = ()
    """Emotions; none for all that the prior knows."""

    units: tuple[int, ...] = ()
    """FACS numbers that may move; none for all that the head can show."""

    side: str = "natural"
    intensity: tuple[float, float] = (0.15, 0.6)
    """Range of the peaks of micro-expressions, 0..1."""

    rate: Fraction = Fraction(200)
    """Frames a second."""

    size_px: int = 256
    """Side of the square pictures."""

    quality: str = "fast"
    without: tuple[str, ...] = ()
    """Parts of :data:`PARTS` that are left out."""

    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be made, and say what was near."""
        if self.like:
            self._take_numbers()
        for name in ("clips", "long_videos"):
            if not 0 <= getattr(self, name) <= _MOST:
                msg = f"Expected {name} in 0..{_MOST}, but got {getattr(self, name)}."
                raise UsageError(msg)
        if not self.clips + self.long_videos:
            msg = "Expected at least one clip or one long video, but got none of either."
            raise UsageError(msg)
        if not 5 <= self.long_s <= 600:  # noqa: PLR2004 - seconds, as the sentence says
            msg = f"Expected long videos of 5 to 600 s, but got {self.long_s} s."
            raise UsageError(msg)
        check_sampling(self.prior, self.emotions, self.units, self.side, self.intensity)
        check_people(self.people)
        self._check_pictures()

    def _take_numbers(self) -> None:
        """Take people and clips from the published corpus; its prior goes with it."""
        places = places_like(self.like, self.seed)
        people = self.people or tuple(load_head().people)[:SUBJECTS]
        if len(people) != SUBJECTS or self.emotions:
            msg = (
                f"Expected {SUBJECTS} people and all emotions in a corpus like {self.like}, but "
                f"got {len(people)} people and {len(self.emotions) or 'all'} emotions. Leave "
                "them out."
            )
            raise UsageError(msg)
        object.__setattr__(self, "clips", len(places))
        object.__setattr__(self, "people", people)
        object.__setattr__(self, "prior", self.like)

    def _check_pictures(self) -> None:
        if not _RATES[0] <= self.rate <= _RATES[1]:
            low, high = _RATES
            msg = f"Expected a rate in {low}..{high} frames per second, but got {self.rate}."
            raise UsageError(msg)
        if not _SIZES_PX[0] <= self.size_px <= _SIZES_PX[1]:
            low, high = _SIZES_PX
            msg = f"Expected pictures of {low}..{high} px, but got {self.size_px} px."
            raise UsageError(msg)
        if self.quality not in QUALITIES:
            raise UsageError(unknown_name("a quality", self.quality, QUALITIES))
        for part in self.without:
            if part not in PARTS:
                raise UsageError(unknown_name("a part to leave out", part, PARTS))
        if self.seed < 0:
            msg = f"Expected a seed of 0 or more, but got {self.seed}."
            raise UsageError(msg)

    def has(self, part: str) -> bool:
        """Whether a part is in the footage."""
        return part not in self.without

    @property
    def life(self) -> Life:
        """The layers of life that are in the footage."""
        return Life().without(*(part for part in self.without if part in LAYERS))

    @property
    def as_json(self) -> dict[str, object]:
        """The options as JSON can hold them."""
        plain: dict[str, object] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "like" and not value:
                continue
            plain[field.name] = (
                str(value)
                if isinstance(value, Fraction)
                else list(value)
                if isinstance(value, tuple)
                else value
            )
        return plain


def check_sampling(
    prior: str,
    emotions: tuple[str, ...],
    units: tuple[int, ...],
    side: str,
    intensity: tuple[float, float],
) -> None:
    """Refuse what no expression can be drawn from.

    Raises:
        UsageError: an unknown prior, emotion, unit or side, or intensities out of range.
    """
    for one in prior.split("+"):
        if one not in PRIORS:
            raise UsageError(unknown_name("a prior", one, PRIORS))
    known = sorted({e for one in prior.split("+") for e in movement_statistics(one).emotions})
    for emotion in emotions:
        if emotion not in known:
            raise UsageError(unknown_name(f"an emotion of the prior {prior}", emotion, known))
    numbers = {unit.number for unit in ACTION_UNITS}
    for unit in units:
        if unit not in numbers:
            near = sorted(numbers, key=lambda number: abs(number - unit))[:3]
            msg = (
                f"Expected an action unit that mien knows, but got {unit}. "
                f"The nearest are {', '.join(map(str, sorted(near)))}."
            )
            raise UsageError(msg)
    if side not in SIDES:
        raise UsageError(unknown_name("a side", side, SIDES))
    low, high = intensity
    if not 0 < low <= high <= 1:  # NaN is refused too
        msg = f"Expected intensities 0 < low <= high <= 1, but got {low} to {high}."
        raise UsageError(msg)


def check_people(people: tuple[str, ...]) -> None:
    """Refuse identities that the head does not have, and one named twice.

    Raises:
        UsageError: an unknown person, or the same twice.
    """
    known = load_head()
    for name in people:
        known.person(name)
    if len(set(people)) < len(people):
        msg = f"Expected every person once, but got {', '.join(people)}."
        raise UsageError(msg)
