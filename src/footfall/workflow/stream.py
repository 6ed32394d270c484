"""All published batches of a plan in order, simulated here or by worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from footfall.plan.parts import ORDERS_A_PART, Part, parts
from footfall.plan.plan import Plan
from footfall.simulate.part import (
    Simulated,
    simulate,
    simulate_aggregates,
    simulate_dimensions,
    simulate_reviewed,
)
from footfall.simulate.reviews import Purchases
from footfall.workflow.workers import simulate_in_processes

Progress = Callable[[int, int], None]
"""Called with the orders simulated so far and all that will be."""


def stream(
    plan: Plan, workers: int = 1, orders_a_part: int = ORDERS_A_PART, progress: Progress | None = None
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield (published table, batch): dimensions, then orders and lines part by part, then what derives.

    The same batches whatever the number of workers; joined, the same rows whatever the parts.
    """
    yield from simulate_dimensions(plan)
    revenue = np.zeros((len(plan.calendar.trend), len(plan.shops)), dtype=np.int64)
    start, stop = (plan.counts.first_order_of(day) for day in plan.simulated_days)
    done = 0
    purchases: list[Purchases] = []
    for part, simulated in _simulated(plan, workers, orders_a_part):
        days = slice(simulated.first_day, simulated.first_day + len(simulated.revenue))
        revenue[days] += simulated.revenue
        yield from simulated.batches.items()
        if simulated.purchases is not None:
            purchases.append(simulated.purchases)
        done += part.stop - part.start
        if progress:
            progress(done, stop - start)
    yield from simulate_aggregates(plan, revenue).items()
    if purchases:
        yield from simulate_reviewed(plan, Purchases.joined(purchases))


def _simulated(plan: Plan, workers: int, orders_a_part: int) -> Iterator[tuple[Part, Simulated]]:
    todo = parts(plan, orders_a_part)
    if workers == 1:
        return ((part, simulate(plan, part)) for part in todo)
    return simulate_in_processes(plan, todo, workers)
