"""The drawing of the whole system."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from mien.store.atomic import write_text_atomic

_STYLE = """
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#23272b}
.name{font-weight:600;text-anchor:middle}.note{font-size:11px;fill:#5a646e;text-anchor:middle}
.title{font-size:12px;fill:#5a646e;text-anchor:middle;letter-spacing:.06em}
rect{stroke-width:1.4;rx:7}
.read{fill:#e6eff8;stroke:#2b6cb0}.move{fill:#fbeee5;stroke:#c2622d}
.waist{fill:#fdf3d4;stroke:#b8860b;stroke-width:2.2}.ground{fill:#eef0f2;stroke:#9aa3ab}
.arrow{fill:none;stroke:#5a646e;stroke-width:1.5;marker-end:url(#tip)}
.loop{fill:none;stroke:#c2622d;stroke-width:1.5;stroke-dasharray:6 4;marker-end:url(#tip)}
"""


@dataclass(frozen=True)
class _Box:
    name: str
    kind: str
    x: int
    y: int
    width: int
    height: int
    notes: tuple[str, ...] = ()

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def middle_x(self) -> float:
        return self.x + self.width / 2

    @property
    def middle_y(self) -> float:
        return self.y + self.height / 2

    def svg(self) -> str:
        lines = len(self.notes)
        top = self.middle_y - 8 * lines + 4.5
        parts = [
            f'<rect class="{self.kind}" x="{self.x}" y="{self.y}" width="{self.width}" '
            f'height="{self.height}"/>',
            f'<text class="name" x="{self.middle_x}" y="{top}">{escape(self.name)}</text>',
        ]
        parts += [
            f'<text class="note" x="{self.middle_x}" y="{top + 16 * row}">{escape(text)}</text>'
            for row, text in enumerate(self.notes, start=1)
        ]
        return "".join(parts)


def _arrow(start: _Box, end: _Box, *, shift: float = 0.0) -> str:
    y = start.middle_y + shift
    return f'<path class="arrow" d="M{start.right + 2} {y}H{end.x - 4}"/>'


def _bend(start: _Box, end: _Box) -> str:
    """Arrow from the right side of one box to the left side of another, by way of the gap."""
    x = start.right + 12
    return (
        f'<path class="arrow" d="M{start.right + 2} {start.middle_y}H{x}V{end.middle_y}'
        f'H{end.x - 4}"/>'
    )


def draw_system(path: Path) -> None:
    """Draw the stages, the waist between both halves, and the ground under them."""
    top, width, height = 92, 112, 84
    video = _Box(
        "video",
        "read",
        16,
        top,
        width,
        height,
        ("file, images or", "camera: frames", "with true times"),
    )
    faces = _Box(
        "faces",
        "read",
        152,
        top,
        width,
        height,
        ("478 points a frame", "a stable crop of", "256 x 256 px"),
    )
    motion = _Box(
        "motion", "read", 288, top, width, height, ("32 x 32 shifts", "against the face", "at rest")
    )
    reading = _Box(
        "recognition",
        "read",
        424,
        top,
        width,
        height,
        ("motion against the", "head's own motion", "by action unit"),
    )
    waist = _Box(
        "ActionUnitTrack",
        "waist",
        562,
        top - 14,
        138,
        height + 28,
        ("units over time", "events: onset, apex,", "offset, emotion", "head and gaze"),
    )
    curves = _Box("curves", "move", 726, top, 96, height, ("cubic keys,", "0..1 exactly"))
    rig = _Box("rig", "move", 844, top, 96, height, ("52 ARKit", "controls"))
    export = _Box("export", "move", 972, 44, 172, 56, ("files for engines",))
    render = _Box("render", "move", 972, 114, 172, 56, ("the digital human as video",))
    report = _Box("report, tables", "read", 972, 184, 172, 56, ("one page, CSV, Parquet, TSV",))
    head = _Box(
        "head",
        "ground",
        288,
        300,
        652,
        50,
        ("one face model under both halves: people, shapes of the action units, landmarks",),
    )
    core = _Box("core", "ground", 16, 300, 248, 50, ("time, action units, tracks, errors",))
    store = _Box("store, work, tracks", "ground", 972, 300, 172, 50, ("files, cache, progress",))
    boxes = (video, faces, motion, reading, waist, curves, rig, export, render, report, head, core, store)  # fmt: skip
    chain = (video, faces, motion, reading, waist, curves, rig)
    arrows = [_arrow(one, following) for one, following in zip(chain, chain[1:], strict=False)]
    arrows += [_bend(rig, export), _bend(rig, render)]
    arrows.append(f'<path class="arrow" d="M{waist.middle_x} {waist.y + waist.height + 2}V{report.middle_y}H{report.x - 4}"/>')  # fmt: skip
    # The shapes of the head reach recognition and rendering.
    arrows.append(f'<path class="arrow" d="M{reading.middle_x} {head.y - 2}V{reading.y + height + 5}"/>')  # fmt: skip
    arrows.append(f'<path class="arrow" d="M{rig.middle_x} {head.y - 2}V{rig.y + height + 5}"/>')
    x, y = render.right, render.middle_y
    loop = (
        f'<path class="loop" d="M{x + 2} {y}H{x + 14}V266H{video.middle_x}V{video.y + height + 5}"/>'
        f'<text class="note" x="290" y="258">closed loop: the rendered face is read back and compared</text>'
    )
    titles = (
        (288.0, 24, "ANALYSIS: what the face did"),
        (waist.middle_x, 24, "THE WAIST"),
        (930.0, 24, "ANIMATION: another face does it"),
    )
    text = "".join(f'<text class="title" x="{x}" y="{y}">{escape(t)}</text>' for x, y, t in titles)
    body = "".join([*arrows, loop, *(box.svg() for box in boxes), text])
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1170 366" role="img">'
        "<title>mien: from a facial video to an animated digital human</title>"
        f"<style>{_STYLE}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#5a646e"/>'
        "</marker></defs>"
        f'<rect width="1170" height="366" fill="#ffffff" stroke="none"/>{body}</svg>\n'
    )
    write_text_atomic(path, drawing)
