"""Units of labels and of networks: none is lost, and none gets another's number."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.training.unit_columns import unit_columns

NAN = np.nan
UNITS = np.array([[1.0, 0.0, NAN], [1.0, 1.0, NAN], [0.0, NAN, NAN]])


def test_wanted_units_that_are_coded_are_told_in_the_wanted_order() -> None:
    columns = unit_columns((12, 9, 4, 1), (1, 4, 9), UNITS)
    assert columns.told == (4, 1)
    assert columns.of_labels(UNITS) == pytest.approx(
        np.array([[0, 1], [1, 1], [NAN, 0]]), nan_ok=True
    )


def test_predictions_go_back_to_the_columns_of_the_labels() -> None:
    columns = unit_columns((4, 1), (1, 4, 9), UNITS)
    assert columns.shares == pytest.approx((3 / 5, 2 / 4, 1 / 2))
    found = columns.as_labels(np.array([[0.1, 0.2]]), columns.shares)
    assert found == pytest.approx(np.array([[0.2, 0.1, 0.5]]))
    steps = columns.as_labels(np.ones((2, 5, 2)), [0.0, 0.0, 0.0])
    assert steps.shape == (2, 5, 3)
    assert steps[..., 2].max() == 0


def test_labels_without_any_wanted_unit_are_refused() -> None:
    with pytest.raises(UsageError, match=r"action units 9, 12, but got 1, 4\. Choose other units"):
        unit_columns((9, 12), (1, 4, 9), UNITS)
    with pytest.raises(UsageError, match="but got none"):
        unit_columns((1,), (), np.zeros((3, 0)))
