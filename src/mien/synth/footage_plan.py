"""What happens in one clip or long video of a corpus: all of it drawn from a number and a seed."""

from dataclasses import dataclass, replace

import numpy as np

from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import EventKind
from mien.directing import Directed, Life, PlannedMovement, direct
from mien.head import load_head
from mien.render import Light
from mien.synth.expressions import Expression, ExpressionSource
from mien.synth.head_turns import HeadTurn, turned
from mien.synth.lighting import drawn_light
from mien.synth.options import SynthOptions
from mien.synth.published_corpus import places_like
from mien.synth.sensor import Sensor
from mien.synth.speech import Speech

MARGIN_S = 0.05
"""Rest before the onset and after the offset of a short clip."""

MOST_MARGIN_S = 0.25
"""The longest such rest in a corpus like a published one: when a movement begins and ends is part
of what is to be recognised, so it may not always be the same."""

_MACRO_SHARE, _SPEECH_SHARE = 0.12, 0.06
_POSE_DEG = 3.0
_MICRO_ON_MACRO = 0.35
_CRF, _CRF_RANGE = 8, (14, 27)
_JPEG, _JPEG_RANGE = 98, (70, 96)


@dataclass(frozen=True)
class FootagePlan:
    """One clip or long video."""

    number: int
    """Its number among the clips, or among the long videos."""

    subject: str
    """``sub01`` and so on."""

    name: str
    """Name of the clip within the subject: ``EP01_01`` and so on."""

    person: str
    time: TimeBase
    first_frame: int
    """Number of the first picture; frame numbers count from it."""

    movements: tuple[PlannedMovement, ...]
    speech: tuple[Speech, ...]
    pose_deg: tuple[float, float, float]
    """How the head is held: mean pitch, yaw, roll."""

    life: Life
    light: Light
    sensor: Sensor
    jpeg_quality: int
    crf: int
    mismatch: bool
    """Whether the person's shapes differ from the head's own."""

    seed: int
    person_seed: int
    turns: tuple[HeadTurn, ...] = ()
    """Turns and nods beside the sway of life."""

    def directed(self) -> Directed:
        """Exactly what happens."""
        rng = np.random.default_rng((self.seed, 71))
        syllables = [move for speech in self.speech for move in speech.syllables(rng)]
        provenance = Provenance(
            source=f"{self.subject}/{self.name}", settings={"person": self.person}, seed=self.seed
        )
        directed = direct(
            self.time,
            self.movements,
            self.life,
            seed=self.seed,
            person_seed=self.person_seed,
            beneath=syllables,
            provenance=provenance,
        )
        if not self.turns:
            return directed
        track = directed.track
        rotation = track.head_rotation_rad + turned(self.time.times_s, self.turns)
        return replace(directed, track=replace(track, head_rotation_rad=rotation))

    def frame_of(self, time_s: float) -> int:
        """Number of the picture nearest to a time."""
        return self.first_frame + self.time.nearest(time_s)


def people_of(options: SynthOptions) -> tuple[str, ...]:
    """Names of the identities in the order of the subjects."""
    if options.people:
        return options.people
    return tuple(load_head().people)


def plan_clip_footage(options: SynthOptions, number: int) -> FootagePlan:
    """Plan one short clip: a micro-expression, with whatever else is switched on."""
    rng = np.random.default_rng((options.seed, 1, number))
    people = people_of(options)
    who, turn, source = _place(options, number)
    expression = source.draw(rng)
    margin, after = _margins(options, number)
    onset_s = margin / float(options.rate)
    micro = _movement(expression, onset_s)
    end_s = micro.offset_s + after / float(options.rate)
    movements = [micro]
    draws = rng.uniform(size=2)
    if options.has("macro") and draws[0] < _MACRO_SHARE:
        movements.append(_beneath(_source(options).draw(rng), micro, end_s, rng))
    speech: tuple[Speech, ...] = ()
    if options.has("speech") and draws[1] < _SPEECH_SHARE:
        speech = (Speech(-0.3, end_s + 0.3),)
    count = int(np.ceil(micro.offset_s * options.rate)) + after + 1
    return _plan(
        options,
        rng,
        number=number,
        place=(f"sub{who + 1:02d}", f"EP{turn // 20 + 1:02d}_{turn % 20 + 1:02d}", people[who]),
        count=count,
        movements=tuple(movements),
        speech=speech,
    )


def _place(options: SynthOptions, number: int) -> tuple[int, int, ExpressionSource]:
    """Whose clip it is, which of theirs, and what it may show."""
    if options.like:
        place = places_like(options.like, options.seed)[number]
        return place.subject, place.turn, replace(_source(options), emotions=(place.emotion,))
    who, turn = divmod(number, -(-options.clips // len(people_of(options))))
    return who, turn, _source(options)


def _margins(options: SynthOptions, number: int) -> tuple[int, int]:
    """Frames of rest before the onset and after the offset."""
    least = max(2, round(MARGIN_S * options.rate))
    if not options.like:
        return least, least
    # A stream of its own: the clips' other draws stay as they are.
    rng = np.random.default_rng((options.seed, 4, number))
    before, after = rng.uniform(0.0, MOST_MARGIN_S - MARGIN_S, 2) * float(options.rate)
    return least + round(before), least + round(after)


def plan_long_footage(options: SynthOptions, number: int) -> FootagePlan:
    """Plan one long video: micro- and macro-expressions, speech, and quiet stretches."""
    rng = np.random.default_rng((options.seed, 2, number))
    people = people_of(options)
    source = _source(options)
    movements: list[PlannedMovement] = []
    speech: list[Speech] = []
    time_s = rng.uniform(0.8, 2.0)
    while True:
        kind = rng.choice(3, p=(0.6, 0.28, 0.12))
        new: list[PlannedMovement] = []
        end_s = time_s
        if kind == 1 and options.has("macro"):
            macro = _macro(source.draw(rng), time_s, rng)
            new.append(macro)
            end_s = macro.offset_s
            if rng.uniform() < _MICRO_ON_MACRO:
                micro = _movement(source.draw(rng), macro.apex_s + 0.1)
                if micro.offset_s < macro.apex_s + macro.hold_s:
                    new.append(_capped(micro, 1 - macro.peak))
        elif kind == 2 and options.has("speech"):  # noqa: PLR2004 - the third kind
            end_s = time_s + rng.uniform(1.0, 3.0)
        else:
            new.append(_movement(source.draw(rng), time_s))
            end_s = new[0].offset_s
        if end_s > options.long_s - 0.5:
            break
        if kind == 2 and options.has("speech"):  # noqa: PLR2004
            speech.append(Speech(time_s, end_s))
        movements += new
        quiet = rng.uniform() < 0.3  # noqa: PLR2004 - every third pause is long
        time_s = end_s + (rng.uniform(2.0, 4.0) if quiet else rng.uniform(0.5, 1.5))
    who, turn = number % len(people), number // len(people)
    return _plan(
        options,
        rng,
        number=number,
        place=(f"sub{who + 1:02d}", f"EP{turn + 1:02d}_long", people[who]),
        count=round(options.long_s * options.rate),
        movements=tuple(movements),
        speech=tuple(speech),
        numbered_from_1=True,
    )


def _plan(  # noqa: PLR0913 - what a clip is, all keyword-only
    options: SynthOptions,
    rng: np.random.Generator,
    *,
    number: int,
    place: tuple[str, str, str],
    count: int,
    movements: tuple[PlannedMovement, ...],
    speech: tuple[Speech, ...],
    numbered_from_1: bool = False,
) -> FootagePlan:
    subject, name, person = place
    light = drawn_light(rng)
    noise_sd, shot_share = rng.uniform(0.8, 2.8), rng.uniform(0.2, 0.8)
    blur_px = rng.uniform(0.0, 0.8) * options.size_px / 256
    jpeg, crf = rng.integers(*_JPEG_RANGE), rng.integers(*_CRF_RANGE)
    pitch, yaw, roll = _POSE_DEG * rng.standard_normal(3) * (1.0, 1.0, 0.4)
    first_frame = int(rng.integers(1, 200))
    compressed = options.has("compression")
    held = options.has("head")
    return FootagePlan(
        number=number,
        subject=subject,
        name=name,
        person=person,
        time=TimeBase(options.rate, count),
        first_frame=1 if numbered_from_1 else first_frame,
        movements=movements,
        speech=speech,
        pose_deg=(float(pitch), float(yaw), float(roll)) if held else (0.0, 0.0, 0.0),
        life=options.life,
        light=light if options.has("light") else Light(),
        sensor=Sensor(
            noise_sd=float(noise_sd) if options.has("noise") else 0.0,
            shot_share=float(shot_share),
            blur_px=float(blur_px) if options.has("blur") else 0.0,
        ),
        jpeg_quality=int(jpeg) if compressed else _JPEG,
        crf=int(crf) if compressed else _CRF,
        mismatch=options.has("mismatch"),
        seed=int(rng.integers(2**31)),
        person_seed=seed_of_person(options.seed, person),
    )


def seed_of_person(seed: int, person: str) -> int:
    """Give the seed of what belongs to a person: asymmetry and shapes."""
    return int(np.random.default_rng((seed, *person.encode())).integers(2**31))


def _source(options: SynthOptions) -> ExpressionSource:
    return ExpressionSource(
        options.prior, options.emotions, options.units, options.side, options.intensity
    )


def _movement(expression: Expression, onset_s: float) -> PlannedMovement:
    peak = max(expression.peaks)
    apex_s = onset_s + expression.onset_apex_s
    return PlannedMovement(
        expression.channels,
        peak,
        onset_s,
        apex_s,
        apex_s + expression.apex_offset_s,
        shares=tuple(one / peak for one in expression.peaks),
        label=expression.emotion,
    )


def _capped(movement: PlannedMovement, room: float) -> PlannedMovement:
    """Keep a movement within what the one beneath leaves, so that it shows in full."""
    return replace(movement, peak=min(movement.peak, max(room, 0.05)))


def _macro(expression: Expression, onset_s: float, rng: np.random.Generator) -> PlannedMovement:
    peak = rng.uniform(0.3, 0.7)
    apex_s = onset_s + rng.uniform(0.35, 0.9)
    hold_s = rng.uniform(0.2, 1.8)
    return PlannedMovement(
        expression.channels,
        float(peak),
        onset_s,
        float(apex_s),
        float(apex_s + hold_s + rng.uniform(0.5, 1.2)),
        EventKind.MACRO,
        hold_s=float(hold_s),
        label=expression.emotion,
    )


def _beneath(
    expression: Expression, micro: PlannedMovement, end_s: float, rng: np.random.Generator
) -> PlannedMovement:
    """Give a slow expression that is held, or comes or goes, through a whole short clip."""
    peak = float(min(rng.uniform(0.2, 0.6), 1 - micro.peak))
    apex_s = rng.uniform(-0.6, 0.3)
    return PlannedMovement(
        expression.channels,
        peak,
        float(apex_s - rng.uniform(0.4, 1.0)),
        float(apex_s),
        float(max(end_s, apex_s) + rng.uniform(0.3, 1.0)),
        EventKind.MACRO,
        hold_s=float(rng.uniform(0.0, 0.2)),
        label=expression.emotion,
    )
