"""Long videos of somebody who talks, listens, nods and looks about, with planted movements."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from mien.core.facs import Channel, channels_of
from mien.core.time import TimeBase
from mien.core.track import EventKind
from mien.directing import Blinks, HeadDrift, Life, PlannedMovement
from mien.synth.expressions import ExpressionSource
from mien.synth.footage_plan import FootagePlan, seed_of_person
from mien.synth.head_turns import HeadTurn
from mien.synth.lighting import drawn_light
from mien.synth.sensor import Sensor
from mien.synth.speech import Speech

MICRO_PER_MINUTE, MACRO_PER_MINUTE, TURNS_PER_MINUTE = 12.0, 4.0, 6.0
SPEECH_SHARE = 0.25
"""Share of the micro-expressions that are planted while the mouth speaks."""

MICRO_PEAKS = (0.12, 0.5)
CRF_OF_FAST, CRF_OF_SLOW = (8, 16), (14, 22)
"""Compression of a high-speed recording and of an ordinary camera's file."""

_FAST_FPS = 60
_APART_S = 0.3
_EDGE_S = 0.6
_TRIES = 300
_MACRO_SETS: tuple[tuple[tuple[int, ...], float], ...] = (
    ((6, 12), 0.4),
    ((1, 2), 0.3),
    ((4,), 0.15),
    ((6, 12, 25), 0.15),
)

Span = tuple[float, float]


def plan_conversation(
    people: tuple[str, ...],
    number: int,
    *,
    rate: Fraction,
    length_s: float,
    size_px: int = 320,
    seed: int = 0,
) -> FootagePlan:
    """Plan one long video; the same arguments give the same plan.

    Stretches of speech of 3 to 7 s take turns with listening of 4 to 10 s, in which a word or two
    may fall. Micro-expressions are drawn from published statistics (DFME) and never touch each
    other or the way of a slow expression; blinks, turns and nods come as they come.

    Args:
        people: who may be seen; they take turns over the numbers.
        number: of the video.
        rate: frames a second.
        length_s: length.
        size_px: side of the square pictures.
        seed: another seed gives other videos.
    """
    rng = np.random.default_rng((seed, 3, number, round(rate)))
    person = people[number % len(people)]
    speech = _speech(length_s, rng)
    macros = _macros(length_s, rng)
    micros = _micros(length_s, speech, macros, rng)
    turns = _turns(length_s, speech, rng)
    low, high = CRF_OF_FAST if rate > _FAST_FPS else CRF_OF_SLOW
    pitch, yaw, roll = 4.0 * rng.standard_normal(3) * (1.0, 1.0, 0.4)
    return FootagePlan(
        number=number,
        subject=f"sub{number % len(people) + 1:02d}",
        name=f"talk{number + 1:02d}_{round(rate)}fps",
        person=person,
        time=TimeBase(rate, round(length_s * rate)),
        first_frame=1,
        movements=tuple(sorted((*micros, *macros), key=lambda one: one.onset_s)),
        speech=speech,
        turns=turns,
        pose_deg=(float(pitch), float(yaw), float(roll)),
        life=replace(
            Life(), blinks=Blinks(rate_per_minute=12.0), head=HeadDrift(turn_deg=0.8, shift_m=0.002)
        ),
        light=drawn_light(rng),
        sensor=Sensor(
            noise_sd=float(rng.uniform(0.8, 2.5)),
            shot_share=float(rng.uniform(0.2, 0.8)),
            blur_px=float(rng.uniform(0.0, 0.8)) * size_px / 256,
        ),
        jpeg_quality=98,
        crf=int(rng.integers(low, high + 1)),
        mismatch=True,
        seed=int(rng.integers(2**31)),
        person_seed=seed_of_person(seed, person),
    )


def under_speech(plan: FootagePlan, start_s: float, end_s: float) -> bool:
    """Whether the mouth speaks at some time between two."""
    return touches((start_s, end_s), [(one.start_s, one.end_s) for one in plan.speech])


def touches(span: Span, others: list[Span], *, apart_s: float = 0.0) -> bool:
    """Whether a stretch of time comes within some time of any other.

    >>> touches((1.0, 2.0), [(2.1, 3.0)]), touches((1.0, 2.0), [(2.1, 3.0)], apart_s=0.2)
    (False, True)
    """
    return any(span[0] < end + apart_s and start < span[1] + apart_s for start, end in others)


def _speech(length_s: float, rng: np.random.Generator) -> tuple[Speech, ...]:
    stretches: list[Speech] = []
    time_s = rng.uniform(2.0, 6.0)
    style = {
        "syllables_per_s": float(rng.uniform(3.5, 5.5)),
        "opening": float(rng.uniform(0.15, 0.35)),
        "lips": float(rng.uniform(0.15, 0.35)),
    }
    while True:
        brief = rng.uniform() < 0.3  # noqa: PLR2004 - a word or two of a listener
        end_s = time_s + (rng.uniform(0.5, 1.2) if brief else rng.uniform(3.0, 7.0))
        if end_s > length_s - 1.0:
            return tuple(stretches)
        stretches.append(Speech(time_s, end_s, **style))
        time_s = end_s + rng.uniform(4.0, 10.0)


def _placed(
    length_s: float, duration_s: float, fits: Callable[[Span], bool], rng: np.random.Generator
) -> Span | None:
    for _ in range(_TRIES):
        start_s = float(rng.uniform(_EDGE_S, length_s - _EDGE_S - duration_s))
        span = (start_s, start_s + duration_s)
        if fits(span):
            return span
    return None


def _apart_from(taken: list[Span], apart_s: float) -> Callable[[Span], bool]:
    return lambda one: not touches(one, taken, apart_s=apart_s)


def _macros(length_s: float, rng: np.random.Generator) -> list[PlannedMovement]:
    macros: list[PlannedMovement] = []
    sets, weights = zip(*_MACRO_SETS, strict=True)
    for _ in range(round(MACRO_PER_MINUTE * length_s / 60)):
        rise_s, fall_s = rng.uniform(0.25, 0.6), rng.uniform(0.35, 0.9)
        hold_s = rng.uniform(0.1, 1.5)
        taken = [(one.onset_s, one.offset_s) for one in macros]
        span = _placed(
            length_s,
            rise_s + hold_s + fall_s,
            _apart_from(taken, 1.0),
            rng,
        )
        units = sets[int(rng.choice(len(sets), p=weights))]
        peak = float(rng.uniform(0.3, 0.8))
        if span is None:
            continue
        channels: tuple[Channel, ...] = tuple(c for au in units for c in channels_of(au))
        apex_s = span[0] + rise_s
        macros.append(
            PlannedMovement(
                channels, peak, span[0], apex_s, span[1], EventKind.MACRO, hold_s=float(hold_s)
            )
        )
    return macros


def _micros(
    length_s: float,
    speech: tuple[Speech, ...],
    macros: list[PlannedMovement],
    rng: np.random.Generator,
) -> list[PlannedMovement]:
    source = ExpressionSource(intensity=MICRO_PEAKS)
    spoken = [(one.start_s, one.end_s) for one in speech]
    taken = [(one.onset_s, one.offset_s) for one in macros]
    micros: list[PlannedMovement] = []
    for _ in range(round(MICRO_PER_MINUTE * length_s / 60)):
        drawn = source.draw(rng)
        duration_s = drawn.onset_apex_s + drawn.apex_offset_s
        during = rng.uniform() < SPEECH_SHARE

        def fits(span: Span, during: bool = during) -> bool:  # noqa: FBT001 - bound early
            return touches(span, spoken) is during and not touches(span, taken, apart_s=_APART_S)

        span = _placed(length_s, duration_s, fits, rng)
        if span is None:
            continue
        taken.append(span)
        peak = max(drawn.peaks)
        micros.append(
            PlannedMovement(
                drawn.channels,
                peak,
                span[0],
                span[0] + drawn.onset_apex_s,
                span[1],
                shares=tuple(one / peak for one in drawn.peaks),
                label=drawn.emotion,
            )
        )
    return micros


def _turns(
    length_s: float, speech: tuple[Speech, ...], rng: np.random.Generator
) -> tuple[HeadTurn, ...]:
    """Look aside now and then; nod while speaking."""
    turns: list[HeadTurn] = []
    for _ in range(round(TURNS_PER_MINUTE * length_s / 60)):
        way_s, stay_s = rng.uniform(0.3, 0.8), rng.uniform(0.3, 3.0)
        taken = [(one.start_s, one.ways_s[1][1]) for one in turns]
        span = _placed(
            length_s,
            2 * way_s + stay_s,
            _apart_from(taken, 0.5),
            rng,
        )
        yaw = rng.uniform(5, 15) * rng.choice((-1, 1))
        turn = (float(rng.normal(0, 2.5)), float(yaw), float(-0.2 * yaw))
        if span is not None:
            turns.append(HeadTurn(span[0], float(way_s), float(stay_s), turn))
    for stretch in speech:
        time_s = stretch.start_s + rng.uniform(0.0, 0.8)
        while time_s < stretch.end_s - 0.5:
            pitch = float(rng.uniform(0.8, 3.0))
            turns.append(
                HeadTurn(
                    float(time_s),
                    float(rng.uniform(0.15, 0.3)),
                    float(rng.uniform(0.0, 0.2)),
                    (pitch, float(rng.normal(0, 1)), float(rng.normal(0, 0.5))),
                )
            )
            time_s += rng.uniform(0.7, 1.8)
    return tuple(turns)
