"""Planned clips and long videos keep to their options."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from mien.core.track import EventKind
from mien.synth.footage_plan import FootagePlan, plan_clip_footage, plan_long_footage
from mien.synth.options import PARTS, SynthOptions

FEW = SynthOptions(clips=60, people=("Nina", "Omar", "Paul"), rate=Fraction(100), seed=4)
LONG = SynthOptions(clips=0, long_videos=12, people=("Nina", "Omar"), rate=Fraction(50))
CLIPS = [plan_clip_footage(FEW, number) for number in range(60)]
VIDEOS = [plan_long_footage(LONG, number) for number in range(12)]


def test_every_subject_is_one_person_with_as_many_clips_as_the_others() -> None:
    people = {plan.subject: plan.person for plan in CLIPS}
    assert people == {"sub01": "Nina", "sub02": "Omar", "sub03": "Paul"}
    assert len({(plan.subject, plan.name) for plan in CLIPS}) == 60
    assert len({plan.person_seed for plan in CLIPS}) == 3


def test_a_clip_rests_before_and_after_its_movement() -> None:
    for plan in CLIPS:
        (micro,) = [m for m in plan.movements if m.kind is EventKind.MICRO]
        first, last = plan.time.nearest(micro.onset_s), plan.time.nearest(micro.offset_s)
        assert first * plan.time.step_s == pytest.approx(micro.onset_s, abs=1e-9)
        assert first >= 2
        assert plan.time.count - 1 - last >= 2


def test_the_same_number_is_the_same_clip_and_another_seed_another() -> None:
    assert plan_clip_footage(FEW, 7) == CLIPS[7]
    other = SynthOptions(clips=60, people=FEW.people, rate=FEW.rate, seed=5)
    assert plan_clip_footage(other, 7).movements != CLIPS[7].movements


def test_clips_of_one_corpus_do_not_depend_on_which_parts_are_left_out() -> None:
    bare = SynthOptions(clips=60, people=FEW.people, rate=FEW.rate, seed=4, without=PARTS)
    for number in range(10):
        plain, full = plan_clip_footage(bare, number), CLIPS[number]
        assert plain.movements[0] == full.movements[0]
        assert plain.speech == ()
        assert plain.sensor.noise_sd == plain.sensor.blur_px == 0
        assert plain.pose_deg == (0.0, 0.0, 0.0)


def micro_in(plan: FootagePlan) -> list[tuple[float, float]]:
    return [(m.onset_s, m.offset_s) for m in plan.movements if m.kind is EventKind.MICRO]


def test_long_videos_have_several_movements_and_quiet_stretches() -> None:
    kinds = [m.kind for plan in VIDEOS for m in plan.movements]
    assert kinds.count(EventKind.MICRO) / len(VIDEOS) > 3
    assert kinds.count(EventKind.MACRO) > 3
    assert any(plan.speech for plan in VIDEOS)
    for plan in VIDEOS:
        busy = [(m.onset_s, m.offset_s) for m in plan.movements]
        busy += [(s.start_s, s.end_s) for s in plan.speech]
        edges = sorted([*busy, (20.0, 20.0)])
        gaps = [b[0] - max(e[1] for e in edges[: i + 1]) for i, b in enumerate(edges[1:])]
        assert max(gaps) > 1.0
        assert all(0 < first < last < 20 for first, last in busy)


def test_micro_expressions_do_not_overlap_each_other() -> None:
    for plan in VIDEOS:
        spans = sorted(micro_in(plan))
        assert all(a[1] < b[0] for a, b in itertools.pairwise(spans))


def test_a_micro_expression_on_a_macro_expression_shows_in_full() -> None:
    seen = 0
    for number in range(60):
        plan = plan_long_footage(LONG, number)
        macros = [m for m in plan.movements if m.kind is EventKind.MACRO]
        for micro in (m for m in plan.movements if m.kind is EventKind.MICRO):
            for macro in macros:
                if macro.onset_s < micro.onset_s < macro.offset_s:
                    seen += 1
                    assert micro.peak + macro.peak <= 1 + 1e-9
    assert seen > 2


def test_the_track_holds_the_planned_events_and_stays_in_range() -> None:
    for plan in (*CLIPS[:10], VIDEOS[0]):
        track = plan.directed().track
        assert track.activation.min() >= 0
        assert track.activation.max() <= 1
        micro = track.of_kind(EventKind.MICRO)
        assert [(e.onset_s, e.offset_s) for e in micro] == sorted(micro_in(plan))
        for event in micro:
            for unit in event.units:
                frame = track.time.nearest(event.apex_s)
                near = track.column(unit.channel)[max(frame - 2, 0) : frame + 4].max()
                assert near >= 0.9 * unit.activation
    assert np.isfinite(VIDEOS[0].directed().head_translation_m).all()
