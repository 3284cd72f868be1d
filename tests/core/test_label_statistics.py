"""The label statistics that come with mien."""

import pytest

from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS
from mien.core.label_statistics import DEFAULT_PRIOR, PRIORS, label_statistics


@pytest.mark.parametrize("name", [*PRIORS, DEFAULT_PRIOR])
def test_all_rates_are_probabilities_under_known_labels(name: str) -> None:
    statistics = label_statistics(name)
    assert statistics.source
    assert set(statistics.occurrence) <= set(EMOTIONS)
    for table in (*statistics.occurrence.values(), statistics.overall):
        for unit, rate in table.items():
            assert unit > 0
            assert 0 <= rate <= 1


def test_a_mixture_is_the_mean_of_its_parts() -> None:
    one, other = label_statistics("emfacs"), label_statistics("dfme")
    mixed = label_statistics("emfacs+dfme").occurrence["happiness"][12]
    parts = (one.occurrence["happiness"][12], other.occurrence["happiness"][12])
    assert mixed == pytest.approx(sum(parts) / 2)


@pytest.mark.parametrize("name", ["", "casme3", "emfacs+", "emfacs+none"])
def test_statistics_that_do_not_come_with_mien_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="Expected label statistics among emfacs, dfme, casme2"):
        label_statistics(name)
