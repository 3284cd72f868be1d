"""One spotted movement -> an event: its units, its emotion, and the evidence behind both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mien.core.arrays import Times
from mien.core.track import Event
from mien.recognition.basis import Whitened
from mien.recognition.canonical import Placement
from mien.recognition.detection_limit import hidden_units
from mien.recognition.emotion import emotion_posterior
from mien.recognition.event_verdict import EventVerdict, judge_movement, judged_emotion
from mien.recognition.events import brief_course, movement_event
from mien.recognition.fusion import TrainedRecogniser
from mien.recognition.look import Look
from mien.recognition.pursuit import NamedUnit, atom_cosines, name_units, units_of
from mien.recognition.spotting import Movement

LEAST_PEAK = 0.1
"""A unit that reaches less than this part of the strongest one's activation is not named, unless
the motion alone speaks for it: that it goes with the others is no sign of it."""


@dataclass(frozen=True)
class Finding:
    """One reported event with the evidence behind it."""

    event: Event
    movement: Movement
    units: tuple[NamedUnit, ...]
    cosines: Mapping[str, float]
    """Cosine of the motion with each atom, best first, by name such as ``AU12 both``."""


class MovementReader:
    """Reads the movements of one face, by analysis by synthesis and the trained networks.

    Args:
        times_s: of every frame.
        cells: that show the face when nothing hides a part of it.
        placement: of the face in its aligned picture; the networks are left out without it.
        prior: label statistics for the emotion.
        recogniser: trained networks; None for analysis by synthesis alone.
    """

    def __init__(
        self,
        times_s: Times,
        *,
        cells: int,
        placement: Placement | None,
        prior: str,
        recogniser: TrainedRecogniser | None,
    ) -> None:
        self._times_s = times_s
        self._cells = cells
        self._placement = placement
        self._prior = prior
        self._recogniser = recogniser

    def finding(self, look: Look, movement: Movement) -> Finding:
        """Name the units of a movement, follow them, and say which emotion they speak for."""
        whitened, broad = movement.whitened, look.broad_of(movement)
        wide = broad.vectors(movement.field_px[None])[0]
        units = name_units(whitened, movement.vector, broad=(broad, wide))
        cosines = atom_cosines(whitened, movement.vector)
        ranked = {
            f"AU{au} {side}": value
            for (au, side), value in sorted(cosines.items(), key=lambda item: -item[1])
        }
        verdict = self._verdict(look, movement)
        if verdict is not None and verdict.seen:
            units = self._measurable(look, movement, broad, verdict.seen, units)
        peaks = brief_course(self._times_s, look.view.flow_px, broad, units, movement)
        event = movement_event(movement, units, peaks)
        if verdict is None:
            event = self._with_emotion(event, whitened, units)
        else:
            event = _judged(event, verdict, self._prior)
        return Finding(_unsure_of(event, hidden_units(look.smallest)), movement, units, ranked)

    def _measurable(
        self,
        look: Look,
        movement: Movement,
        broad: Whitened,
        seen: tuple[int, ...],
        pursued: tuple[NamedUnit, ...],
    ) -> tuple[NamedUnit, ...]:
        """Settle the sides of the units that count as seen, without those that hardly moved.

        The networks know which units go together, and may take one for likely that the motion
        leaves no room for.
        """
        units = units_of(movement.whitened, movement.vector, seen)
        courses = brief_course(self._times_s, look.view.flow_px, broad, units, movement)
        peak = {unit.au: max(courses[one].max() for one in unit.channels) for unit in units}
        least = LEAST_PEAK * max(peak.values())
        kept = {unit.au for unit in pursued} | {au for au, one in peak.items() if one >= least}
        left = tuple(au for au in seen if au in kept)
        return units if left == seen else units_of(movement.whitened, movement.vector, left)

    def _verdict(self, look: Look, movement: Movement) -> EventVerdict | None:
        """Ask the networks, which know whole faces alone, and silent ones."""
        if self._recogniser is None or self._placement is None or movement.cues.beside_speech:
            return None
        if look.view.basis.seen.sum() < self._cells:
            return None
        return judge_movement(
            self._recogniser, self._placement, self._times_s, look.view.flow_px, movement
        )

    def _with_emotion(
        self, event: Event, whitened: Whitened, units: tuple[NamedUnit, ...]
    ) -> Event:
        evidence = {unit.au: min(1.0, 0.6 + unit.gain) for unit in units}
        observable = frozenset(channel.au for channel in whitened.basis.channels)
        posterior = emotion_posterior(
            evidence, observable=observable, confidence=event.confidence, prior=self._prior
        )
        return replace(event, emotion=posterior)


def _judged(event: Event, verdict: EventVerdict, prior: str) -> Event:
    posterior, by_units = judged_emotion(verdict, confidence=event.confidence, prior=prior)
    peaks = tuple(
        replace(peak, confidence=verdict.units.get(peak.channel.au, peak.confidence))
        for peak in event.units
    )
    opinions = (*verdict.opinions, by_units)
    return replace(event, units=peaks, emotion=posterior, opinions=opinions)


def _unsure_of(event: Event, hidden: Sequence[int]) -> Event:
    """Take the confidence from units that this video cannot show."""
    units = tuple(
        replace(unit, confidence=0.0) if unit.channel.au in hidden else unit for unit in event.units
    )
    return replace(event, units=units)
