"""Pictures of curves: bounds kept by keys, and the engine's own tangents."""

from pathlib import Path

import numpy as np
from docs_making.canvas import FAINT, INK, LEFT, RIGHT, drawn, figure, save_png

from mien.curves import curve_from_samples, rich_curve_with_auto_tangents, spline_from_samples


def draw_curve(path: Path) -> None:
    """Draw a spline that leaves 0..1, the curve that does not, and what three keys would give."""
    times_s = np.arange(0, 0.8, 1 / 15)
    samples = np.array([0, 0, 0, 0.02, 0.55, 1.0, 1.0, 0.97, 0.4, 0.03, 0, 0, 0.0])[: len(times_s)]
    samples = samples[: len(times_s)]
    times_s = times_s[: len(samples)]
    plain = spline_from_samples(times_s, samples)
    kept = curve_from_samples(times_s, samples)
    dense = np.linspace(times_s[0], times_s[-1], 1500)
    made = figure(1000, 360)
    left, right = made.subplots(1, 2, sharey=True)
    left.plot(dense, plain(dense), color=RIGHT, linewidth=1, label="spline through the samples")
    left.plot(dense, kept(dense), color=LEFT, linewidth=1.6, label="the curve of mien")
    left.plot(kept.times_s, kept.values, "s", color=LEFT, markersize=4, label="its keys")
    left.plot(times_s, samples, "o", mfc="none", color=INK, markersize=7, label="samples")
    added = np.setdiff1d(kept.times_s, times_s)
    for time_s in added:
        left.axvline(time_s, color=FAINT, linewidth=0.6, linestyle=":")
    left.set_title(f"{len(added)} keys added where the spline crosses 0 or 1", fontsize=9)
    keys = np.array([0, 5, 6, 10])
    auto = rich_curve_with_auto_tangents(times_s[keys], samples[keys])
    right.plot(dense, kept(dense), color=LEFT, linewidth=1.6, label="the curve of mien")
    right.plot(dense, auto(dense), color=RIGHT, linewidth=1, label="4 keys, automatic tangents")
    right.plot(times_s[keys], samples[keys], "s", color=RIGHT, markersize=4)
    right.set_title("what an engine makes of onset, apex, hold and offset keys alone", fontsize=9)
    for axes in (left, right):
        for bound in (0, 1):
            axes.axhline(bound, color=FAINT, linewidth=0.6)
        axes.set_xlabel("seconds")
        axes.legend(loc="upper right", frameon=False, fontsize=8)
        axes.set_ylim(-0.12, 1.45)
    save_png(path, drawn(made), colours=64)
