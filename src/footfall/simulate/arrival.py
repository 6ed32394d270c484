"""What is known of orders and lines at the end of a day: settled statuses, returns, late lines.

A fact becomes known some days after its order, by a draw of its own, so that the final state is the same
whatever the delays. No child is known before its parent: the scenario's bounds see to it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from footfall.core import laws
from footfall.core.streams import Rows
from footfall.plan.plan import Plan
from footfall.scenario.days_later import DaysLater
from footfall.simulate.baskets import Baskets
from footfall.simulate.orders import Orders

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def status_known(plan: Plan, orders: Orders, status: Ints) -> Ints:
    """Place of the status that each order has on the plan's day, from the one that it ends with.

    An order is in progress until it is settled; one that comes back has, until then, the status before.
    """
    law = plan.scenario.fulfilment
    if plan.as_of is None or law is None:
        return status
    names, arrival = list(law.shares), plan.scenario.arrival
    known = status.copy()
    since = plan.as_of - orders.day
    for after, before in arrival.before_return.items():
        returned = np.flatnonzero(status == names.index(after))
        still = since[returned] < days_after(
            plan, "order.returned", arrival.returned, orders.address[returned]
        )
        known[returned[still]] = names.index(before)
    if law.in_progress:
        is_open = since < days_after(plan, "order.settled", arrival.settled, orders.address)
        known[is_open] = names.index(law.in_progress.status)
    return known


def returns_known(plan: Plan, orders: Orders, baskets: Baskets, returned: Bools) -> Bools:
    """Whether each line is known on the plan's day to have been sent back."""
    if plan.as_of is None:
        return returned
    line = np.flatnonzero(returned)
    since = plan.as_of - orders.day.take(baskets.order.take(line))
    days = days_after(plan, "line.returned", plan.scenario.arrival.returned, baskets.address[line])
    known = np.zeros(len(returned), np.bool_)
    known[line] = since >= days
    return known


def lines_known(plan: Plan, orders: Orders, baskets: Baskets) -> Bools | None:
    """Whether each line is known on the plan's day; None where all are.

    An order's first line is known with it, and no later one before those in front of it.
    """
    late = plan.scenario.arrival.late_lines
    if plan.as_of is None or not late.share:
        return None
    is_late = plan.streams.uniform("line.late", baskets.address) < late.share
    days = np.where(is_late, days_after(plan, "line.delay", late, baskets.address), 0)
    days[baskets.number == 0] = 0
    # Running maximum within each basket: baskets lie a stride apart that no delay exceeds.
    stride = late.max_days + 1
    days = np.maximum.accumulate(days + baskets.order * stride) - baskets.order * stride
    return np.asarray(plan.as_of - orders.day.take(baskets.order) >= days)


def days_after(plan: Plan, stream: str, law: DaysLater, rows: Rows) -> Ints:
    """Whole days by a law, drawn from a stream at the rows' addresses."""
    choose = laws.choice(law.shares, tuple(range(law.min_days, law.max_days + 1)))
    return choose(plan.streams.bits(stream, rows))
