"""Which rows make up each step of an epoch, and which process works on them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int


@dataclass(frozen=True)
class Portion:
    """Rows that go through the network together, with their weight in the step."""

    epoch: int
    step: int
    """Number of the step in its epoch, from 0."""

    place: int
    """Number of the portion in its epoch, over all processes, from 0."""

    rows: Int[np.ndarray, " row"]
    weight: float
    """Factor on the mean loss of the rows: with it the gradients of all portions of a step,
    averaged over the processes, sum to that of the mean over all rows of the step. 0 where a
    process only keeps company."""

    def stream(self, seed: int) -> np.random.Generator:
        """Give the random numbers for loading these rows: by seed, epoch and rows alone."""
        return np.random.default_rng([seed, self.epoch, *(int(row) for row in self.rows)])

    def torch_seed(self, seed: int) -> int:
        """Give the seed for what the network itself draws, such as dropout."""
        sequence = np.random.SeedSequence([seed, self.epoch, self.place])
        return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


@dataclass(frozen=True)
class RowOrder:
    """The shuffled rows of every epoch, in portions; the same for one process and for many."""

    count: int
    batch_size: int
    accumulate: int
    """Portions a step and a process."""

    seed: int
    processes: int = 1

    @property
    def portions(self) -> int:
        """Portions of an epoch, over all processes."""
        return -(-self.count // self.batch_size)

    @property
    def steps(self) -> int:
        """Steps of the optimiser in an epoch; the last may have fewer rows."""
        return -(-self.portions // (self.accumulate * self.processes))

    def rows(self, epoch: int) -> Int[np.ndarray, " row"]:
        """Shuffle all rows for an epoch."""
        order: Int[np.ndarray, " row"] = np.random.default_rng([self.seed, epoch]).permutation(
            self.count
        )
        return order

    def share(self, epoch: int, rank: int = 0) -> list[list[Portion]]:
        """Give the portions of one process, a list for each step of an epoch.

        In the last step a process may find no rows left: it gets those of the first with weight 0,
        since all processes must take part in every step.
        """
        order = self.rows(epoch)
        batches = [
            order[start : start + self.batch_size]
            for start in range(0, self.count, self.batch_size)
        ]
        size = self.accumulate * self.processes
        steps = []
        for step in range(self.steps):
            first = step * size
            group = batches[first : first + size]
            total = sum(len(rows) for rows in group)
            mine = []
            for place in range(
                rank, -(-len(group) // self.processes) * self.processes, self.processes
            ):
                there = place < len(group)
                rows = group[place if there else 0]
                weight = self.processes * len(rows) / total if there else 0.0
                mine.append(Portion(epoch, step, first + place, rows, weight))
            steps.append(mine)
        return steps
