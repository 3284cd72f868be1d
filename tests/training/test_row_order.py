"""The order of rows: every row once an epoch, and the same steps for one process and for many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.training.row_order import RowOrder

orders = st.builds(
    RowOrder,
    count=st.integers(1, 40),
    batch_size=st.integers(1, 7),
    accumulate=st.integers(1, 5),
    seed=st.integers(0, 2**32),
    processes=st.integers(1, 4),
)


@given(orders, st.integers(0, 3))
def test_every_row_counts_once_an_epoch_over_all_processes(order: RowOrder, epoch: int) -> None:
    seen = [
        row
        for rank in range(order.processes)
        for step in order.share(epoch, rank)
        for portion in step
        if portion.weight
        for row in portion.rows.tolist()
    ]
    assert sorted(seen) == list(range(order.count))


@given(orders)
def test_weights_give_the_mean_over_the_rows_of_a_step(order: RowOrder) -> None:
    values = np.random.default_rng(0).normal(size=order.count)
    shares = [order.share(0, rank) for rank in range(order.processes)]
    for step in range(order.steps):
        portions = [portion for share in shares for portion in share[step]]
        rows = np.concatenate([one.rows for one in portions if one.weight])
        weighted = sum(one.weight * values[one.rows].mean() for one in portions)
        assert weighted / order.processes == pytest.approx(values[rows].mean())


@given(orders)
def test_every_process_takes_part_equally_often(order: RowOrder) -> None:
    shares = [order.share(0, rank) for rank in range(order.processes)]
    assert {len(share) for share in shares} == {order.steps}
    for step in range(order.steps):
        assert len({len(share[step]) for share in shares}) == 1


@given(orders)
def test_many_processes_make_the_steps_of_one_that_accumulates_more(order: RowOrder) -> None:
    one = RowOrder(
        order.count, order.batch_size, order.accumulate * order.processes, order.seed
    ).share(1)
    shares = [order.share(1, rank) for rank in range(order.processes)]
    for step, alone in enumerate(one):
        together = {
            (portion.place, tuple(portion.rows.tolist()))
            for share in shares
            for portion in share[step]
            if portion.weight
        }
        assert together == {(portion.place, tuple(portion.rows.tolist())) for portion in alone}


def test_epochs_are_shuffled_each_in_its_own_way_by_the_seed() -> None:
    order = RowOrder(50, 1, 1, 3)
    assert order.rows(0).tolist() != order.rows(1).tolist()
    assert order.rows(0).tolist() != RowOrder(50, 1, 1, 4).rows(0).tolist()
    assert order.rows(5).tolist() == RowOrder(50, 7, 3, 3).rows(5).tolist()


def test_random_numbers_of_rows_depend_on_seed_epoch_and_rows_alone() -> None:
    portion = RowOrder(9, 2, 1, 0).share(0)[1][0]
    again = RowOrder(9, 2, 3, 0).share(0)[0][1]
    other = RowOrder(9, 2, 1, 0).share(1)[1][0]
    assert portion.stream(0).random() == again.stream(0).random()
    assert portion.torch_seed(0) == again.torch_seed(0)
    assert portion.stream(0).random() != portion.stream(1).random()
    assert portion.stream(0).random() != other.stream(0).random()
