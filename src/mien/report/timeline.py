"""A track as a drawing: one row an action unit, events shaded, time along the bottom."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from jaxtyping import Bool, Float

from mien.core.facs import Side, action_unit
from mien.core.track import ActionUnitTrack, Event
from mien.report.words import KIND_NAMES, seconds, unit_phrase
from mien.tracks import seen_frames

_WIDTH = 960
_LEFT, _RIGHT = 176, 12
_TOP, _ROW, _GAP, _BOTTOM = 30, 42, 6, 26
_MAX_POINTS = 800  # more than one a pixel would not be seen
_STEPS_S = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0),
    *(60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0),
)

_STYLE = """
.tl{--left:#2b6cb0;--right:#c2622d;--micro:#d6a419;--macro:#7d8a97;--blink:#7d8a97;
font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:#23272b}
@media(prefers-color-scheme:dark){.tl{--left:#6cabeb;--right:#eb9a68;--micro:#f0c24b;color:#dfe3e6}}
.tl text{fill:currentColor}.tl .dim{opacity:.62}
.tl .axis{stroke:currentColor;stroke-opacity:.3}.tl .grid{stroke:currentColor;stroke-opacity:.09}
.tl .l{fill:var(--left);stroke:var(--left)}.tl .r{fill:var(--right);stroke:var(--right)}
.tl .area{fill-opacity:.22;stroke-width:1.3;stroke-linejoin:round}
.tl .micro{fill:var(--micro);stroke:var(--micro)}.tl .macro{fill:var(--macro);stroke:var(--macro)}
.tl .blink{fill:var(--blink);stroke:var(--blink)}
.tl .band{stroke:none;fill-opacity:.24}.tl .macro.band{fill-opacity:.13}
.tl .blink.band{fill-opacity:.3}
.tl .tick{fill:none;stroke-width:1.5}.tl .apex{stroke:none}
.tl .gap{fill:currentColor;fill-opacity:.07}
"""


@dataclass(frozen=True)
class _Scale:
    start_s: float
    span_s: float

    def x(self, time_s: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (time_s - self.start_s) / self.span_s


def timeline_svg(
    track: ActionUnitTrack, *, quiet_activation: float = 0.05, standalone: bool = True
) -> str:
    """Draw a track as SVG.

    Units that stay below ``quiet_activation`` have no row; :func:`quiet_units` names them.

    Args:
        track: what to draw.
        quiet_activation: 0..1.
        standalone: whether the drawing is a file of its own, which needs its namespace.
    """
    units = _moving_units(track, quiet_activation)
    scale = _Scale(track.time.start_s, max(track.time.duration_s, 1e-9))
    bottom = _TOP + max(len(units), 1) * (_ROW + _GAP)
    height = bottom + _BOTTOM
    space = ' xmlns="http://www.w3.org/2000/svg"' if standalone else ""
    parts = [
        (
            f'<svg{space} class="tl" viewBox="0 0 {_WIDTH} {height}" role="img" '
            f'aria-label="Action units over time">'
        ),
        f"<style>{_STYLE}</style>",
        *_gaps(track, scale, bottom),
        *(_band(event, scale, bottom) for event in _painted(track.events)),
        *_axis(scale, bottom),
        *(
            _row(track, unit, scale, _TOP + index * (_ROW + _GAP))
            for index, unit in enumerate(units)
        ),
        *([] if units else [_note(track, bottom)]),
        *(_ticks(event, scale) for event in _painted(track.events)),
        "</svg>",
    ]
    return "".join(parts)


def quiet_units(track: ActionUnitTrack, quiet_activation: float = 0.05) -> tuple[int, ...]:
    """Units that the track has but that never reach ``quiet_activation``, by FACS number."""
    moving = set(_moving_units(track, quiet_activation))
    return tuple(sorted({channel.au for channel in track.channels} - moving))


def _moving_units(track: ActionUnitTrack, quiet_activation: float) -> list[int]:
    top = np.fmax.reduce(track.activation, axis=0, initial=0.0)
    return sorted(
        {
            channel.au
            for channel, value in zip(track.channels, top, strict=True)
            if value >= quiet_activation
        }
    )


def _painted(events: Sequence[Event]) -> list[Event]:
    """Long events first, so that the brief ones lie on top."""
    return sorted(events, key=lambda event: -event.duration_s)


def _band(event: Event, scale: _Scale, bottom: int) -> str:
    left, right = scale.x(event.onset_s), scale.x(event.offset_s)
    return (
        f'<rect class="band {event.kind}" x="{left:.1f}" y="{_TOP - 8}" '
        f'width="{max(right - left, 1.5):.1f}" height="{bottom - _TOP + 8}">'
        f"<title>{escape(_sentence(event))}</title></rect>"
    )


def _ticks(event: Event, scale: _Scale) -> str:
    onset, apex, offset = (scale.x(t) for t in (event.onset_s, event.apex_s, event.offset_s))
    y = _TOP - 10
    return (
        f'<g class="{event.kind}"><title>{escape(_sentence(event))}</title>'
        f'<path class="tick" d="M{onset:.1f} {y - 6}v6H{offset:.1f}v-6"/>'
        f'<path class="apex" d="M{apex:.1f} {y}l-4.5 -8h9z"/></g>'
    )


def _sentence(event: Event) -> str:
    units = ", ".join(unit_phrase(unit) for unit in event.units)
    return (
        f"{KIND_NAMES[event.kind]}: onset {seconds(event.onset_s)}, apex {seconds(event.apex_s)}, "
        f"offset {seconds(event.offset_s)}" + (f"; {units}" if units else "")
    )


def _axis(scale: _Scale, bottom: int) -> list[str]:
    step = next((one for one in _STEPS_S if scale.span_s / one <= 12), _STEPS_S[-1])  # noqa: PLR2004 - labels that fit
    digits = 2 if step < 0.1 else 1 if step < 1 else 0  # noqa: PLR2004 - digits of the steps
    parts = [
        f'<path class="axis" d="M{_LEFT} {bottom}H{_WIDTH - _RIGHT}"/>',
        f'<text class="dim" x="0" y="{bottom + 16}">time in s</text>',
    ]
    first = int(np.ceil(scale.start_s / step - 1e-9))
    last = int(np.floor((scale.start_s + scale.span_s) / step + 1e-9))
    for number in range(first, last + 1):
        x = scale.x(number * step)
        parts.append(
            f'<path class="grid" d="M{x:.1f} {_TOP - 8}V{bottom}"/>'
            f'<text class="dim" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">'
            f"{number * step:.{digits}f}</text>"
        )
    return parts


def _gaps(track: ActionUnitTrack, scale: _Scale, bottom: int) -> list[str]:
    """Shade the stretches in which nothing was measured."""
    parts = []
    for first, last_inclusive in _runs(~seen_frames(track)):
        half = track.time.step_s / 2
        left = max(scale.x(track.time.start_s + first * track.time.step_s - half), _LEFT)
        right = min(
            scale.x(track.time.start_s + last_inclusive * track.time.step_s + half),
            _WIDTH - _RIGHT,
        )
        reason = track.unseen.get(first, "no reason given")
        parts.append(
            f'<rect class="gap" x="{left:.1f}" y="{_TOP - 8}" width="{right - left:.1f}" '
            f'height="{bottom - _TOP + 8}"><title>{escape(f"Not seen: {reason}")}</title></rect>'
        )
    return parts


def _row(track: ActionUnitTrack, au: int, scale: _Scale, top: int) -> str:
    base = top + _ROW
    unit = action_unit(au)
    peaks, areas = [], []
    for index, channel in enumerate(track.channels):
        if channel.au != au:
            continue
        course = track.activation[:, index].astype(np.float64)
        style = "r" if channel.side is Side.RIGHT else "l"
        areas.append(_area(track, course, scale, base, style))
        if np.isfinite(course).any():
            at = int(np.nanargmax(course))
            peaks.append(
                f"{channel} up to {course[at]:.2f} at {seconds(float(track.time.times_s[at]))}"
            )
    title = escape(f"AU{au:02d} {unit.name}: " + "; ".join(peaks))
    return (
        f'<g><title>{title}</title><rect x="0" y="{top}" width="{_WIDTH}" height="{_ROW}" '
        f'fill-opacity="0"/><text x="0" y="{base - 12}"><tspan font-weight="600">AU{au:02d}</tspan>'
        f'<tspan class="dim" dx="7">{escape(unit.name)}</tspan></text>'
        f'<path class="grid" d="M{_LEFT} {base}H{_WIDTH - _RIGHT}"/>{"".join(areas)}</g>'
    )


def _area(
    track: ActionUnitTrack,
    course: Float[np.ndarray, " frame"],
    scale: _Scale,
    base: int,
    style: str,
) -> str:
    times_s, values = _thinned(track.time.times_s, course)
    parts = []
    for first, last_inclusive in _runs(np.isfinite(values)):
        part = slice(first, last_inclusive + 1)
        points = " ".join(
            f"{scale.x(time):.1f},{base - (_ROW - 2) * value:.1f}"
            for time, value in zip(times_s[part], values[part], strict=True)
        )
        start, end = scale.x(float(times_s[first])), scale.x(float(times_s[last_inclusive]))
        parts.append(
            f'<polygon class="area {style}" style="stroke:none" '
            f'points="{start:.1f},{base} {points} {end:.1f},{base}"/>'
            f'<polyline class="area {style}" style="fill:none" points="{points}"/>'
        )
    return "".join(parts)


def _thinned(
    times_s: Float[np.ndarray, " frame"], course: Float[np.ndarray, " frame"]
) -> tuple[Float[np.ndarray, " point"], Float[np.ndarray, " point"]]:
    """Keep the highest sample of each stretch of a long course, so that no peak is lost."""
    size = -(-len(course) // _MAX_POINTS)
    if size == 1:
        return times_s, course
    starts = np.arange(0, len(course), size)
    kept = [
        start + int(np.argmax(np.nan_to_num(course[start : start + size], nan=-1.0)))
        for start in starts
    ]
    return times_s[kept], course[kept]


def _runs(flags: Bool[np.ndarray, " frame"]) -> list[tuple[int, int]]:
    """First and last index (inclusive) of each stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _note(track: ActionUnitTrack, bottom: int) -> str:
    text = "no action unit moved" if seen_frames(track).any() else "nothing could be measured"
    x = (_LEFT + _WIDTH - _RIGHT) / 2
    return f'<text class="dim" x="{x}" y="{bottom - 18}" text-anchor="middle">{text}</text>'
