"""The drawing of the whole system."""

from dataclasses import dataclass
from html import escape
from itertools import pairwise
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
        frame = f'x="{self.x}" y="{self.y}" width="{self.width}" height="{self.height}"'
        parts = [
            f'<rect class="{self.kind}" {frame}/>',
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


def _rise(x: float, start_y: float, end_y: float) -> str:
    return f'<path class="arrow" d="M{x} {start_y}V{end_y}"/>'


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
    export = _Box("export", "move", 972, 60, 172, 56, ("files for engines",))
    render = _Box("render", "move", 972, 152, 172, 56, ("the digital human as video",))
    report = _Box("report, tables", "read", 540, 222, 182, 40, ("a page, CSV, Parquet, TSV",))
    head = _Box(
        "head", "ground", 288, 312, 856, 48,
        ("one face model under both halves: people, shapes of the action units, landmarks",),
    )  # fmt: skip
    core = _Box(
        "core, store, work, tracks", "ground", 16, 312, 248, 48, ("time, units, errors, files",)
    )
    boxes = (
        video, faces, motion, reading, waist, curves, rig, export, render, report, head, core,
    )  # fmt: skip
    chain = (video, faces, motion, reading, waist, curves, rig)
    arrows = [_arrow(one, following) for one, following in pairwise(chain)]
    arrows += [_bend(rig, export), _bend(rig, render)]
    arrows += [
        _rise(waist.middle_x, waist.y + waist.height + 2, report.y - 4),
        _rise(reading.middle_x, head.y - 2, reading.y + height + 5),
        _rise(render.middle_x, head.y - 2, render.y + render.height + 5),
    ]
    x, y = render.right, render.middle_y
    back = f"M{x + 2} {y}H{x + 14}V286H{video.middle_x}V{video.y + height + 5}"
    words = "closed loop: the rendered face is read back and compared"
    loop = f'<path class="loop" d="{back}"/><text class="note" x="250" y="279">{words}</text>'
    titles = (
        (288.0, 24, "ANALYSIS: what the face did"),
        (waist.middle_x, 24, "THE WAIST"),
        (930.0, 24, "ANIMATION: another face does it"),
    )
    text = "".join(f'<text class="title" x="{x}" y="{y}">{escape(t)}</text>' for x, y, t in titles)
    body = "".join([*arrows, loop, *(box.svg() for box in boxes), text])
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1170 376" role="img">'
        "<title>mien: from a facial video to an animated digital human</title>"
        f"<style>{_STYLE}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#5a646e"/>'
        "</marker></defs>"
        f'<rect width="1170" height="376" fill="#ffffff" stroke="none"/>{body}</svg>\n'
    )
    write_text_atomic(path, drawing)
