"""Every file of the documentation that a program makes, with what it shows."""

from docs_making.corpora import draw_graph_of_units, draw_prepared
from docs_making.curves import draw_curve
from docs_making.drawings import draw_system
from docs_making.footage import draw_footage
from docs_making.levels import draw_brows_and_lids, draw_lips_and_jaw, draw_nose_and_corners
from docs_making.living import draw_eyes_and_mouths, draw_folds
from docs_making.manifest import Item
from docs_making.people import (
    draw_action_units,
    draw_conventions,
    draw_people,
    draw_qualities,
    draw_random_people,
)
from docs_making.reading import (
    draw_alignment,
    draw_hero,
    draw_motion,
    draw_motion_fields,
    draw_recognition,
    draw_result_video,
    draw_timeline,
)
from docs_making.shapes import write_actions, write_correctives, write_likeness
from docs_making.stagings import draw_lights
from docs_making.tables import write_demo, write_event_columns, write_track_columns, write_units

_LOOKS = ("head", "render")
_READS = ("faces", "head", "motion", "recognition", "render", "synth")

ITEMS: tuple[Item, ...] = (
    Item("pictures/system.svg", draw_system, ()),
    Item("pictures/hero.png", draw_hero, _READS),
    Item("pictures/people.png", draw_people, _LOOKS),
    Item("pictures/random_people.png", draw_random_people, _LOOKS),
    Item("pictures/action_units.png", draw_action_units, _LOOKS),
    Item("pictures/units_brows_and_lids.png", draw_brows_and_lids, _LOOKS),
    Item("pictures/units_nose_and_corners.png", draw_nose_and_corners, _LOOKS),
    Item("pictures/units_lips_and_jaw.png", draw_lips_and_jaw, _LOOKS),
    Item("pictures/qualities.png", draw_qualities, _LOOKS),
    Item("pictures/lights.png", draw_lights, _LOOKS),
    Item("pictures/folds.png", draw_folds, _LOOKS),
    Item("pictures/eyes_and_mouths.png", draw_eyes_and_mouths, _LOOKS),
    Item("pictures/conventions.png", draw_conventions, _LOOKS),
    Item("pictures/alignment.png", draw_alignment, ("faces", *_LOOKS)),
    Item("pictures/motion.png", draw_motion, _READS),
    Item("pictures/motion_fields.png", draw_motion_fields, _READS),
    Item("pictures/recognition.png", draw_recognition, _READS),
    Item("pictures/timeline.svg", draw_timeline, (*_READS, "report")),
    Item("pictures/result_video.png", draw_result_video, _READS),
    Item("pictures/synth.png", draw_footage, ("directing", "head", "render", "synth")),
    Item(
        "pictures/prepared.png", draw_prepared, ("datasets", "faces", "motion", "render", "synth")
    ),
    Item("pictures/unit_graph.png", draw_graph_of_units, ("recognition", "report")),
    Item("pictures/curve.png", draw_curve, ("curves",)),
    Item("tables/demo.md", write_demo, (*_READS, "evaluation")),
    Item("tables/event_columns.md", write_event_columns, ("tracks",)),
    Item("tables/track_columns.md", write_track_columns, ("tracks",)),
    Item("tables/actions.md", write_actions, ("head",)),
    Item("tables/correctives.md", write_correctives, ("head",)),
    Item("tables/motion_likeness.md", write_likeness, ("core", "head", "recognition")),
    Item("tables/units.md", write_units, ("core", "head", "recognition", "rig")),
)
