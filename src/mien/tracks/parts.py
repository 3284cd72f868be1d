"""The parts of a track that are no arrays, as JSON values and back."""

from collections.abc import Mapping
from fractions import Fraction

from mien.core.errors import FormatError
from mien.core.facs import Channel
from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import EmotionPosterior, Event, EventKind, Opinion, UnitPeak
from mien.tracks.fields import Fields, json_number
from mien.tracks.layouts import EventLayout, ProvenanceLayout, TimeLayout
from mien.tracks.versioned_document import refusing


def time_to_json(time: TimeBase) -> TimeLayout:
    """Rate as a fraction in text, count, and start in seconds."""
    return {"rate": str(time.rate), "count": time.count, "start_s": time.start_s}


def time_from_json(fields: Fields) -> TimeBase:
    """Opposite of :func:`time_to_json`.

    Raises:
        FormatError: a field missing or impossible.
    """
    text = fields.text("rate")
    try:
        with refusing(f"at {fields.where}"):
            return TimeBase(Fraction(text), fields.whole("count"), fields.number("start_s"))
    except (ValueError, ZeroDivisionError) as error:
        msg = f"Expected a fraction such as 30000/1001 at {fields.place('rate')}, but got {text!r}."
        raise FormatError(msg) from error


def channels_from_json(fields: Fields, key: str) -> tuple[Channel, ...]:
    """Read a list of short names such as AU12L.

    Raises:
        FormatError: another thing than such names.
    """
    return tuple(_channel(fields, one) for one in fields.items(key))


def event_to_json(event: Event) -> EventLayout:
    """Give one event with all that it holds."""
    emotion = event.emotion
    return {
        "kind": event.kind,
        "onset_s": event.onset_s,
        "apex_s": event.apex_s,
        "offset_s": event.offset_s,
        "units": [
            {
                "channel": str(unit.channel),
                "activation": json_number(unit.activation),
                "confidence": json_number(unit.confidence),
                "family": unit.family,
            }
            for unit in event.units
        ],
        "confidence": json_number(event.confidence),
        "emotion": None
        if emotion is None
        else {
            "probabilities": dict(emotion.probabilities),
            "prior": emotion.prior,
            "method": emotion.method,
            "undecided": emotion.undecided,
        },
        "reference": event.reference,
        "evidence": {name: json_number(value) for name, value in event.evidence.items()},
        "opinions": [
            {
                "source": one.source,
                "units": {f"AU{au:02d}": share for au, share in one.units.items()},
                "emotion": dict(one.emotion),
            }
            for one in event.opinions
        ],
    }


def event_from_json(value: object, where: str) -> Event:
    """Opposite of :func:`event_to_json`.

    Raises:
        FormatError: a field missing or impossible.
    """
    fields = Fields(value, where)
    kind = fields.text("kind")
    if kind not in set(EventKind):
        msg = f"Expected one of {', '.join(EventKind)} at {where}.kind, but got {kind!r}."
        raise FormatError(msg)
    units = [
        _unit(Fields(one, f"{where}.units[{index}]"))
        for index, one in enumerate(fields.items("units"))
    ]
    with refusing(f"at {where}"):
        return Event(
            kind=EventKind(kind),
            onset_s=fields.number("onset_s"),
            apex_s=fields.number("apex_s"),
            offset_s=fields.number("offset_s"),
            units=tuple(units),
            confidence=fields.number("confidence"),
            emotion=None if fields["emotion"] is None else _posterior(fields.section("emotion")),
            reference=fields.text("reference"),
            evidence=fields.section("evidence").each(Fields.number),
            opinions=_opinions(fields, where),
        )


def events_from_json(fields: Fields, key: str) -> tuple[Event, ...]:
    """Read a list of events.

    Raises:
        FormatError: a field missing or impossible.
    """
    return tuple(
        event_from_json(one, f"{fields.place(key)}[{index}]")
        for index, one in enumerate(fields.items(key))
    )


def unseen_to_json(unseen: Mapping[int, str]) -> dict[str, str]:
    """Reasons by frame index in text, since JSON has no other keys."""
    return {str(frame): reason for frame, reason in unseen.items()}


def unseen_from_json(fields: Fields) -> dict[int, str]:
    """Opposite of :func:`unseen_to_json`.

    Raises:
        FormatError: a key that is no frame index.
    """
    reasons = fields.each(Fields.text)
    for frame in reasons:
        if not (frame.isascii() and frame.isdigit()):
            msg = f"Expected frame indices at {fields.where}, but got {frame!r}."
            raise FormatError(msg)
    return {int(frame): reason for frame, reason in reasons.items()}


def provenance_to_json(provenance: Provenance) -> ProvenanceLayout:
    """Source, software, models, settings and seed."""
    return {
        "source": provenance.source,
        "source_sha256": provenance.source_sha256,
        "software": dict(provenance.software),
        "models": dict(provenance.models),
        "settings": dict(provenance.settings),
        "seed": provenance.seed,
    }


def provenance_from_json(fields: Fields) -> Provenance:
    """Opposite of :func:`provenance_to_json`.

    Raises:
        FormatError: a field missing or of another kind.
    """
    return Provenance(
        source=fields.text("source"),
        source_sha256=fields.text("source_sha256"),
        software=fields.section("software").each(Fields.text),
        models=fields.section("models").each(Fields.text),
        settings=fields.section("settings").each(Fields.text),
        seed=None if fields["seed"] is None else fields.whole("seed"),
    )


def _unit(fields: Fields) -> UnitPeak:
    return UnitPeak(
        channel=_channel(fields, fields["channel"]),
        activation=fields.number("activation"),
        confidence=fields.number("confidence"),
        family=fields.text("family"),
    )


def _posterior(fields: Fields) -> EmotionPosterior:
    return EmotionPosterior(
        probabilities=fields.section("probabilities").each(Fields.number),
        prior=fields.text("prior"),
        method=fields.text("method"),
        # Documents of mien 0.1 lack it, and opinions.
        undecided=fields.text("undecided") if "undecided" in fields.keys else "",
    )


def _opinions(fields: Fields, where: str) -> tuple[Opinion, ...]:
    if "opinions" not in fields.keys:
        return ()
    found = []
    for index, one in enumerate(fields.items("opinions")):
        said = Fields(one, f"{where}.opinions[{index}]")
        units = {
            _unit_number(said, name): share
            for name, share in said.section("units").each(Fields.number).items()
        }
        emotion = said.section("emotion").each(Fields.number)
        found.append(Opinion(said.text("source"), units, emotion))
    return tuple(found)


def _unit_number(fields: Fields, name: str) -> int:
    digits = name.removeprefix("AU")
    if not (name.startswith("AU") and digits.isascii() and digits.isdigit()):
        msg = f"Expected units such as AU12 at {fields.place('units')}, but got {name!r}."
        raise FormatError(msg)
    return int(digits)


def _channel(fields: Fields, value: object) -> Channel:
    with refusing(f"at {fields.where}"):
        return Channel.parse(str(value))
