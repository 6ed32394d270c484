"""One pass over all orders for all that is no row: revenue by day, purchases to review, figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from footfall.plan.parts import Part
from footfall.plan.plan import Plan
from footfall.simulate.dimensions import simulate_dimensions
from footfall.simulate.part import simulate
from footfall.spark.parcels import COLUMNS, packed
from footfall.spark.reviews import Places
from footfall.spark.work import Work, numbers
from footfall.workflow.judging import Judging

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

REVENUE, PURCHASES, JUDGING = "revenue", "purchases", "judging"


def sweep(work: Work, *kinds: str) -> DataFrame:
    """Simulate all orders and give, as parcels, what is asked for of them.

    Parameters
    ----------
    kinds
        REVENUE
            Cents by day and shop, an array a task; they add up.
        PURCHASES
            Those that may be reviewed, as letters to the places of their keys.
        JUDGING
            Figures and hashes of published rows, one a task, in the order of the shares; they merge.
    """
    shipped, cut, places, deal = work.shipped, work.cut, Places.of(work), work.simulated()

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for share in numbers(batches):
            yield from swept(shipped.plan(), share)

    def swept(plan: Plan, share: int) -> Iterator[pa.RecordBatch]:
        revenue = np.zeros((len(plan.calendar.trend), len(plan.shops)), dtype=np.int64)
        judging = Judging(plan)
        if JUDGING in kinds:
            for table, batch in simulate_dimensions(plan):
                judging.glance(table, batch)
        for number in deal.share(share):
            part = cut.part(number)
            if JUDGING not in kinds:
                part = Part(part.start, part.stop, is_published=False)  # its rows are not needed
            simulated = simulate(plan, part)
            days = slice(simulated.first_day, simulated.first_day + len(simulated.revenue))
            revenue[days] += simulated.revenue
            if PURCHASES in kinds and simulated.purchases is not None:
                yield from places.by_key(PURCHASES, number, simulated.purchases)
            if JUDGING in kinds:
                for table, batch in simulated.batches.items():
                    judging.observe(table, batch)
        if REVENUE in kinds:
            yield from packed(REVENUE, 0, share, revenue)
        if JUDGING in kinds:
            yield from packed(JUDGING, 0, share, judging)

    return work.tasks(deal).mapInArrow(task, COLUMNS)
