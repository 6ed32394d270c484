"""Cuts a plan's orders into parts that can be simulated anywhere and in any order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from footfall.plan.plan import Plan

ORDERS_A_PART = 1 << 16


@dataclass(frozen=True)
class Part:
    """A range of orders, counted from the scenario's first day.

    Parts are independent of each other; joined in order they equal the whole, however they are cut.

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


def parts(plan: Plan, orders_a_part: int = ORDERS_A_PART) -> Iterator[Part]:
    """All parts of a plan in order; each is published whole or not at all."""
    start, stop = plan.simulated_days
    published_start, published_stop = plan.published_days
    inner = (min(max(day, start), stop) for day in (published_start, published_stop))
    for begin, end in pairwise(sorted({start, stop, *inner})):
        is_published = published_start <= begin < published_stop
        first, last = plan.counts.first_order_of(begin), plan.counts.first_order_of(end)
        for k in range(first, last, orders_a_part):
            yield Part(k, min(k + orders_a_part, last), is_published)
