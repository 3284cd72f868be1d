"""Pictures of the head: people, action units, qualities, axes."""

from pathlib import Path

import numpy as np
from docs_making.canvas import (
    INK,
    drawn,
    figure,
    grid,
    labelled,
    save_png,
    show_picture,
)
from docs_making.subjects import face_with, shown_person

from mien.core.facs import channels_of
from mien.head import Person, load_head

_SHOWN_UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 18, 20, 24, 26)


def draw_people(path: Path) -> None:
    """Draw everybody who lives in the head's file."""
    _draw_portraits(path, list(load_head().people.values()))


def draw_random_people(path: Path) -> None:
    """Draw the random people of the first seeds."""
    head = load_head()
    _draw_portraits(path, [head.person(f"seed-{seed}") for seed in range(24)])


def _draw_portraits(path: Path, people: list[Person]) -> None:
    """Draw heads with their hair, every other one turned a little."""
    turn = float(np.radians(18))
    pictures = [
        labelled(
            face_with(
                person,
                size_px=160,
                quality="portrait",
                view="bust",
                head_rotation_rad=(0.0, turn if number % 2 else 0.0, 0.0),
            ),
            f"{person.name}, {person.age_years}: {person.role}",
            size_px=11,
        )
        for number, person in enumerate(people)
    ]
    save_png(path, grid(pictures, 8, gap_px=4), colours=192)


def draw_action_units(path: Path) -> None:
    """Draw action units at full activation, both sides."""
    person = shown_person()
    pictures = [labelled(face_with(person, size_px=150), "at rest", size_px=11)]
    for unit in _SHOWN_UNITS:
        activations = dict.fromkeys(channels_of(unit), 1.0)
        picture = face_with(person, activations, size_px=150)
        pictures.append(labelled(picture, f"AU{unit}", size_px=11))
    left, _ = channels_of(12)
    pictures.append(labelled(face_with(person, {left: 1.0}, size_px=150), str(left), size_px=11))
    save_png(path, grid(pictures, 6, gap_px=4))


def draw_qualities(path: Path) -> None:
    """Draw one person in both qualities and both views."""
    person = shown_person()
    smile = dict.fromkeys((*channels_of(6), *channels_of(12)), 0.5)
    pictures = [
        labelled(
            face_with(person, smile, size_px=330, quality=quality, view=view),
            f"{quality}, {view}",
            size_px=12,
        )
        for quality, view in (("fast", "face"), ("portrait", "face"), ("portrait", "bust"))
    ]
    save_png(path, grid(pictures, 3))


def draw_conventions(path: Path) -> None:
    """Draw the axes and the signs of the angles."""
    person = shown_person()
    turn = float(np.radians(20))
    look = float(np.radians(18))
    views = (
        ("pitch +20°: down", (turn, 0.0, 0.0), 0.0),
        ("yaw +20°: to the subject's left", (0.0, turn, 0.0), 0.0),
        ("roll +20°: towards the left shoulder", (0.0, 0.0, turn), 0.0),
        ("gaze yaw +18°: to the subject's left", (0.0, 0.0, 0.0), look),
    )
    made = figure(1000, 520)
    layout = made.subplot_mosaic(
        [["axes", "axes", "a", "b"], ["axes", "axes", "c", "d"]],
    )
    size = 420
    show_picture(layout["axes"], face_with(person, size_px=size, quality="portrait"))
    middle_x, middle_y = size / 2, size * 0.375
    for (x, y), name, (text_x, text_y) in (
        ((120, 0), "x: the subject's left", (size * 0.68, size * 0.42)),
        ((0, -120), "y: up", (size * 0.515, size * 0.06)),
    ):
        layout["axes"].annotate(
            "",
            (middle_x + x, middle_y + y),
            (middle_x, middle_y),
            arrowprops={"arrowstyle": "-|>", "color": "white", "lw": 2},
        )
        layout["axes"].text(text_x, text_y, name, color="white", fontsize=9)
    layout["axes"].plot(middle_x, middle_y, "o", color="white", markersize=7)
    layout["axes"].text(
        middle_x - 112, middle_y + 22, "z: out of the face", color="white", fontsize=9
    )
    layout["axes"].set_title(
        "head axes; the origin is the midpoint between the eye centres", fontsize=9, color=INK
    )
    for name, (title, rotation, yaw) in zip("abcd", views, strict=True):
        gaze = np.array([[0.0, yaw], [0.0, yaw]])
        picture = face_with(person, size_px=220, head_rotation_rad=rotation, gaze_rad=gaze)
        show_picture(layout[name], picture, title)
    save_png(path, drawn(made))
