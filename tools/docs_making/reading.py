"""Pictures of the analysis: alignment, motion, fields, spotting, the hero."""

from pathlib import Path

import numpy as np
from docs_making.canvas import (
    ARROW,
    BLINK,
    INK,
    LEFT,
    MICRO,
    RIGHT,
    draw_field,
    drawn,
    figure,
    grid,
    labelled,
    save_png,
    show_picture,
)
from docs_making.subjects import demo_reading, face_with, shown_person
from matplotlib.axes import Axes
from PIL import Image

from mien.core.facs import Channel, Side, channels_of
from mien.core.track import Event, EventKind
from mien.faces import (
    CROP_SIZE_PX,
    FaceTracker,
    crop_transforms,
    resolve_models,
    warp_crop,
)
from mien.head import load_head
from mien.recognition.atoms import face_basis
from mien.recognition.spotting import SpottingThresholds
from mien.render import ResultComposer
from mien.report import timeline_svg
from mien.store.atomic import write_text_atomic
from mien.tracks import unit_names

_FIELDS = (1, 2, 4, 6, 9, 10, 12, 14, 15, 17)


def draw_alignment(path: Path) -> None:
    """Draw a turned face with its landmarks, and the crop that is cut from it."""
    person = load_head().people_of("held-out")[0]
    rotation = (0.05, 0.12, -0.22)
    picture = face_with(person, size_px=480, quality="portrait", head_rotation_rad=rotation)
    tracker = FaceTracker(resolve_models())
    for frame in range(3):
        tracker.update(picture, frame / 100)
    (track,) = tracker.tracks()
    crop = warp_crop(picture, crop_transforms(track)[1])
    points = track.landmarks_px[1, :, :2]
    made = figure(860, 430)
    left, right = made.subplots(1, 2, width_ratios=(1, 1))
    show_picture(left, picture, f"the frame, with the {len(points)} points that were found")
    left.plot(points[:, 0], points[:, 1], ".", color=ARROW, markersize=2.4)
    show_picture(right, crop, f"the aligned face, {CROP_SIZE_PX} x {CROP_SIZE_PX} px")
    size = CROP_SIZE_PX
    right.axhline(0.33 * size, color="white", linewidth=0.8, linestyle=":")
    for x in (0.33, 0.67):
        right.plot(x * size, 0.33 * size, "+", color="white", markersize=9)
    right.text(
        0.3 * size, 0.05 * size, "eye line at .33, eyes .34 apart", color="white", fontsize=8
    )
    save_png(path, drawn(made))


def draw_motion(path: Path) -> None:
    """Draw the face at rest, at an apex, and the motion measured between them."""
    demo = demo_reading()
    finding = demo.first
    event = finding.event
    rest = demo.crops[demo.frame_at(event.onset_s)]
    apex = demo.crops[demo.frame_at(event.apex_s)]
    made = figure(1000, 350)
    one, two, three = made.subplots(1, 3)
    show_picture(one, rest, f"onset, {event.onset_s:.2f} s")
    show_picture(two, apex, f"apex, {event.apex_s:.2f} s")
    show_picture(three, apex)
    stretch = draw_field(
        three, demo.skin_field(finding), CROP_SIZE_PX, noise_px=demo.face.reading.noise_px
    )
    largest = event.evidence["largest_motion_px"]
    three.set_title(
        f"measured: at most {largest:.1f} px (arrows x {stretch:.0f})",
        fontsize=9,
        color=INK,
    )
    save_png(path, drawn(made))


def draw_motion_fields(path: Path) -> None:
    """Draw what the head says that action units look like on one face."""
    head = load_head()
    demo = demo_reading()
    face = demo.face.aligned
    crop = demo.crops[0]
    people = head.people_of("basis")
    basis = face_basis(head, people, face.rest_px, size_px=CROP_SIZE_PX)
    made = figure(1000, 440)
    for axes, unit in zip(made.subplots(2, 5).ravel(), _FIELDS, strict=True):
        members = [basis.channels.index(channel) for channel in channels_of(unit)]
        field = np.where(basis.seen[..., None], basis.fields_px[members].sum(axis=0), 0.0)
        show_picture(axes, crop, f"AU{unit}")
        draw_field(axes, field, CROP_SIZE_PX, longest_px=24)
    save_png(path, drawn(made), colours=192)


def _mark(axes: Axes, events: tuple[Event, ...]) -> None:
    for event in events:
        colour = MICRO if event.kind is EventKind.MICRO else BLINK
        axes.axvspan(event.onset_s, event.offset_s, color=colour, alpha=0.25, linewidth=0)
        axes.axvline(event.apex_s, color=colour, linewidth=1)


def draw_recognition(path: Path) -> None:
    """Draw score, explained fraction and courses over the demo's clip, with the truth."""
    demo = demo_reading()
    track, scan = demo.analysis.track, demo.face.reading.scan
    times_s = track.time.times_s
    limits = SpottingThresholds()
    made = figure(1000, 520)
    score, fraction, course = made.subplots(3, 1, sharex=True)
    score.semilogy(scan.centres_s, np.maximum(scan.best, 1e-2), color=INK, linewidth=1)
    score.axhline(limits.score, color=RIGHT, linewidth=0.8, linestyle="--")
    score.set_ylabel("score")
    fraction.plot(scan.centres_s, scan.fraction.max(axis=1), color=INK, linewidth=1)
    fraction.axhline(limits.fraction, color=RIGHT, linewidth=0.8, linestyle="--")
    fraction.set_ylabel("explained part")
    for name, colour in (("AU02L", LEFT), ("AU12L", RIGHT), ("AU45L", BLINK)):
        channel = Channel.parse(name)
        course.plot(times_s, track.column(channel), color=colour, linewidth=1.4, label=name)
        truth = demo.truth.column(channel)
        course.plot(demo.truth.time.times_s, truth, color=colour, linewidth=1, linestyle=":")
    course.set_ylim(0, 0.6)
    course.set_ylabel("activation")
    course.set_xlabel("seconds; dotted: what the clip was made with; the blink goes up to 1")
    course.legend(loc="upper right", frameon=False, ncols=3)
    for axes in (score, fraction, course):
        _mark(axes, track.events)
        axes.set_xlim(times_s[0], times_s[-1])
    save_png(path, drawn(made), colours=64)


def draw_timeline(path: Path) -> None:
    """Draw the demo's track as the report does."""
    write_text_atomic(path, timeline_svg(demo_reading().analysis.track))


def draw_hero(path: Path) -> None:
    """Draw the digital human at rest and at an apex that was read, beside the read-out."""
    demo = demo_reading()
    finding = demo.strongest
    event = finding.event
    track = demo.analysis.track
    apex = track.time.nearest(event.apex_s)
    moved_by = [unit.channel for unit in event.units]
    activations = {channel: float(track.column(channel)[apex]) for channel in moved_by}
    person, size = shown_person(), 380
    rest = face_with(person, size_px=size, quality="portrait")
    moved = face_with(person, activations, size_px=size, quality="portrait")
    names = unit_names(event.units).replace("+", " + ")
    milliseconds = 1000 * event.duration_s
    tiles = [labelled(rest, "at rest"), labelled(moved, f"apex of {names}, {milliseconds:.0f} ms")]
    made = figure(360, tiles[0].shape[0])
    above, below = made.subplots(2, 1, height_ratios=(2.6, 1))
    show_picture(above, demo.crops[demo.frame_at(event.apex_s)])
    stretch = draw_field(
        above, demo.skin_field(finding), CROP_SIZE_PX, noise_px=demo.face.reading.noise_px
    )
    above.set_title(f"motion read from the video (x {stretch:.0f})", fontsize=9, color=INK)
    ms = 1000 * (track.time.times_s - event.onset_s)
    for channel in moved_by:
        colour = LEFT if channel.side is Side.LEFT else RIGHT
        below.plot(ms, track.column(channel), color=colour, linewidth=1.3)
    for name, time_s in (
        ("onset", event.onset_s),
        ("apex", event.apex_s),
        ("offset", event.offset_s),
    ):
        at = 1000 * (time_s - event.onset_s)
        below.axvline(at, color=MICRO, linewidth=1.2)
        below.text(at, 1.02, name, color=INK, ha="center", transform=below.get_xaxis_transform())
    below.set_xlim(-50, milliseconds + 50)
    below.set_ylim(bottom=0)
    below.set_xlabel("ms; activation: blue left, orange right", labelpad=1, fontsize=8)
    save_png(path, np.concatenate([grid(tiles, 2), drawn(made)], axis=1))


def draw_result_video(path: Path) -> None:
    """Draw one picture of render.mp4 at the first apex."""
    demo = demo_reading()
    event = demo.first.event
    track = demo.analysis.track
    apex = track.time.nearest(event.apex_s)
    activations = dict(zip(track.channels, track.activation[apex].tolist(), strict=True))
    shown = {channel: value for channel, value in activations.items() if value > 0}
    digital = face_with(shown_person(), shown, size_px=448)
    composer = ResultComposer(track)
    picture = composer.frame(demo.frames[demo.frame_at(event.apex_s)], digital, event.apex_s)
    small = np.asarray(Image.fromarray(picture).resize((960, 540), Image.Resampling.LANCZOS))
    save_png(path, small)
