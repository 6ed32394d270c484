"""Cuts a plan's orders into shards for workers and files, and these into parts that fit into a cache.

Both can be simulated anywhere and in any order; joined in order they equal the whole, however they are
cut.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from footfall.core.errors import RequestError
from footfall.core.vocabulary import DIMENSIONS
from footfall.plan.plan import Plan

ORDERS_A_PART = 1 << 17
ORDERS_A_FILE = 1 << 19
LARGE = 1 << 20
"""Beyond so many orders, tables lie in part files; a figure of the plan, never of the machine."""

_FILES_TOGETHER = 8  # so that up to eight workers get equal shares


@dataclass(frozen=True)
class Part:
    """A range of orders, counted from the scenario's first day.

    Attributes
    ----------
    start, stop : int
        Orders start .. stop - 1; order_id is one more.
    is_published : bool
        False where only the revenue of the orders is needed, by marketing or a budget.
    """

    start: int
    stop: int
    is_published: bool


@dataclass(frozen=True)
class Shard:
    """A range of orders that one worker simulates, and that fills one file a table in large sets.

    Attributes
    ----------
    start, stop : int
        Orders start .. stop - 1.
    file : int or None
        Number of its files; None where nothing of it is published.
    """

    start: int
    stop: int
    file: int | None

    def parts(self, orders_a_part: int = ORDERS_A_PART) -> Iterator[Part]:
        """Cut the shard into parts, in order."""
        for k in range(self.start, self.stop, orders_a_part):
            yield Part(k, min(k + orders_a_part, self.stop), self.file is not None)


@dataclass(frozen=True)
class Cut:
    """All parts of a plan by their numbers, in order; nothing is kept a part, so any engine can deal numbers.

    Attributes
    ----------
    stretches : tuple of (int, int, bool)
        Orders start .. stop - 1, and whether they are published.
    counts : tuple of int
        Parts of each stretch, about equally many orders each.
    """

    stretches: tuple[tuple[int, int, bool], ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, plan: Plan, least: int = 1) -> Cut:
        """Cut into parts of at most ORDERS_A_PART orders, the published ones into at least so many."""
        stretches = tuple(_stretches(plan))
        return cls(
            stretches,
            tuple(
                max(-(-(stop - start) // ORDERS_A_PART), min(least, stop - start) if is_published else 1)
                for start, stop, is_published in stretches
            ),
        )

    def __len__(self) -> int:
        return sum(self.counts)

    @property
    def published(self) -> range:
        """Numbers of the parts that are published."""
        before = 0
        for (_, _, is_published), count in zip(self.stretches, self.counts, strict=True):
            if is_published:
                return range(before, before + count)
            before += count
        return range(0)

    def part(self, number: int) -> Part:
        """Part of this number, from 0."""
        for (start, stop, is_published), count in zip(self.stretches, self.counts, strict=True):
            if number < count:
                first, last = (start + (stop - start) * k // count for k in (number, number + 1))
                return Part(first, last, is_published)
            number -= count
        raise IndexError(number)


def is_large(plan: Plan) -> bool:
    """Whether tables that grow with the orders lie in part files."""
    first, last = (plan.counts.first_order_of(day) for day in plan.published_days)
    return last - first > LARGE


def tables_in_parts(plan: Plan) -> frozenset[str]:
    """Published tables that are too big for one file; it follows from the plan alone."""
    customers = plan.scenario.customers.pool > LARGE
    reviews = plan.scenario.reviews is not None and plan.scenario.reviews.count > LARGE
    big = {"customer": customers, "customer_address": customers, "review": reviews}
    orders = is_large(plan)
    return frozenset(
        name for name, spec in plan.tables.items() if big.get(spec.entity, spec.keyed_by_order and orders)
    )


def part_of(plan: Plan, part: int, parts: int) -> Plan:
    """Cut the published days into parts of about equally many orders, and give one of them.

    The parts joined equal the whole: products and customers are the first part's, a month's budget
    that of the part in which the month begins.

    Parameters
    ----------
    part
        From 1 to `parts`.

    Raises
    ------
    RequestError
        There are fewer days with orders than parts, or the part has none of the tables.
    """
    start, stop = plan.published_days
    before = plan.counts.starts[:: plan.counts.slots][start : stop + 1]
    aims = before[0] + (before[-1] - before[0]) * np.arange(parts + 1) / parts
    cuts = start + np.searchsorted(before, aims)
    cuts[0], cuts[-1] = start, stop
    if (np.diff(cuts) < 1).any():
        raise RequestError(
            f"--parts {parts}: {stop - start} days can't be cut into so many; give fewer parts"
        )
    leads = part == 1
    tables = {n: s for n, s in plan.tables.items() if leads or s.entity not in DIMENSIONS}
    if not tables:
        raise RequestError(
            f"--part {part}: {', '.join(plan.tables)} lies in part 1; nothing is left for this one"
        )
    return dataclasses.replace(
        plan,
        first=plan.calendar.date_of(int(cuts[part - 1])),
        last=plan.calendar.date_of(int(cuts[part]) - 1),
        tables=tables,
        leads=leads,
    )


def shards(plan: Plan, workers: int = 1) -> list[Shard]:
    """All shards of a plan in order; each is published whole or not at all.

    Where tables lie in part files their number follows from the orders alone, elsewhere from the workers.
    """
    found: list[Shard] = []
    for first, last, is_published in _stretches(plan):
        if not is_published:
            found.append(Shard(first, last, None))
            continue
        files = workers
        if is_large(plan):
            files = -(-(last - first) // (ORDERS_A_FILE * _FILES_TOGETHER)) * _FILES_TOGETHER
        cuts = sorted({first + (last - first) * k // files for k in range(files + 1)})
        found += [Shard(a, b, number) for number, (a, b) in enumerate(pairwise(cuts))]
    return found


def _stretches(plan: Plan) -> Iterator[tuple[int, int, bool]]:
    """Orders that are simulated, cut where the published ones begin and end; none is empty."""
    start, stop = plan.simulated_days
    published_start, published_stop = plan.published_days
    inner = (min(max(day, start), stop) for day in (published_start, published_stop))
    for begin, end in pairwise(sorted({start, stop, *inner})):
        first, last = plan.counts.first_order_of(begin), plan.counts.first_order_of(end)
        if first < last:
            yield first, last, published_start <= begin < published_stop


def shares(found: list[Shard], workers: int) -> list[list[Shard]]:
    """Shards of each worker: neighbours, about equally many orders each; none is empty.

    The first begins at once and gets a file's orders more than the others, who have to start yet; in small
    sets a sixteenth of all.
    """
    total = sum(shard.stop - shard.start for shard in found)
    rest = (total - min(ORDERS_A_FILE, total // 16)) / workers
    first = total - rest * (workers - 1)
    dealt: dict[int, list[Shard]] = {}
    done = 0
    for shard in found:
        middle = done + (shard.stop - shard.start) / 2
        worker = 0 if middle <= first else 1 + int((middle - first) / rest)
        dealt.setdefault(min(worker, workers - 1), []).append(shard)
        done += shard.stop - shard.start
    return list(dealt.values())
