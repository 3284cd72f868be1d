"""One picture of the result video: the face that was read, the head that plays it, the units."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import UInt8

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.core.facs import Channel, Side, action_unit
from mien.core.track import ActionUnitTrack, Event, EventKind
from mien.render.labels import Rgb, draw_text, text_width_px

_BACKGROUND: Rgb = (20, 22, 27)
_PANEL: Rgb = (12, 13, 16)
_GROOVE: Rgb = (44, 48, 56)
_TEXT: Rgb = (228, 231, 236)
_FAINT: Rgb = (142, 149, 160)
_BAR: Rgb = (92, 146, 204)
_COLOUR_OF_KIND: dict[EventKind, Rgb] = {
    EventKind.MICRO: (255, 168, 56),
    EventKind.MACRO: (98, 196, 142),
    EventKind.BLINK: (128, 134, 148),
}
_COLUMNS, _ROWS = 4, 4
_SMALLEST_PX = (640, 360)
_SHOWN = 0.01  # activations below this on every frame are not worth a cell


@dataclass(frozen=True)
class ResultComposer:
    """Lays out the pictures of one result video."""

    track: ActionUnitTrack
    width_px: int = 1280
    height_px: int = 720
    units: tuple[int, ...] | None = None
    """FACS numbers of the units shown; by default those that move most, at most 16."""

    title: str = ""

    def __post_init__(self) -> None:
        """Refuse a picture too small for its text, or units that the track has not."""
        if self.width_px < _SMALLEST_PX[0] or self.height_px < _SMALLEST_PX[1]:
            msg = (
                f"Expected a result picture of at least {_SMALLEST_PX[0]} x {_SMALLEST_PX[1]} "
                f"pixels, but got {self.width_px} x {self.height_px}."
            )
            raise UsageError(msg)
        known = {channel.au for channel in self.track.channels}
        unknown = [unit for unit in self.units or () if unit not in known]
        if unknown:
            msg = f"Expected units of the track ({sorted(known)}), but got {unknown}."
            raise UsageError(msg)

    def frame(
        self,
        left: UInt8[np.ndarray, "left_height left_width 3"],
        right: UInt8[np.ndarray, "right_height right_width 3"],
        time_s: float,
    ) -> ImageRgb:
        """Compose one picture.

        Args:
            left: the frame that was analysed, any size.
            right: the digital human, any size.
            time_s: time on the clock of the track.
        """
        picture = self._base.copy()
        unit = self._unit_px
        active = [e for e in self.track.events if e.onset_s <= time_s <= e.offset_s]
        for index, source in enumerate((left, right)):
            x0, y0, x1, y1 = self._panel_px(index)
            picture[y0:y1, x0:x1] = letterbox(source, width_px=x1 - x0, height_px=y1 - y0)
        main = min(active, key=_rank, default=None)
        if main is not None:
            colour = _COLOUR_OF_KIND[main.kind]
            for index in range(2):
                _frame(picture, self._panel_px(index), colour, max(unit // 5, 2))
            draw_text(
                picture,
                describe(main),
                (self._margin_px, self._margin_px + unit),
                size_px=unit,
                colour=colour,
                bold=True,
            )
        draw_text(
            picture,
            f"{time_s:8.2f} s",
            (self.width_px - self._margin_px, self._margin_px + unit),
            size_px=unit,
            colour=_FAINT,
            anchor="right",
        )
        self._draw_units(picture, time_s, active)
        self._draw_playhead(picture, time_s)
        return picture

    @property
    def _unit_px(self) -> int:
        """Height of a line of text."""
        return max(round(self.height_px / 46), 9)

    @property
    def _margin_px(self) -> int:
        return self._unit_px

    @property
    def _cells_top_px(self) -> int:
        return self.height_px - self._margin_px - round(_ROWS * 2.45 * self._unit_px)

    def _panel_px(self, index: int) -> tuple[int, int, int, int]:
        """Left, top, right (exclusive), bottom (exclusive) of one of the two pictures."""
        gap = self._margin_px
        width = (self.width_px - 3 * gap) // 2
        left = gap + index * (width + gap)
        top = round(2.7 * gap)
        return left, top, left + width, self._cells_top_px - round(2.2 * gap)

    @cached_property
    def shown_units(self) -> tuple[int, ...]:
        """FACS numbers in the order of their cells."""
        if self.units is not None:
            return self.units[: _COLUMNS * _ROWS]
        peaks: dict[int, float] = {}
        for index, channel in enumerate(self.track.channels):
            values = self.track.activation[:, index]
            peak = float(np.nanmax(values)) if np.isfinite(values).any() else 0.0
            peaks[channel.au] = max(peaks.get(channel.au, 0.0), peak)
        moving = [unit for unit in sorted(peaks, key=lambda u: -peaks[u]) if peaks[unit] > _SHOWN]
        return tuple(sorted(moving[: _COLUMNS * _ROWS]))

    @cached_property
    def _base(self) -> ImageRgb:
        """What is the same in every picture."""
        picture = np.zeros((self.height_px, self.width_px, 3), np.uint8)
        picture[:] = _BACKGROUND
        unit = self._unit_px
        if self.title:
            draw_text(
                picture,
                self.title,
                (self.width_px // 2, self._margin_px + unit),
                size_px=unit,
                colour=_FAINT,
                anchor="middle",
            )
        for number in self.shown_units:
            x, y, width, _ = self._cell_px(number)
            head = f"AU{number}"
            draw_text(picture, head, (x, y + unit), size_px=unit, bold=True, colour=_TEXT)
            small = max(round(0.85 * unit), 8)
            name = action_unit(number).name
            room = width - text_width_px(head, unit, bold=True) - unit
            while name and text_width_px(name, small) > room:
                name = name.rsplit(" ", 1)[0] if " " in name else ""
            at = x + text_width_px(head, unit, bold=True) + unit // 2
            draw_text(picture, name, (at, y + unit), size_px=small, colour=_FAINT)
        self._draw_timeline(picture)
        return picture

    def _cell_px(self, number: int) -> tuple[int, int, int, int]:
        """Left, top, width, height of a unit's cell."""
        index = self.shown_units.index(number)
        room = self.width_px - 2 * self._margin_px
        width = room // _COLUMNS
        height = round(2.45 * self._unit_px)
        column, row = index // _ROWS, index % _ROWS
        left = self._margin_px + column * width
        return left, self._cells_top_px + row * height, width - 2 * self._unit_px, height

    def _draw_units(self, picture: ImageRgb, time_s: float, active: Sequence[Event]) -> None:
        unit = self._unit_px
        row = self.track.activation[self.track.time.nearest(time_s)]
        for number in self.shown_units:
            x, y, width, _ = self._cell_px(number)
            bars = [
                (channel.side, float(row[index]), _colour_now(channel, active))
                for index, channel in enumerate(self.track.channels)
                if channel.au == number
            ]
            seen = [value for _, value, _ in bars if np.isfinite(value)]
            text = f"{max(seen):.2f}" if seen else "not seen"
            size = max(round(0.85 * unit), 8)
            draw_text(
                picture, text, (x + width, y + unit), size_px=size, colour=_TEXT, anchor="right"
            )
            self._draw_bars(picture, (x, y + round(1.35 * unit), width), bars)

    def _draw_bars(
        self,
        picture: ImageRgb,
        place: tuple[int, int, int],
        bars: Sequence[tuple[Side, float, Rgb]],
    ) -> None:
        """Draw left and right side as two halves that grow from the middle, as faces do."""
        x, y, width = place
        thick = max(self._unit_px // 2, 4)
        middle = x + width // 2
        _fill(picture, (x, y, x + width, y + thick), _GROOVE)
        for side, value, colour in bars:
            if not np.isfinite(value):
                continue
            half = round(min(max(value, 0.0), 1.0) * (width // 2))
            # The viewer sees the subject's left on the right.
            start = middle if side is Side.LEFT else middle - half
            end = middle + half if side is not Side.RIGHT else middle
            _fill(picture, (start, y, end, y + thick), colour)
        _fill(picture, (middle, y, middle + 1, y + thick), _BACKGROUND)

    def _timeline_px(self) -> tuple[int, int, int, int]:
        thick = max(self._unit_px // 2, 4)
        top = self._cells_top_px - round(1.4 * self._margin_px)
        return self._margin_px, top, self.width_px - self._margin_px, top + thick

    def _time_to_x(self, time_s: float) -> int:
        left, _, right, _ = self._timeline_px()
        span = max(self.track.time.duration_s, self.track.time.step_s)
        share = min(max((time_s - self.track.time.start_s) / span, 0.0), 1.0)
        return left + round(share * (right - left - 1))

    def _draw_timeline(self, picture: ImageRgb) -> None:
        left, top, right, bottom = self._timeline_px()
        _fill(picture, (left, top, right, bottom), _GROOVE)
        for event in sorted(self.track.events, key=_rank, reverse=True):
            start, end = self._time_to_x(event.onset_s), self._time_to_x(event.offset_s)
            _fill(picture, (start, top, max(end, start + 2), bottom), _COLOUR_OF_KIND[event.kind])

    def _draw_playhead(self, picture: ImageRgb, time_s: float) -> None:
        _, top, _, bottom = self._timeline_px()
        x = self._time_to_x(time_s)
        _fill(picture, (x - 1, top - 3, x + 1, bottom + 3), _TEXT)


def describe(event: Event) -> str:
    """Say one event in a line: kind, emotion, units, duration.

    >>> describe(Event(EventKind.BLINK, 1.0, 1.1, 1.25))
    'blink   0.25 s'
    """
    words = [event.kind.value]
    if event.emotion is not None:
        best = event.emotion.best
        words.append(f"{best} {event.emotion.probabilities[best]:.2f}")
    if event.units:
        words.append(" ".join(str(peak.channel) for peak in event.units[:4]))
    words.append(f"{event.duration_s:.2f} s")
    return "   ".join(words)


def letterbox(
    source: ImageRgb, *, width_px: int, height_px: int
) -> UInt8[np.ndarray, "box_height box_width 3"]:
    """Fit a picture into a box without cutting or stretching it."""
    import cv2

    height, width = source.shape[:2]
    if not (height and width):
        msg = f"Expected a picture with pixels, but got {width} x {height}."
        raise UsageError(msg)
    scale = min(width_px / width, height_px / height)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(np.ascontiguousarray(source), size, interpolation=how)
    box = np.zeros((height_px, width_px, 3), np.uint8)
    box[:] = _PANEL
    top, left = (height_px - size[1]) // 2, (width_px - size[0]) // 2
    box[top : top + size[1], left : left + size[0]] = resized
    return box


def _rank(event: Event) -> tuple[int, float]:
    """Order events by interest: micro, macro, blink; the shorter first."""
    order = (EventKind.MICRO, EventKind.MACRO, EventKind.BLINK)
    return order.index(event.kind), event.duration_s


def _colour_now(channel: Channel, active: Sequence[Event]) -> Rgb:
    for event in sorted(active, key=_rank):
        if any(peak.channel == channel for peak in event.units):
            return _COLOUR_OF_KIND[event.kind]
    return _BAR


def _fill(picture: ImageRgb, box_px: tuple[int, int, int, int], colour: Rgb) -> None:
    x0, y0, x1, y1 = (max(value, 0) for value in box_px)
    picture[y0:y1, x0:x1] = colour


def _frame(
    picture: ImageRgb, box_px: tuple[int, int, int, int], colour: Rgb, thick_px: int
) -> None:
    x0, y0, x1, y1 = box_px
    for edge in (
        (x0, y0, x1, y0 + thick_px),
        (x0, y1 - thick_px, x1, y1),
        (x0, y0, x0 + thick_px, y1),
        (x1 - thick_px, y0, x1, y1),
    ):
        _fill(picture, edge, colour)
