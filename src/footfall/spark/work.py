"""A plan, shipped to tasks, and how its parts are dealt to them."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa

from footfall.plan.parts import Cut
from footfall.plan.plan import Plan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ORDERS_A_PARTITION = 1 << 20
"""Orders of a task, and of a file, where nobody says how many partitions there shall be."""

MOST_SWEEPS = 256
"""Tasks of a pass over all orders: each gives figures by customer, however few its orders are."""


class Shipped:
    """A plan as tasks get it: pickled once by the driver, unpickled once by each Python worker."""

    def __init__(self, plan: Plan) -> None:
        self._data = pickle.dumps(plan, pickle.HIGHEST_PROTOCOL)

    def __len__(self) -> int:
        """Bytes that are shipped."""
        return len(self._data)

    def plan(self) -> Plan:
        """Give the plan."""
        return _opened(self._data)


@lru_cache(maxsize=2)
def _opened(data: bytes) -> Plan:
    pa.set_cpu_count(1)  # a task has a core; threads of Arrow's own would only contend
    plan: Plan = pickle.loads(data)
    return plan


@dataclass(frozen=True)
class Work:
    """A plan, and how it is dealt to tasks.

    Attributes
    ----------
    spark : SparkSession
    plan : Plan
    shipped : Shipped
        The plan for the tasks.
    cut : Cut
        Parts, which tasks simulate one after the other.
    partitions : int
        Tasks that the published parts are dealt to, in order.
    """

    spark: SparkSession
    plan: Plan
    shipped: Shipped
    cut: Cut
    partitions: int

    @classmethod
    def of(cls, spark: SparkSession, plan: Plan, partitions: int | None = None) -> Work:
        """Deal a plan to so many tasks, or to as many as its orders ask for."""
        if partitions is None:
            partitions = max(1, -(-plan.orders // ORDERS_A_PARTITION))
        return cls(spark, plan, Shipped(plan), Cut.of(plan, least=partitions), partitions)

    def published(self) -> Deal:
        """Deal the parts that are published."""
        return Deal(self.cut.published, self.partitions)

    def simulated(self) -> Deal:
        """Deal all parts that are simulated."""
        return Deal(range(len(self.cut)), min(self.partitions, MOST_SWEEPS))

    def tasks(self, deal: Deal) -> DataFrame:
        """Give a partition with one row, its share's number, for each share."""
        return self.spark.range(0, deal.shares, 1, deal.shares)


@dataclass(frozen=True)
class Deal:
    """Numbers of parts in shares, neighbours together, about equally many in each."""

    parts: range
    shares: int

    def share(self, number: int) -> range:
        """Numbers of the parts of a share."""
        first, last = (len(self.parts) * k // self.shares for k in (number, number + 1))
        return self.parts[first:last]


def numbers(batches: Iterable[pa.RecordBatch]) -> Iterator[int]:
    """Numbers of the shares that a task was given."""
    for batch in batches:
        yield from batch.column(0).to_pylist()
