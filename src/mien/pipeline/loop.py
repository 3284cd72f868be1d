"""The closed loop: what was read from the video against what is read from the digital human."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mien.core.facs import Channel
from mien.core.track import ActionUnitTrack, EventKind
from mien.evaluation import course_agreement
from mien.pipeline.analysis import analyse_video
from mien.pipeline.settings import RunSettings
from mien.work import Progress

MIN_ACTIVATION = 0.05
"""Channels that never reach this in the source are not compared."""


@dataclass(frozen=True)
class LoopEntry:
    """One channel, there and back."""

    channel: Channel
    correlation: float
    """Pearson over time; NaN where the channel does not move on the digital human."""

    apex_shift_s: float
    """Apex read from the digital human minus apex read from the video."""

    source_peak: float
    read_back_peak: float


def close_loop(
    track: ActionUnitTrack, rendered: Path, settings: RunSettings, progress: Progress
) -> tuple[LoopEntry, ...]:
    """Read the rendered digital human and compare it with the track that drove it.

    Args:
        track: what was read from the source.
        rendered: ``digital_human.mp4``, whose clock starts with the track.
        settings: the user's choices.
        progress: told how far each stage is.
    """
    back = analyse_video(
        rendered, replace(settings, face=None, neutral=None, rate=None), progress
    ).track
    return compare_tracks(track, back)


def compare_tracks(track: ActionUnitTrack, back: ActionUnitTrack) -> tuple[LoopEntry, ...]:
    """Compare two tracks of one performance, channel by channel, strongest first.

    The apex shift is taken within the micro-expression in which the channel is strongest, or over
    the whole track where it is in none.
    """
    times_s = back.time.times_s - back.time.start_s
    own_s = track.time.times_s - track.time.start_s
    entries = []
    for channel in track.channels:
        own = track.column(channel)
        if channel not in back.channels or not np.nanmax(own, initial=0.0) >= MIN_ACTIVATION:
            continue
        there = np.interp(times_s, own_s, np.nan_to_num(own))
        here = back.column(channel)
        inside = _window(track, channel, times_s)
        seen = np.nan_to_num(here)
        shift_s = float("nan")
        if seen[inside].max(initial=0.0) > 0:
            shift_s = float(
                times_s[inside][np.argmax(seen[inside])] - times_s[inside][np.argmax(there[inside])]
            )
        entries.append(
            LoopEntry(
                channel=channel,
                correlation=course_agreement(there, here),
                apex_shift_s=shift_s,
                source_peak=float(there.max()),
                read_back_peak=float(seen.max()),
            )
        )
    return tuple(sorted(entries, key=lambda entry: -entry.source_peak))


def _window(track: ActionUnitTrack, channel: Channel, times_s: np.ndarray) -> np.ndarray:
    mine = [
        event
        for event in track.of_kind(EventKind.MICRO)
        if channel in {unit.channel for unit in event.units}
    ]
    if not mine:
        return np.ones(len(times_s), dtype=bool)
    strongest = max(mine, key=lambda e: max(u.activation for u in e.units if u.channel == channel))
    start_s = track.time.start_s
    window: np.ndarray = (times_s >= strongest.onset_s - start_s - 0.1) & (
        times_s <= strongest.offset_s - start_s + 0.1
    )
    return window
