"""All tables of a plan, made and told of: dimensions, then orders by shards, then what derives from them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from footfall.plan.parts import ORDERS_A_PART, shards, shares
from footfall.plan.plan import Plan
from footfall.simulate.part import simulate_aggregates, simulate_dimensions, simulate_reviewed
from footfall.simulate.reviews import Purchases
from footfall.sinks.part_files import PartFiles, Written
from footfall.workflow.judging import Judging
from footfall.workflow.ranges import RangeMade, make_range
from footfall.workflow.workers import make_in_processes

Progress = Callable[[int, int, int], None]
"""Called with the orders simulated so far, all that will be, and the rows that were written of them."""
Write = Callable[[str, pa.RecordBatch], None]

_ORDERS_WORTH_WORKERS = 1_000_000


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
    workers: int | None = None,
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
    workers
        Processes that simulate; as many as help, where not given.
    """
    judging = Judging(plan)

    def deliver(table: str, batch: pa.RecordBatch) -> None:
        write(table, batch)
        judging.observe(table, batch)

    for table, batch in simulate_dimensions(plan):
        deliver(table, batch)
    revenue = np.zeros((len(plan.calendar.trend), len(plan.shops)), dtype=np.int64)
    purchases: list[Purchases] = []
    written: list[Written] = []
    workers = _useful_workers(plan) if workers is None else workers
    todo = shards(plan, workers)
    total, done, rows_done = sum(shard.stop - shard.start for shard in todo), 0, 0

    def tick(orders: int, rows: int) -> None:
        nonlocal done, rows_done
        done, rows_done = done + orders, rows_done + rows
        if progress:
            progress(done, total, rows_done)

    def take(made: RangeMade) -> None:
        nonlocal revenue
        revenue += made.revenue
        purchases.extend(made.purchases)
        written.extend(made.written)

    if workers == 1:
        take(
            make_range(
                plan,
                todo,
                judging=judging,
                target=files or deliver,
                orders_a_part=orders_a_part,
                tick=tick,
            )
        )
    else:
        for made in make_in_processes(plan, shares(todo, workers), files, orders_a_part, tick):
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


def _useful_workers(plan: Plan) -> int:
    start, stop = (plan.counts.first_order_of(day) for day in plan.simulated_days)
    # Starting a process takes as long as simulating some hundred thousand orders.
    return 1 if stop - start < _ORDERS_WORTH_WORKERS else os.cpu_count() or 1
