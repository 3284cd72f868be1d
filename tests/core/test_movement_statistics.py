"""The published counts and times that footage is drawn from."""

import pytest

from mien.core.errors import UsageError
from mien.core.label_statistics import PRIORS
from mien.core.movement_statistics import ALL, movement_statistics


def test_dfme_has_the_counts_of_its_paper() -> None:
    found = movement_statistics("dfme")
    happiness = found.counts["happiness"]
    assert (happiness.clips, happiness.pairs[(6, 12)]) == (206, 96)
    assert found.duration[ALL].values_s == (0.2, 0.305, 0.394, 0.464, 0.4967)


def test_casme_ii_has_the_median_times_of_its_paper() -> None:
    found = movement_statistics("casme2")
    # 60 and 30 frames at 200 a second over all clips, 79.5 in happiness.
    assert found.duration[ALL].values_s[2] == pytest.approx(0.3)
    assert found.onset_apex[ALL].values_s[2] == pytest.approx(0.15)
    assert found.duration["happiness"].values_s[2] == pytest.approx(79.5 / 200)


@pytest.mark.parametrize("name", PRIORS)
def test_every_prior_says_how_long_and_from_where(name: str) -> None:
    found = movement_statistics(name)
    assert found.emotions
    assert len(found.source) > 40
    for table in (found.duration, found.onset_apex):
        for quantiles in table.values():
            assert list(quantiles.levels) == sorted(quantiles.levels)
            assert list(quantiles.values_s) == sorted(quantiles.values_s)
            assert quantiles.values_s[0] > 0.02


def test_an_unknown_prior_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean dfme"):
        movement_statistics("dmfe")
