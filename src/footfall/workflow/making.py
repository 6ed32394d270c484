"""All tables of a plan, made and told of: dimensions, then orders by shards, then what derives from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from footfall.plan.parts import ORDERS_A_PART, shards, shares
from footfall.plan.plan import Plan
from footfall.simulate.dimensions import simulate_dimensions
from footfall.simulate.part import simulate_aggregates, simulate_reviewed
from footfall.simulate.reviews import Purchases
from footfall.sinks.part_files import PartFiles, Written
from footfall.workflow.judging import Judging
from footfall.workflow.ranges import RangeMade, make_range
from footfall.workflow.workers import Team

Progress = Callable[[int, int, int], None]
"""Called with the orders simulated so far, all that will be, and the rows that were written of them."""
Write = Callable[[str, pa.RecordBatch], None]


@dataclass(frozen=True)
class Made:
    """What was made: figures and hashes of all of it, and the part files that workers wrote."""

    judging: Judging
    written: list[Written]


def make(
    plan: Plan,
    write: Write,
    *,
    files: PartFiles | None = None,
    team: Team | None = None,
    orders_a_part: int = ORDERS_A_PART,
    progress: Progress | None = None,
) -> Made:
    """Make every published row; the same rows in the same order whatever the workers and parts.

    Parameters
    ----------
    write
        Takes (published table, batch) of all that does not go into part files.
    files
        Where orders and lines go, shard by shard; None sends them through `write`, too.
    team
        Processes that share the orders with this one.
    """
    judging = Judging(plan)

    def deliver(table: str, batch: pa.RecordBatch) -> None:
        judging.observe(table, batch)
        write(table, batch)

    for table, batch in simulate_dimensions(plan):
        deliver(table, batch)
    revenue = np.zeros((len(plan.calendar.trend), len(plan.shops)), dtype=np.int64)
    purchases: list[Purchases] = []
    written: list[Written] = []
    processes = 1 + (team.size if team else 0)
    todo = shards(plan, processes)
    own, *others = shares(todo, processes) or [[]]
    total, done, rows_done = sum(shard.stop - shard.start for shard in todo), 0, 0

    def tick(orders: int, rows: int) -> None:
        nonlocal done, rows_done
        done, rows_done = done + orders, rows_done + rows
        if progress:
            progress(done, total, rows_done)

    def tick_and_heed(orders: int, rows: int) -> None:
        tick(orders, rows)
        if team:
            team.heed(tick)

    def take(made: RangeMade) -> None:
        nonlocal revenue
        revenue += made.revenue
        purchases.extend(made.purchases)
        written.extend(made.written)

    if team:
        team.begin(plan, others, files, orders_a_part)
    take(
        make_range(
            plan,
            own,
            judging=judging,
            target=files or deliver,
            orders_a_part=orders_a_part,
            tick=tick_and_heed,
        )
    )
    for made in team.results(tick) if team else ():
        for table, batch in made.batches:
            write(table, batch)
        if made.judging is not None:
            judging.merge(made.judging)
        take(made)
    for table, batch in simulate_aggregates(plan, revenue).items():
        deliver(table, batch)
    if purchases:
        for table, batch in simulate_reviewed(plan, Purchases.joined(purchases)):
            deliver(table, batch)
    return Made(judging, written)
