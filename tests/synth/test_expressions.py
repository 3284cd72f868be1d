"""Drawn expressions are as frequent, as long and as one-sided as the statistics say."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.facs import Side
from mien.core.movement_statistics import movement_statistics
from mien.synth.expressions import Expression, ExpressionSource

COUNT = 1200


@cache
def drawn(prior: str = "dfme", *emotions: str) -> tuple[Expression, ...]:
    source = ExpressionSource(prior=prior, emotions=emotions)
    rng = np.random.default_rng(5)
    return tuple(source.draw(rng) for _ in range(COUNT))


def test_emotions_are_as_frequent_as_in_the_corpus() -> None:
    found = Counter(one.emotion for one in drawn())
    clips = {name: counts.clips for name, counts in movement_statistics("dfme").counts.items()}
    for emotion, count in clips.items():
        assert found[emotion] / COUNT == pytest.approx(count / sum(clips.values()), abs=0.045)


@pytest.mark.parametrize("emotion", ["happiness", "disgust", "surprise"])
def test_units_and_pairs_are_as_frequent_as_in_the_corpus(emotion: str) -> None:
    counts = movement_statistics("dfme").counts[emotion]
    sets = [set(one.units) for one in drawn("dfme", emotion)]
    for unit, count in counts.units.items():
        share = count / counts.clips
        if share > 0.15:
            assert np.mean([unit in one for one in sets]) == pytest.approx(share, rel=0.3), unit
    for pair, count in counts.pairs.items():
        share = count / counts.clips
        if share > 0.15:
            assert np.mean([set(pair) <= one for one in sets]) == pytest.approx(share, rel=0.4)


def test_one_unit_moves_alone_as_often_as_was_counted() -> None:
    alone = np.mean([len(one.units) == 1 for one in drawn()])
    assert alone == pytest.approx(0.467, abs=0.07)


def test_durations_have_the_published_quantiles() -> None:
    published = movement_statistics("dfme")
    whole = [one.onset_apex_s + one.apex_offset_s for one in drawn()]
    median = np.interp(0.5, published.duration["all"].levels, published.duration["all"].values_s)
    assert np.median(whole) == pytest.approx(median, rel=0.05)
    rise = np.median([one.onset_apex_s for one in drawn()])
    assert rise == pytest.approx(published.onset_apex["all"].values_s[2], rel=0.08)
    assert max(whole) <= 0.5
    assert min(one.apex_offset_s for one in drawn()) >= 0.05


def test_contempt_shows_on_one_side() -> None:
    smiles = [one for one in drawn("dfme", "contempt") if 12 in one.units]
    one_sided = np.mean([sum(c.au == 12 for c in one.channels) == 1 for one in smiles])
    assert one_sided == pytest.approx(0.6, abs=0.08)


def test_the_upper_face_moves_on_one_side_as_a_whole() -> None:
    for one in drawn():
        sides = {c.side for c in one.channels if c.au in {1, 2}}
        both = [{c.side for c in one.channels if c.au == au} for au in (1, 2) if au in one.units]
        assert len(sides) in {0, 1, 2}
        assert all(side == sides for side in both)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_side_that_was_asked_for_is_the_only_one(side: str) -> None:
    source = ExpressionSource(side=side)
    rng = np.random.default_rng(1)
    for _ in range(200):
        assert {c.side for c in source.draw(rng).channels} <= {Side(side), Side.BOTH}


def test_prototypes_are_drawn_as_they_stand() -> None:
    sets = movement_statistics("emfacs").sets
    for one in drawn("emfacs"):
        assert one.units in {tuple(sorted(each)) for each in sets[one.emotion]}


def test_only_allowed_units_move_even_where_that_is_rare() -> None:
    source = ExpressionSource(prior="dfme+emfacs", units=(9, 17))
    rng = np.random.default_rng(0)
    for _ in range(100):
        assert set(source.draw(rng).units) <= {9, 17}


def test_peaks_keep_within_the_range() -> None:
    source = ExpressionSource(intensity=(0.2, 0.25))
    rng = np.random.default_rng(0)
    peaks = [peak for _ in range(200) for peak in source.draw(rng).peaks]
    assert min(peaks) >= 0.2
    assert max(peaks) <= 0.25


def test_units_that_no_published_set_consists_of_are_refused() -> None:
    with pytest.raises(UsageError, match="Allow more units"):
        ExpressionSource(prior="emfacs", units=(18,))
