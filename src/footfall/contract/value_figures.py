"""Figures of what orders are worth: revenue by customer and by day."""

from __future__ import annotations

import numpy as np

from footfall.contract.open_orders import Columns
from footfall.contract.places import tally
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject


class ValueTally:
    """Mergeable sums of the values of orders, in cents: by order totals, or by lines where there are none.

    Attributes
    ----------
    by_customer
        Revenue over all orders, and over those of a settled status, by customer: 16 bytes each, where a
        target asks for it.
    by_day, squares
        Sum of the values, and of their squares, by day of the horizon.
    """

    def __init__(self, subject: Subject) -> None:
        scenario, target = subject.scenario, subject.scenario.targets.top_customer_share
        statuses = list(scenario.fulfilment.shares) if scenario.fulfilment else []
        wanted = target.settled_statuses if target else []
        self._settled = np.array([*(s in wanted for s in statuses), False])  # the last is for unknown ones
        self._days = subject.days
        self.wanted = target is not None or bool(scenario.promises.season)
        self.by_customer = np.zeros((2, scenario.customers.pool + 1 if target else 0), np.int64)
        self.by_day = np.zeros(self._days, np.int64)
        self.squares = np.zeros(self._days)
        self.orders = 0

    def observe(self, orders: Columns, day: Counts, value: Counts) -> None:
        """Take note of orders: their customers and statuses, day of the horizon or -1, and value."""
        self.orders += len(value)
        inside = day >= 0
        exact = value.astype(np.float64)  # sums of cents stay whole below 2^53
        self.by_day += np.bincount(day[inside], exact[inside], self._days).astype(np.int64)
        self.squares += np.bincount(day[inside], np.square(exact[inside]), self._days)
        if "customer" not in orders or not self.by_customer.size:
            return
        who = np.maximum(orders["customer"], 0)
        tally(self.by_customer[0], who, value)
        if "status" in orders:
            ok = self._settled[orders["status"]]
            tally(self.by_customer[1], who[ok], value[ok])

    def merge(self, other: ValueTally) -> None:
        """Add the figures of the orders that follow."""
        self.orders += other.orders
        self.by_customer += other.by_customer
        self.by_day += other.by_day
        self.squares += other.squares
