"""Pictures of footage with known truth."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from docs_making.canvas import INK, draw_field, drawn, figure, save_png, show_picture

from mien.core.track import EventKind
from mien.synth.coding_table import units_text
from mien.synth.footage import poses_of, render_footage, stage_of_person
from mien.synth.footage_plan import plan_clip_footage
from mien.synth.options import SynthOptions
from mien.synth.true_motion import true_motion

_OPTIONS = SynthOptions(
    clips=3,
    people=("Amara", "Omar", "Yuna"),
    rate=Fraction(100),
    intensity=(0.5, 0.8),
    size_px=224,
    seed=11,
)


def draw_footage(path: Path) -> None:
    """Draw three clips of a corpus, with the true motion from onset to apex."""
    made = figure(1000, 640)
    for number, row in enumerate(made.subplots(3, 5)):
        plan = plan_clip_footage(_OPTIONS, number)
        (micro,) = [move for move in plan.movements if move.kind is EventKind.MICRO]
        stage = stage_of_person(
            plan.person, _OPTIONS.size_px, "fast", plan.person_seed, mismatch=plan.mismatch
        )
        poses = poses_of(plan, plan.directed())
        pictures = list(render_footage(plan, stage, poses))
        onset, apex, offset = (
            plan.time.nearest(one) for one in (micro.onset_s, micro.apex_s, micro.offset_s)
        )
        titles = (
            (onset, f"{plan.person}: onset"),
            ((onset + apex) // 2, "half way"),
            (apex, f"apex, {1000 * (micro.apex_s - micro.onset_s):.0f} ms"),
            (offset, f"offset, {1000 * (micro.offset_s - micro.onset_s):.0f} ms"),
        )
        for axes, (frame, title) in zip(row, titles, strict=False):
            show_picture(axes, pictures[frame], title)
        motion = true_motion(stage, poses, reference=onset, pairs=[(onset, apex)])
        flow = np.nan_to_num(motion.onset_apex_px[0].astype(np.float64))
        cells = flow.reshape(28, 8, 28, 8, 2).mean(axis=(1, 3))
        show_picture(row[4], pictures[apex])
        stretch = draw_field(row[4], cells, _OPTIONS.size_px, longest_px=20)
        title = f"AU {units_text(micro.channels)}, {micro.label} (arrows x {stretch:.0f})"
        row[4].set_title(title, fontsize=9, color=INK)
    save_png(path, drawn(made))
