"""One worker's share: neighbouring shards, simulated part by part, written, observed and hashed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from footfall.plan.parts import Shard
from footfall.plan.plan import Plan
from footfall.simulate.part import simulate
from footfall.simulate.reviews import Purchases
from footfall.sinks.part_files import PartFiles, Written
from footfall.workflow.judging import Judging

Deliver = Callable[[str, pa.RecordBatch], None]
Tick = Callable[[int, int], None]


@dataclass
class RangeMade:
    """What a range of shards gives besides the rows that it wrote.

    Attributes
    ----------
    revenue : ndarray of int, shape (days since the scenario's first, shops)
        Cents; adds up over ranges.
    purchases : list of Purchases
        Those that may be reviewed, part by part.
    written : list
        Part files, shard by shard.
    batches : list of (str, RecordBatch)
        Rows that went into no file, where the range was made for somebody else to write.
    judging : Judging or None
        Figures and hashes of the rows, where they were not told to the caller's.
    """

    revenue: npt.NDArray[np.int64]
    purchases: list[Purchases] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    batches: list[tuple[str, pa.RecordBatch]] = field(default_factory=list)
    judging: Judging | None = None


def make_range(
    plan: Plan,
    share: list[Shard],
    *,
    judging: Judging,
    target: PartFiles | Deliver,
    orders_a_part: int,
    tick: Tick,
) -> RangeMade:
    """Simulate shards that follow each other.

    Parameters
    ----------
    judging
        Observes what is written into part files; `target` is left to do so where it is a function.
    target
        Part files, or what takes the batches instead.
    tick
        Called with the numbers of orders and of rows after each part.
    """
    made = RangeMade(np.zeros((len(plan.calendar.trend), len(plan.shops)), dtype=np.int64))

    def run(shard: Shard, deliver: Deliver) -> None:
        for part in shard.parts(orders_a_part):
            simulated = simulate(plan, part)
            days = slice(simulated.first_day, simulated.first_day + len(simulated.revenue))
            made.revenue[days] += simulated.revenue
            for table, batch in simulated.batches.items():
                deliver(table, batch)
            if simulated.purchases is not None:
                made.purchases.append(simulated.purchases)
            tick(part.stop - part.start, sum(batch.num_rows for batch in simulated.batches.values()))

    for shard in share:
        if not isinstance(target, PartFiles):
            run(shard, target)
        elif shard.file is None:
            run(shard, judging.observe)  # nothing of it is published
        else:
            with target.open(shard.file) as files:

                def both(table: str, batch: pa.RecordBatch, write: Deliver = files.write) -> None:
                    judging.observe(table, batch)  # before the caches hold what is written instead
                    write(table, batch)

                run(shard, both)
                made.written.append(files.close())
    return made
