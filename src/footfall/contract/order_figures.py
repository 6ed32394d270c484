"""Figures of orders: counts by day and shop, second of the day and customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow.compute as pc

from footfall.contract.offences import Offences
from footfall.contract.statistics import Counts
from footfall.contract.subject import Subject
from footfall.core.arrays import from_words, to_numpy

DAY = 86_400


def at(second: int) -> str:
    """Timestamp in words.

    >>> at(0)
    '1970-01-01 00:00:00'
    """
    return str(np.datetime64(int(second), "s")).replace("T", " ")


class OrderTally:
    """Mergeable figures of orders, observed in file order."""

    def __init__(self, subject: Subject, offences: Offences) -> None:
        self._subject = subject
        self._offences = offences
        self._shops = from_words(subject.shops)
        self._start = (subject.first - dt.date(1970, 1, 1)).days
        self._days = subject.days
        self.pool = subject.scenario.customers.pool
        self.first_id: int | None = None
        self._first_time = self._last_time = self._last_id = 0
        self.cells = np.zeros((self._days, len(subject.shops)), np.int64)
        self.seconds = np.zeros(DAY, np.int64)
        self.by_customer = np.zeros(self.pool + 1, np.int64)
        self.home = np.full(self.pool + 1, -1, np.int16)

    def observe(self, columns: dict[str, Any]) -> tuple[Counts, Counts]:
        """Take note of orders; returns their ids, and their cells (day * shops + shop, -1 unknown)."""
        note = self._offences.where
        ids, times = columns["id"], columns["time"]
        self._in_order(ids, times)
        found = pc.index_in(columns["shop"], value_set=self._shops)
        shop = np.where(to_numpy(found.is_null()), -1, to_numpy(found))
        note("orders.shops", shop < 0, lambda i: f"order {ids[i]}: shop '{columns['shop'][i]}' is unknown")
        day, second = times // DAY - self._start, times % DAY
        opens, closes = self._subject.scenario.demand.opening_seconds
        inside = (day >= 0) & (day < self._days)
        wrong = ~inside | (second < opens) | (second > closes)
        note("orders.hours", wrong, lambda i: f"order {ids[i]}: placed at {at(times[i])}")
        self.seconds += np.bincount(second, minlength=DAY)
        cell = np.where(inside & (shop >= 0), day * len(self._shops) + shop, -1)
        self.cells += np.bincount(cell[cell >= 0], minlength=self.cells.size).reshape(self.cells.shape)
        self._customers(ids, columns["customer"], shop)
        return ids, cell

    def _in_order(self, ids: Counts, times: Counts) -> None:
        note = self._offences.where
        if self.first_id is None:
            self.first_id, self._first_time = int(ids[0]), int(times[0])
        else:
            self._joint(int(ids[0]), int(times[0]))
        note("orders.ids", np.diff(ids) != 1, lambda i: f"order {ids[i + 1]} follows order {ids[i]}")
        note(
            "orders.sorted",
            np.diff(times) < 0,
            lambda i: f"order {ids[i + 1]} at {at(times[i + 1])} follows one at {at(times[i])}",
        )
        self._last_id, self._last_time = int(ids[-1]), int(times[-1])

    def _joint(self, first_id: int, first_time: int) -> None:
        if first_id != self._last_id + 1:
            self._offences.add("orders.ids", 1, f"order {first_id} follows order {self._last_id}")
        if first_time < self._last_time:
            said = f"order {first_id} at {at(first_time)} follows one at {at(self._last_time)}"
            self._offences.add("orders.sorted", 1, said)

    def _customers(self, ids: Counts, customer: Counts, shop: Counts) -> None:
        note = self._offences.where
        known = (customer >= 1) & (customer <= self.pool)
        note(
            "customers.known", ~known, lambda i: f"order {ids[i]}: customer {customer[i]} is not in the pool"
        )
        ok = known & (shop >= 0)
        who, where = customer[ok], shop[ok]
        self.by_customer += np.bincount(customer[known], minlength=self.pool + 1)
        # Assigning with repeated indices keeps one of a customer's shops; a second shop then differs.
        fresh = self.home[who] < 0
        self.home[who[fresh]] = where[fresh]
        self.moved(who, where)

    def moved(self, who: Counts, where: Counts) -> None:
        """Note customers who order away from the home shop that was seen before."""
        shops = self._subject.shops
        self._offences.where(
            "customers.home",
            self.home[who] != where,
            lambda i: f"customer {who[i]} orders in {shops[where[i]]} and in {shops[self.home[who[i]]]}",
        )

    def merge(self, other: OrderTally) -> None:
        """Add the figures of the orders that follow."""
        if other.first_id is not None:
            if self.first_id is None:
                self.first_id, self._first_time = other.first_id, other._first_time
            else:
                self._joint(other.first_id, other._first_time)
            self._last_id, self._last_time = other._last_id, other._last_time
        self.cells += other.cells
        self.seconds += other.seconds
        self.by_customer += other.by_customer
        self.home = np.where(self.home < 0, other.home, self.home)
        who = np.flatnonzero(other.home >= 0)
        self.moved(who, other.home[who].astype(np.int64))
