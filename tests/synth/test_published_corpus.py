"""A corpus with the numbers of a published one."""

from collections import Counter

import pytest

from mien.core.errors import UsageError
from mien.core.track import EventKind
from mien.synth.footage_plan import MARGIN_S, MOST_MARGIN_S, plan_clip_footage
from mien.synth.options import SynthOptions
from mien.synth.published_corpus import clips_of_subjects, places_like

LIKE = SynthOptions(like="casme2", seed=3)


def test_emotions_and_subjects_are_counted_out_as_casme2_has_them() -> None:
    places = places_like("casme2", 3)
    assert Counter(place.emotion for place in places) == {
        "others": 99,
        "disgust": 63,
        "happiness": 32,
        "repression": 27,
        "surprise": 25,
        "sadness": 7,
        "fear": 2,
    }
    clips = Counter(place.subject for place in places)
    assert [clips[who - 1] for who in (17, 5, 26, 19, 9, 10, 21, 22)] == [
        *(36, 19, 17, 16, 14, 14, 2, 2)
    ]
    assert sum(clips_of_subjects(255)) == 255
    assert len(clips) == 26


def test_every_clip_shows_the_emotion_of_its_place_on_the_face_of_its_subject() -> None:
    places = places_like("casme2", LIKE.seed)
    plans = [plan_clip_footage(LIKE, number) for number in range(0, 255, 5)]
    for number, plan in zip(range(0, 255, 5), plans, strict=True):
        assert plan.movements[0].label == places[number].emotion
        assert plan.subject == f"sub{places[number].subject + 1:02d}"
    assert len({(plan.subject, plan.name) for plan in plans}) == len(plans)
    people = {plan.subject: plan.person for plan in plans}
    assert len(set(people.values())) == len(people)


def test_the_rest_around_the_movement_varies() -> None:
    rests = []
    for number in range(40):
        plan = plan_clip_footage(LIKE, number)
        (micro,) = [m for m in plan.movements if m.kind is EventKind.MICRO]
        end_s = (plan.time.count - 1) * plan.time.step_s
        rests += [micro.onset_s, end_s - micro.offset_s]
    assert min(rests) >= MARGIN_S - 0.006
    assert max(rests) <= MOST_MARGIN_S + 0.006
    assert max(rests) - min(rests) > 0.15


def test_other_draws_give_another_assignment_and_the_same_seed_the_same() -> None:
    assert places_like("casme2", 1) == places_like("casme2", 1)
    assert places_like("casme2", 1) != places_like("casme2", 2)


def test_what_the_published_numbers_settle_cannot_be_asked_for() -> None:
    with pytest.raises(UsageError, match="published corpus"):
        SynthOptions(like="casme3")
    with pytest.raises(UsageError, match="26 people"):
        SynthOptions(like="casme2", people=("Nina",))
    with pytest.raises(UsageError, match="all emotions"):
        SynthOptions(like="casme2", emotions=("disgust",))
    assert SynthOptions(like="casme2", clips=3).clips == 255
    assert SynthOptions(like="casme2").prior == "casme2"
    assert "like" not in SynthOptions(clips=3).as_json
