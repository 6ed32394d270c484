"""Tables as Spark data frames, made where they are needed by the very functions that the local sinks pull."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from footfall.core.errors import RequestError
from footfall.core.schema import TableSpec
from footfall.plan.plan import Plan
from footfall.simulate.dimensions import simulate_dimensions
from footfall.simulate.part import simulate, simulate_aggregates, simulate_decided
from footfall.spark.parcels import Batches, unpacked
from footfall.spark.reviews import decided_frame
from footfall.spark.schema import spark_schema, to_wire
from footfall.spark.sweep import PURCHASES, REVENUE, sweep
from footfall.spark.work import Work, numbers
from footfall.workflow.generate import planned
from footfall.workflow.request import Request, texts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Rows = Callable[[Plan, Batches], Iterator[pa.RecordBatch]]
"""Plan of one table alone, and what a task gets -> the table's rows."""


def tables(
    spark: SparkSession,
    scenario: str,
    *,
    scale: float = 1.0,
    seed: int = 42,
    first: dt.date | None = None,
    last: dt.date | None = None,
    tables: Iterable[str] | None = None,
    overrides: Iterable[str] = (),
    as_of: dt.date | None = None,
    partitions: int | None = None,
) -> dict[str, DataFrame]:
    """Give a data frame for each table, row for row what the local engine makes.

    Only planning is done now; rows are made by Spark's tasks whenever a frame is used, and made again
    where a task is lost. The contract is not checked: `footfall generate --engine spark` does.

    Parameters
    ----------
    spark
        A session whose Python workers have Footfall, too.
    scenario
        Name of a shipped scenario, or a path to a file that the driver can read.
    scale, seed, first, last, tables, overrides, as_of
        As for :func:`footfall.generate`.
    partitions
        Of the tables that grow with the orders; one for each 2^20 orders if not given. No row depends on it.

    Raises
    ------
    RequestError, ScenarioError
        For values or a scenario that are not allowed.
    UnreachableTarget
        For a target that no setting of the free knobs reaches.

    Examples
    --------
    With a session of your own::

        orders = tables(spark, "vantage", scale=10_000)["raw_orders"]
        orders.groupBy("shop_id").count().show()
    """
    if partitions is not None and partitions < 1:
        raise RequestError(f"partitions={partitions}: give a whole number from 1")
    chosen = None if tables is None else texts("tables", tables)
    request = Request(scenario, seed, scale, first, last, chosen, texts("overrides", overrides), as_of=as_of)
    work = Work.of(spark, planned(request), partitions)
    return frames_of(work, lambda kind: sweep(work, kind))


def frames_of(work: Work, swept: Callable[[str], DataFrame]) -> dict[str, DataFrame]:
    """Give a data frame for each table of a plan.

    Parameters
    ----------
    swept
        Gives what a sweep over all orders has found, by its kind.
    """
    return {name: _frame(work, spec, swept) for name, spec in work.plan.tables.items()}


def _frame(work: Work, spec: TableSpec, swept: Callable[[str], DataFrame]) -> DataFrame:
    def made(source: DataFrame, rows: Rows) -> DataFrame:
        shipped = work.shipped

        def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            alone = dataclasses.replace(shipped.plan(), tables={spec.name: spec})
            for batch in rows(alone, batches):
                yield to_wire(spec, batch)

        return source.mapInArrow(task, spark_schema(spec))

    cut, deal = work.cut, work.published()

    def order_rows(alone: Plan, batches: Batches) -> Iterator[pa.RecordBatch]:
        for share in numbers(batches):
            for number in deal.share(share):
                yield from simulate(alone, cut.part(number)).batches.values()

    if spec.keyed_by_order:
        return made(work.tasks(deal), order_rows)
    if spec.entity == "review":
        return made(decided_frame(work, swept(PURCHASES)), _review_rows)
    if spec.entity in ("marketing_day", "marketing_channel_day", "budget_month"):
        return made(swept(REVENUE).repartition(1), _aggregate_rows)
    return made(work.spark.range(1, numPartitions=1), _dimension_rows)


def _dimension_rows(alone: Plan, batches: Batches) -> Iterator[pa.RecordBatch]:
    for _ in numbers(batches):
        yield from (batch for _, batch in simulate_dimensions(alone))


def _aggregate_rows(alone: Plan, batches: Batches) -> Iterator[pa.RecordBatch]:
    revenue = np.zeros((len(alone.calendar.trend), len(alone.shops)), dtype=np.int64)
    for _, part in unpacked(batches):
        revenue += part
    yield from simulate_aggregates(alone, revenue).values()


def _review_rows(alone: Plan, batches: Batches) -> Iterator[pa.RecordBatch]:
    for _, decided in unpacked(batches):
        yield from (batch for _, batch in simulate_decided(alone, decided))
